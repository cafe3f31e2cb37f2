/** The totals of events, with what waits counted as the Events page lists it: in the queues, and outside them. */
import { sum } from '../backfill/counts.ts'
import type { EventSearch, FoundEvent } from '../ports/event-search.ts'
import type { Tally } from '../ports/ledger.ts'
import type { Store } from '../ports/store.ts'
import type { Lane } from '../ports/types.ts'
import { tallyLine } from '../store/outcome-effects.ts'

export interface EventCounts {
  readonly tallies: readonly Tally[]
  /** All that waits. */
  readonly waiting: number
  /** Whether the tallies hold what waits in the queues: more than `MOST_LISTED` is counted by the record, of no kind. */
  readonly isListed: boolean
}

type CountingStore = Pick<Store, 'tallies' | 'backlog' | 'findEvents'>

/** What waits is listed to be counted, so of more there is only the total. */
const MOST_LISTED = 1_000

const isWaiting = ({ status }: Tally) => status === 'deferred'

/** Tallies hold no record that is queued or retried: only its last attempt tells which events of it wait. */
export async function readEventCounts(store: CountingStore, run?: string): Promise<EventCounts> {
  const [tallies, ...queues] = await Promise.all([store.tallies(), store.backlog('live'), store.backlog('backfill')])
  const outside = sum(tallies.filter(isWaiting).map(({ count }) => count))
  const waiting = outside + sum(queues.map(({ records }) => records))
  const found = await list(store, waiting, run === undefined ? {} : { run })
  if (found === undefined) return { tallies, waiting, isListed: false }
  // Without a run, the origin stands for its scope: of several imports no more is asked.
  const listed = found.map((event): Tally => ({ ...tallyLine(event), scope: run ?? event.origin, count: 1 }))
  const ended = tallies.filter((tally) => !isWaiting(tally))
  return { tallies: [...ended, ...listed], waiting: listed.length, isListed: true }
}

/** A record that is retried is as many events as its last attempt left. */
export async function countQueued(store: CountingStore, queue: Lane, records: number): Promise<number> {
  return (await list(store, records, { queue }))?.length ?? records
}

async function list(
  store: CountingStore,
  expected: number,
  search: Pick<EventSearch, 'queue' | 'run'>,
): Promise<readonly FoundEvent[] | undefined> {
  if (expected === 0) return []
  if (expected > MOST_LISTED) return undefined
  // A record may have several events.
  const limit = 4 * MOST_LISTED
  const found = await store.findEvents({ ...search, status: 'deferred', limit })
  return found.length < limit ? found : undefined
}
