/** The events of an outcome that wait for their contact, each in one record only. Shared by all stores. */
import { ALREADY_WAITING } from '../ports/ledger.ts'
import type { EventResult, Outcome } from '../ports/types.ts'

/** Known by its idempotency key. */
export interface WaitingEvent {
  readonly key: string
  /** Empty if unknown: then only time ends the wait. */
  readonly contact: string
  readonly metric: string
  readonly reason: string
}

/** Whether the record waits outside its queue. */
export function isWaiting(outcome: Outcome): boolean {
  return outcome.status === 'deferred' && outcome.awaits !== undefined
}

/** By key. A record that will be retried has none: the retry decides. */
export function waitingEvents(outcome: Outcome): ReadonlyMap<string, WaitingEvent> {
  const found = new Map<string, WaitingEvent>()
  if (outcome.status !== 'dead' && !isWaiting(outcome)) return found
  for (const { status, key, metric, contact = '', reason = '' } of outcome.events)
    if (status === 'deferred' && key !== undefined && !found.has(key)) found.set(key, { key, contact, metric, reason })
  return found
}

/** Another record with which an event waits. */
export interface Holder {
  readonly contact: string
  /** A dead record is checked no more: one that is takes its waiting events over. */
  readonly isDead: boolean
}

export interface SingleWaits {
  readonly outcome: Outcome
  /** Contacts of waiting events that have another contact by now: their records are checked at once. */
  readonly outdatedContacts: readonly string[]
}

/**
 * Ends the waits of events that wait in another record already: they are skipped, or left out if a notification only
 * repeats them. A record with no other waiting event ends.
 */
export function endRepeatedWaits(outcome: Outcome, holders: ReadonlyMap<string, Holder>): SingleWaits {
  const outdatedContacts: string[] = []
  if (holders.size === 0) return { outcome, outdatedContacts }
  const events = outcome.events.flatMap((event): readonly EventResult[] => {
    const holder = event.status === 'deferred' ? holders.get(event.key ?? '') : undefined
    if (holder === undefined || (holder.isDead && outcome.status !== 'dead')) return [event]
    if ((event.contact ?? '') !== holder.contact) outdatedContacts.push(holder.contact)
    return event.repeated === true ? [] : [{ ...event, status: 'skipped', reason: ALREADY_WAITING }]
  })
  return { outcome: withEvents(outcome, events), outdatedContacts }
}

function withEvents(outcome: Outcome, events: readonly EventResult[]): Outcome {
  const has = (wanted: EventResult['status']) => events.some(({ status }) => status === wanted)
  if (!isWaiting(outcome) || has('deferred')) return { ...outcome, events }
  const { identified } = outcome
  return {
    ...(has('delivered')
      ? { status: 'delivered', events }
      : { status: 'skipped', reason: events[0]?.reason ?? ALREADY_WAITING, events }),
    ...(identified && { identified }),
  }
}
