/** Reads a few recent records of each stream and maps them: samples before anything is delivered. Sends and stores nothing. */
import type { Clock } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import type { Json } from '../ports/types.ts'
import type { SourceClient } from '../source/client.ts'
import { readPage } from '../source/paginate.ts'
import type { Spec, StreamSpec } from '../spec/spec.ts'
import { createLookups } from './lookups.ts'
import { type PreviewItem, type PreviewParts, previewMapping } from './preview.ts'

export interface RecentPreview {
  readonly items: readonly PreviewItem[]
  /** What could not be read or mapped, and why. */
  readonly problems: readonly RecentProblem[]
}

export interface RecentProblem {
  readonly stream: string
  readonly reason: string
}

export interface PreviewRecentParts extends PreviewParts {
  readonly client: SourceClient
  readonly clock: Clock
}

/** Records of each stream. */
const PAGE_SIZE = 10
const DAY = 86_400_000
/** Milliseconds: a longer window is read where a shorter one has no full page. The last is all of time. */
const WINDOWS = [30 * DAY, 365 * DAY, Number.POSITIVE_INFINITY]

/** Lookups are kept in memory, and only for this call: the records are of people, and nothing was approved yet. */
const NO_CACHE = { readCache: async () => [], writeCache: async () => undefined, deleteCache: async () => undefined }

/** When the signal aborts, resolves with what was mapped until then. Never throws because of the source. */
export async function previewRecent(parts: PreviewRecentParts, signal: AbortSignal): Promise<RecentPreview> {
  const lookups = createLookups({ ...parts, store: NO_CACHE, signal })
  const items: PreviewItem[] = []
  const problems = new Map<string, RecentProblem>()
  const note = (stream: string, error: unknown) => {
    const reason = signal.aborted ? 'the source took too long' : toFault(error).message
    problems.set(`${stream} ${reason}`, { stream, reason })
  }
  const mapOne = async (stream: string, data: Json) => {
    const preview = await previewMapping({ stream, data: [data], lookupFallback: 'source' }, { ...parts, lookups })
    items.push(...preview.items)
    for (const item of preview.items) if ('fault' in item) note(stream, item.fault)
  }
  const readOne = async (stream: StreamSpec) => {
    try {
      const records = await readRecent(stream, parts, signal)
      await Promise.all(records.map((data) => mapOne(stream.name, data).catch((error) => note(stream.name, error))))
    } catch (error) {
      note(stream.name, error)
    }
  }
  await Promise.all(streamsOf(parts.spec).map(readOne))
  return { items, problems: [...problems.values()] }
}

/** Those with history of a metric, and the one that updates profiles. */
function streamsOf({ streams, mappings, profile }: Spec): readonly StreamSpec[] {
  const names = new Set(mappings.flatMap(({ stream }) => stream?.name ?? []))
  return [...streams.values()].filter(
    ({ name, resource, poll }) => names.has(name) || (poll !== undefined && resource === profile.resource),
  )
}

async function readRecent(
  stream: StreamSpec,
  { client, clock }: PreviewRecentParts,
  signal: AbortSignal,
): Promise<readonly Json[]> {
  const now = clock.now()
  const { min, max } = stream.pageSize
  const pageSize = Math.min(max, Math.max(min, PAGE_SIZE))
  let records: readonly Json[] = []
  for (const window of WINDOWS) {
    const since = Number.isFinite(window) && { since: Math.floor((now - window) / 1000) }
    const bindings = { until: Math.ceil(now / 1000), pageSize, ...since }
    const { items } = await readPage(client, stream, { bindings, lane: 'live', signal })
    records = items.slice(0, PAGE_SIZE) // some sources give no smaller pages
    if (records.length === PAGE_SIZE) break
  }
  return records
}
