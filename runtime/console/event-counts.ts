/** The totals of events, with what waits counted as the Events page lists it: in the queues, and outside them. */
import { sum } from '../backfill/counts.ts'
import { formatCount } from '../lib/format.ts'
import type { CountSearch, FoundEvent } from '../ports/event-search.ts'
import type { Tally } from '../ports/ledger.ts'
import type { Store } from '../ports/store.ts'
import type { Lane } from '../ports/types.ts'
import { matchesSearch } from '../store/found-events.ts'
import { tallyLine } from '../store/outcome-effects.ts'

/** A number of events. `isLeast`: there may be more, which take too long to count. */
export interface Count {
  readonly count: number
  readonly isLeast?: boolean
}

/** `1,000+`: at least. */
export const countText = ({ count, isLeast = false }: Count): string => `${formatCount(count)}${isLeast ? '+' : ''}`

export const sumCounts = (counts: readonly Count[]): Count => ({
  count: sum(counts.map(({ count }) => count)),
  isLeast: counts.some(({ isLeast = false }) => isLeast),
})

export interface QueuedEvents extends Count {
  /** When the oldest was received. */
  readonly oldest: number | undefined
}

export interface EventCounts {
  readonly tallies: readonly Tally[]
  /** All that waits. */
  readonly waiting: Count
  /** What waits. Absent: more than `MOST_LISTED` records do, and the tallies do not hold those in the queues. */
  readonly listed?: readonly FoundEvent[]
  readonly queues: Readonly<Record<Lane, QueuedEvents>>
}

type CountingStore = Pick<Store, 'tallies' | 'backlog' | 'findEvents' | 'countEvents'>

/** What waits is listed to be counted: only the last attempt of a record that is queued or retried tells its events. */
const MOST_LISTED = 1_000
/** Beside a filter, waiting records are read one by one to be counted: as many as keep the page below 50 ms. */
const MOST_READ = 500
/** Ended events are counted in an index. */
const MOST_COUNTED = 10_000

const isWaiting = ({ status }: Tally) => status === 'deferred'

/** With a run: the waiting events are those of the run, if they are listed. */
export async function readEventCounts(store: CountingStore, run?: string): Promise<EventCounts> {
  const [tallies, live, backfill] = await Promise.all([
    store.tallies(),
    store.backlog('live'),
    store.backlog('backfill'),
  ])
  const outside = sum(tallies.filter(isWaiting).map(({ count }) => count))
  const records = outside + live.records + backfill.records
  const found = await listWaiting(store, records, run)
  if (found === undefined) {
    // A record is one event at least.
    const queueOf = ({ records: count, oldest }: typeof live) => ({ count, isLeast: count > 0, oldest })
    const queues = { live: queueOf(live), backfill: queueOf(backfill) }
    return { tallies, waiting: { count: records, isLeast: true }, queues }
  }
  // Without a run, the origin stands for its scope: of several imports no more is asked.
  const listed = found.map((event): Tally => ({ ...tallyLine(event), scope: run ?? event.origin, count: 1 }))
  const ended = tallies.filter((tally) => !isWaiting(tally))
  const countIn = (lane: Lane) => found.filter(({ queue }) => queue === lane).length
  return {
    tallies: [...ended, ...listed],
    waiting: { count: listed.length },
    listed: found,
    queues: {
      live: { count: countIn('live'), oldest: live.oldest },
      backfill: { count: countIn('backfill'), oldest: backfill.oldest },
    },
  }
}

async function listWaiting(
  store: CountingStore,
  records: number,
  run: string | undefined,
): Promise<readonly FoundEvent[] | undefined> {
  if (records === 0) return []
  if (records > MOST_LISTED) return undefined
  // A record may have several events.
  const limit = 4 * MOST_LISTED
  const found = await store.findEvents({ ...(run !== undefined && { run }), status: 'deferred', limit })
  return found.length < limit ? found : undefined
}

/** Counts the events that a search finds with this outcome. */
export async function countFound(
  store: Pick<Store, 'countEvents'>,
  { status, ...search }: CountSearch & { readonly status: Tally['status'] },
  { listed }: Pick<EventCounts, 'listed'>,
): Promise<Count> {
  const isNamed = search.refs !== undefined
  if (status === 'deferred' && listed !== undefined && !isNamed)
    return { count: listed.filter((event) => matchesSearch(event, search, new Set())).length }
  const most = status === 'deferred' || isNamed ? MOST_READ : MOST_COUNTED
  const count = await store.countEvents({ ...search, status }, most + 1)
  const isLeast = count > most || (status === 'deferred' && !isNamed)
  return { count: Math.min(count, most), isLeast }
}
