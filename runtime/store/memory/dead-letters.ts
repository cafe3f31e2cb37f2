/** Ends dead letters of the memory store: replayed or dismissed, each leaves the totals and the list of events. */
import type { AttemptEnd } from '../attempt-history.ts'
import { countableEvents, dismissedOutcome } from '../outcome-effects.ts'
import type { MemoryActivity } from './activity.ts'
import { appendAttempt, type MemoryTallies, type StoredRecord, scopeOf } from './records.ts'
import type { WaitingRecords } from './waiting.ts'

export interface MemoryLedger {
  readonly tallies: MemoryTallies
  readonly activity: MemoryActivity
  readonly waiting: WaitingRecords
}

const listEvents = ({ outcome, record }: StoredRecord) =>
  outcome === undefined ? [] : countableEvents(outcome, record.lane, () => false)

/** Takes a dead letter out of the totals and the list of events, except what it delivered. */
export function withdraw(stored: StoredRecord, end: AttemptEnd, { tallies, activity, waiting }: MemoryLedger): void {
  const events = listEvents(stored)
  tallies.add(scopeOf(stored), events, -1)
  waiting.replace(stored, undefined)
  activity.remove(stored, events)
  if (stored.outcome) appendAttempt(stored, stored.outcome, stored.settledAt ?? 0, end)
}

export function dismiss(stored: StoredRecord, reason: string, now: number, ledger: MemoryLedger): void {
  if (stored.outcome === undefined) return
  withdraw(stored, { dismissed: reason }, ledger)
  Object.assign(stored, { status: 'skipped', outcome: dismissedOutcome(stored.outcome), settledAt: now })
  const events = listEvents(stored)
  ledger.tallies.add(scopeOf(stored), events, 1)
  ledger.activity.add(stored, events, now)
}
