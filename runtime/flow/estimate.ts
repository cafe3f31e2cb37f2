/** What an import would cost, told before it begins: a count from the source for each stream, and some arithmetic. */
import type { Mapping, Spec, StreamSpec } from '../spec/spec.ts'
import type { Run } from '../types.ts'
import { CONTACT } from './hydrate.ts'
import { bounds } from './import-state.ts'
import { asked } from './open-record.ts'
import { readPage } from './paginate.ts'
import type { SourceClient } from './source-client.ts'

export interface Estimate {
  readonly streams: readonly StreamEstimate[]
  /** Requests to the source, at most. */
  readonly calls: number
  /** Milliseconds, roughly. */
  readonly time: number
}

export interface StreamEstimate {
  readonly stream: string
  /** Absent: the source does not count. */
  readonly records?: number
  readonly calls: number
  /** Metrics for which each record must be asked for by itself. */
  readonly oneByOne: readonly string[]
}

export interface EstimateParts {
  readonly spec: Spec
  readonly client: SourceClient
}

/** Pages come one after another; what they take, milliseconds, is a guess from what sources of this kind need. */
const PAGE_TIME = 500

/** Costs a request for each stream. Throws a `Fault` when the source refuses. */
export async function estimate(
  { spec, client }: EstimateParts,
  run: Pick<Run, 'since' | 'until' | 'only'>,
  signal: AbortSignal,
): Promise<Estimate> {
  const streams: StreamEstimate[] = []
  for (const stream of spec.streams.values()) {
    const wanted = spec.mappings.filter((it) => it.stream?.name === stream.name && asked(it, run.only))
    if (wanted.length === 0) continue
    const page = await readPage(client, stream, { ...bounds({ id: '', ...run }), pageSize: 1 }, 'live', signal)
    streams.push(costOf(stream, wanted, page.total))
  }
  const contacts = streams.reduce((sum, { records = 0 }) => sum + records, 0)
  const batches = Math.ceil(contacts / (spec.lookups.get(CONTACT)?.batch?.size ?? contacts + 1))
  const calls = streams.reduce((sum, it) => sum + it.calls, batches)
  return { streams, calls, time: timeOf(streams, calls, spec) }
}

function costOf(stream: StreamSpec, wanted: readonly Mapping[], records: number | undefined): StreamEstimate {
  const oneByOne = wanted.filter((it) => it.stream?.detail !== undefined).map(({ metric }) => metric)
  const pages = Math.ceil((records ?? 0) / stream.pageSize.max)
  const calls = pages + (oneByOne.length > 0 ? (records ?? 0) : 0)
  return { stream: stream.name, ...(records !== undefined && { records }), calls, oneByOne }
}

/** Whichever is slower: pages one after another, or all calls at the pace we are allowed. */
function timeOf(
  streams: readonly StreamEstimate[],
  calls: number,
  { source: { budget }, streams: known }: Spec,
): number {
  const pages = streams.reduce(
    (sum, { stream, records = 0 }) => sum + records / (known.get(stream)?.pageSize.max ?? 1),
    0,
  )
  const paced = budget.windows.map(({ limit, per }) => (calls * per) / (limit * budget.share))
  return Math.ceil(Math.max(pages * PAGE_TIME, ...paced))
}
