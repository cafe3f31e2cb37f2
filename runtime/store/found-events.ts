/** Events found by a search: those that ended and those that wait, in one order. Shared by all stores. */
import type { EventPosition, EventSearch, FoundEvent } from '../ports/event-search.ts'
import type { EventKindFilter, EventOrigin, LedgerEntry, LedgerEvent } from '../ports/ledger.ts'
import type { EventResult, Lane } from '../ports/types.ts'
import { happenedAt, originOf, tallyLine } from './outcome-effects.ts'

/** Waiting events of one record in the list; a record has more only by mistake. */
const MOST_OF_RECORD = 1_000

/** Negative, and ascending with the record's number, so that records received at once stay in their order. */
const waitingId = (seq: number, index: number): number =>
  seq * MOST_OF_RECORD + (MOST_OF_RECORD - 1 - Math.min(index, MOST_OF_RECORD - 1)) - Number.MAX_SAFE_INTEGER

/** The number of the record of a waiting event, by the event's id. */
export const waitingSeq = (id: number): number => Math.floor((id + Number.MAX_SAFE_INTEGER) / MOST_OF_RECORD)

export const byPosition = (a: EventPosition, b: EventPosition): number => b.at - a.at || b.id - a.id

export function foundEvent(event: LedgerEvent, scope: string): FoundEvent {
  return { ...event, at: happenedAt(event, event.settledAt), origin: originOf(scope) }
}

/** Whether a record has not ended. */
export const isUnsettled = ({ status }: Pick<LedgerEntry, 'status'>): boolean =>
  status === 'pending' || status === 'leased' || status === 'deferred'

/** The events of a record that has not ended: as the last attempt left them, or one without a metric. */
export function waitingEventsOf(entry: LedgerEntry, scope: string, queue: Lane | undefined): FoundEvent[] {
  const { id: record, seq, ingress, topic, stream, lane, receivedAt: at, outcome } = entry
  const fault = outcome !== undefined && 'fault' in outcome ? outcome.fault : undefined
  const reason = outcome?.status === 'deferred' ? outcome.awaits : undefined
  const whole: EventResult = {
    metric: '',
    status: 'deferred',
    lane,
    ...(reason && { reason }),
    ...(fault && { fault }),
  }
  const results = (outcome?.events ?? []).filter(({ status }) => status === 'deferred')
  const source = {
    record,
    seq,
    ingress,
    ...(topic !== undefined && { topic }),
    ...(stream !== undefined && { stream }),
    origin: originOf(scope),
    at,
    ...(queue !== undefined && { queue }),
  }
  return (results.length === 0 ? [whole] : results).map((result, index) => ({
    ...(result.fault === undefined && result.reason === undefined && fault !== undefined
      ? { ...result, fault }
      : result),
    ...source,
    id: waitingId(seq, index),
  }))
}

/** Whether an event is of a kind, apart from its run, which only its scope tells. */
export function isOfKind(
  event: EventResult & Pick<LedgerEvent, 'topic'>,
  origin: EventOrigin,
  kind: EventKindFilter,
): boolean {
  const { metric, status, reason } = tallyLine(event)
  return (
    metric === (kind.metric ?? metric) &&
    kind.exceptMetrics?.includes(metric) !== true &&
    includesStatus(kind, status) &&
    reason === (kind.reason ?? reason) &&
    event.topic === (kind.topic ?? event.topic) &&
    origin === (kind.origin ?? origin)
  )
}

/** The outcomes that a filter is for. Undefined: all. */
export const statusesOf = ({ status }: EventKindFilter): readonly EventResult['status'][] | undefined =>
  typeof status === 'string' ? [status] : status

export const includesStatus = (kind: EventKindFilter, status: EventResult['status']): boolean =>
  statusesOf(kind)?.includes(status) ?? true

/** Whether an event is in the range of a search, of its kind, and concerns what it names. `names`: those of its record. */
export function matchesSearch(
  event: FoundEvent,
  search: Omit<EventSearch, 'limit'>,
  names: ReadonlySet<string>,
): boolean {
  const { since = 0, until = Number.POSITIVE_INFINITY, before, after, refs } = search
  return (
    isOfKind(event, event.origin, search) &&
    event.at >= since &&
    event.at < until &&
    (before === undefined || byPosition(before, event) < 0) &&
    (after === undefined || byPosition(event, after) < 0) &&
    (refs === undefined || refs.some((ref) => names.has(ref) || isNamedBy(event, ref)))
  )
}

function isNamedBy({ key, contact, emailHash, phoneHash, receipt }: EventResult, ref: string): boolean {
  return [key, contact, emailHash, phoneHash, receipt?.profileId].includes(ref)
}

/** The page of a search among all events that match it: the newest of them, or those next to `after`. Newest first. */
export function pageOf(events: readonly FoundEvent[], { after, limit }: EventSearch): FoundEvent[] {
  const sorted = [...events].sort(byPosition)
  const most = Math.max(0, limit)
  return after === undefined ? sorted.slice(0, most) : sorted.slice(Math.max(0, sorted.length - most))
}
