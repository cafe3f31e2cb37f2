/** Estimates an import before it begins: times one page of each stream, and calculates the rest. */

import { CONTACT } from '../mapping/hydrate.ts'
import type { Clock } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import type { BackfillRun } from '../ports/types.ts'
import type { SourceClient } from '../source/client.ts'
import { isSelected } from '../source/open-record.ts'
import { readPage } from '../source/paginate.ts'
import type { Mapping, Spec, StreamSpec, Window } from '../spec/spec.ts'
import { isPreloadCheaper } from './preload-contacts.ts'
import { windowBindings } from './state.ts'

export interface Estimate {
  readonly streams: readonly StreamEstimate[]
  /** Requests to the source, at most. */
  readonly calls: number
  /** Milliseconds, roughly. */
  readonly time: number
  /** The slowest part: pages, read one after another, or the rate limit of a side. */
  readonly bottleneck: 'pages' | 'source' | 'destination'
  /** The stream whose pages take longest in total. */
  readonly slowest?: TimedPage
}

export interface StreamEstimate {
  readonly stream: string
  /** Absent: the source gives no count. */
  readonly records?: number
  readonly calls: number
  /** Metrics that need one more request for each record. */
  readonly oneByOne: readonly string[]
}

/** One page, as timed. */
export interface TimedPage {
  readonly stream: string
  readonly total?: number
  /** Records requested. */
  readonly size: number
  /** Milliseconds. */
  readonly duration: number
}

export interface EstimateParts {
  readonly spec: Spec
  readonly client: SourceClient
  readonly clock: Clock
  /** Events of history that the destination accepts, where that is known. */
  readonly backfillRateLimit?: Window | undefined
}

/** The page size when the source fails at a whole page. */
const SMALL_PAGE = 10

/** Sends one request for each stream, and one for contacts. Throws a `Fault` when the source refuses. */
export async function estimateBackfill(
  parts: EstimateParts,
  run: Pick<BackfillRun, 'since' | 'until' | 'only'>,
  signal: AbortSignal,
): Promise<Estimate> {
  const { spec } = parts
  const window = windowBindings(run)
  const selected = [...spec.streams.values()].flatMap((stream) => {
    const mappings = spec.mappings.filter((it) => it.stream?.name === stream.name && isSelected(it, run.only))
    return mappings.length === 0 ? [] : [{ stream, mappings }]
  })
  const lookup = spec.lookups.get(CONTACT)
  const preloaded = spec.streams.get(lookup?.preloadFrom ?? '')
  const [pages, contacts] = await Promise.all([
    Promise.all(selected.map(({ stream }) => timePage(stream, window, parts, signal))),
    preloaded && timePage(preloaded, {}, parts, signal),
  ])
  const streams = selected.map(({ stream, mappings }, at) => estimateStream(stream, mappings, pages[at]?.total))
  const records = streams.reduce((sum, one) => sum + (one.records ?? 0), 0)
  const batches = Math.ceil(records / (lookup?.batch?.size ?? records + 1))
  const cheaper =
    lookup && preloaded && isPreloadCheaper({ contacts: contacts?.total ?? 0, records }, lookup, preloaded)
  const preload = cheaper ? contacts : undefined
  const calls = streams.reduce((sum, one) => sum + one.calls, preload ? pagesOf(preload) : batches)
  return { streams, calls, ...estimateTime(preload ? [...pages, preload] : pages, { calls, records }, parts) }
}

const pagesOf = ({ total = 0, size }: TimedPage) => Math.ceil(total / size)

/** Reads the first page in the size of the import, which its time depends on; a small one if the source fails at it. */
async function timePage(
  stream: StreamSpec,
  window: Partial<ReturnType<typeof windowBindings>>,
  { client, clock }: EstimateParts,
  signal: AbortSignal,
): Promise<TimedPage> {
  const read = async (size: number): Promise<TimedPage> => {
    const startedAt = clock.now()
    const { total } = await readPage(client, stream, { bindings: { ...window, pageSize: size }, lane: 'live', signal })
    return { stream: stream.name, size, duration: clock.now() - startedAt, ...(total !== undefined && { total }) }
  }
  const { max } = stream.pageSize
  return read(max).catch((error: unknown) => {
    if (signal.aborted || max <= SMALL_PAGE || toFault(error).kind !== 'transient') throw error
    return read(SMALL_PAGE)
  })
}

function estimateStream(stream: StreamSpec, mappings: readonly Mapping[], records: number | undefined): StreamEstimate {
  const oneByOne = mappings.filter((it) => it.stream?.fetchFull !== undefined).map(({ metric }) => metric)
  const pages = Math.ceil((records ?? 0) / stream.pageSize.max)
  const calls = pages + (oneByOne.length > 0 ? (records ?? 0) : 0)
  return { stream: stream.name, ...(records !== undefined && { records }), calls, oneByOne }
}

/** The slowest of three: pages one after another, all requests at the source's rate, one event per record at the destination's. */
function estimateTime(
  pages: readonly TimedPage[],
  { calls, records }: { readonly calls: number; readonly records: number },
  { spec, backfillRateLimit }: EstimateParts,
): Pick<Estimate, 'time' | 'bottleneck' | 'slowest'> {
  const { windows, utilization } = spec.source.rateLimit
  const reading = (page: TimedPage) => pagesOf(page) * page.duration
  const [slowest] = [...pages].sort((a, b) => reading(b) - reading(a))
  const bottlenecks = [
    { bottleneck: 'pages', time: pages.reduce((sum, page) => sum + reading(page), 0) },
    {
      bottleneck: 'source',
      time: Math.max(...windows.map(({ limit, interval }) => (calls * interval) / (limit * utilization))),
    },
    {
      bottleneck: 'destination',
      time: backfillRateLimit ? (records * backfillRateLimit.interval) / backfillRateLimit.limit : 0,
    },
  ] as const
  const [longest = bottlenecks[0]] = [...bottlenecks].sort((a, b) => b.time - a.time)
  return { time: Math.ceil(longest.time), bottleneck: longest.bottleneck, ...(slowest && { slowest }) }
}
