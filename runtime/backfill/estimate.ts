/** What an import would cost, told before it begins: a page of each stream, timed, and some arithmetic. */

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
  /** What holds it up: pages that come one after another, or how much a side takes in a time. */
  readonly bottleneck: 'pages' | 'source' | 'destination'
  /** Whose pages take longest in all, as one was just timed. */
  readonly slowest?: TimedPage
}

export interface StreamEstimate {
  readonly stream: string
  /** Absent: the source does not count. */
  readonly records?: number
  readonly calls: number
  /** Metrics for which each record must be asked for by itself. */
  readonly oneByOne: readonly string[]
}

/** One page as it just came. */
export interface TimedPage {
  readonly stream: string
  readonly total?: number
  /** Records asked for. */
  readonly size: number
  /** Milliseconds. */
  readonly took: number
}

export interface EstimateParts {
  readonly spec: Spec
  readonly client: SourceClient
  readonly clock: Clock
  /** Events of history that the destination takes in a time, where that is known. */
  readonly historyPace?: Window | undefined
}

/** Asked for where a whole page is too much for the source just now. */
const SMALL = 10

/** Costs a request for each stream, and one more for contacts. Throws a `Fault` when the source refuses. */
export async function estimateBackfill(
  parts: EstimateParts,
  run: Pick<BackfillRun, 'since' | 'until' | 'only'>,
  signal: AbortSignal,
): Promise<Estimate> {
  const { spec } = parts
  const window = windowBindings({ id: '', ...run })
  const wanted = [...spec.streams.values()].flatMap((stream) => {
    const mappings = spec.mappings.filter((it) => it.stream?.name === stream.name && isSelected(it, run.only))
    return mappings.length === 0 ? [] : [{ stream, mappings }]
  })
  const lookup = spec.lookups.get(CONTACT)
  const swept = spec.streams.get(lookup?.preloadFrom ?? '')
  const [pages, contacts] = await Promise.all([
    Promise.all(wanted.map(({ stream }) => firstPage(stream, window, parts, signal))),
    swept && firstPage(swept, {}, parts, signal),
  ])
  const streams = wanted.map(({ stream, mappings }, at) => costOf(stream, mappings, pages[at]?.total))
  const records = streams.reduce((sum, one) => sum + (one.records ?? 0), 0)
  const batches = Math.ceil(records / (lookup?.batch?.size ?? records + 1))
  const pays = lookup && swept && isPreloadCheaper({ contacts: contacts?.total ?? 0, records }, lookup, swept)
  const sweep = pays ? contacts : undefined
  const calls = streams.reduce((sum, one) => sum + one.calls, sweep ? pagesOf(sweep) : batches)
  return { streams, calls, ...timeOf(sweep ? [...pages, sweep] : pages, { calls, records }, parts) }
}

const pagesOf = ({ total = 0, size }: TimedPage) => Math.ceil(total / size)

/** As large as the import reads them, since what a page takes depends on that; smaller where the source struggles. */
async function firstPage(
  stream: StreamSpec,
  window: Partial<ReturnType<typeof windowBindings>>,
  { client, clock }: EstimateParts,
  signal: AbortSignal,
): Promise<TimedPage> {
  const read = async (size: number): Promise<TimedPage> => {
    const began = clock.now()
    const { total } = await readPage(client, stream, { ...window, pageSize: size }, 'live', signal)
    return { stream: stream.name, size, took: clock.now() - began, ...(total !== undefined && { total }) }
  }
  const { max } = stream.pageSize
  return read(max).catch((error: unknown) => {
    if (signal.aborted || max <= SMALL || toFault(error).kind !== 'transient') throw error
    return read(SMALL)
  })
}

function costOf(stream: StreamSpec, wanted: readonly Mapping[], records: number | undefined): StreamEstimate {
  const oneByOne = wanted.filter((it) => it.stream?.fetchFull !== undefined).map(({ metric }) => metric)
  const pages = Math.ceil((records ?? 0) / stream.pageSize.max)
  const calls = pages + (oneByOne.length > 0 ? (records ?? 0) : 0)
  return { stream: stream.name, ...(records !== undefined && { records }), calls, oneByOne }
}

/** Whatever is slowest: pages one after another, all calls at the pace we are allowed, or an event of each record. */
function timeOf(
  pages: readonly TimedPage[],
  { calls, records }: { readonly calls: number; readonly records: number },
  { spec, historyPace }: EstimateParts,
): Pick<Estimate, 'time' | 'bottleneck' | 'slowest'> {
  const { windows, utilization } = spec.source.rateLimit
  const reading = (page: TimedPage) => pagesOf(page) * page.took
  const [slowest] = [...pages].sort((a, b) => reading(b) - reading(a))
  const all = [
    { because: 'pages', time: pages.reduce((sum, page) => sum + reading(page), 0) },
    {
      because: 'source',
      time: Math.max(...windows.map(({ limit, interval }) => (calls * interval) / (limit * utilization))),
    },
    { because: 'destination', time: historyPace ? (records * historyPace.interval) / historyPace.limit : 0 },
  ] as const
  const [most = all[0]] = [...all].sort((a, b) => b.time - a.time)
  return { time: Math.ceil(most.time), bottleneck: most.because, ...(slowest && { slowest }) }
}
