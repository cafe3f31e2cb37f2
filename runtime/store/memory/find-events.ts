/** The memory store's search for events: those that ended and those that wait. */
import type { EventSearch, FoundEvent } from '../../ports/event-search.ts'
import { matchesSearch, pageOf, waitingEventsOf } from '../found-events.ts'
import type { MemoryActivity } from './activity.ts'
import { ledgerEntry, type StoredRecord, scopeOf } from './records.ts'

export function findEvents(
  records: Iterable<StoredRecord>,
  ended: Pick<MemoryActivity, 'find'>,
  search: EventSearch,
): FoundEvent[] {
  const unsettled = [...records].filter(({ settledAt }) => settledAt === undefined)
  return pageOf([...ended.find(search), ...unsettled.flatMap((stored) => findWaiting(stored, search))], search)
}

function findWaiting(stored: StoredRecord, search: EventSearch): FoundEvent[] {
  const { record } = stored
  const scope = scopeOf(stored)
  if (scope !== (search.run ?? scope)) return []
  const queue = stored.parked ? undefined : record.lane
  if (search.queue !== undefined && queue !== search.queue) return []
  const names = new Set([record.id, ...record.lookupIds])
  return waitingEventsOf(ledgerEntry(stored), scope, queue).filter((event) => matchesSearch(event, search, names))
}
