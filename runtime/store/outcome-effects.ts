/** What an outcome leaves in the ledger: its totals, and what it can be found by. The same for every store. */
import { FOREIGN_WORKSPACE } from '../ports/ledger.ts'
import type { Retention } from '../ports/store.ts'
import type { EventResult, FaultInfo, Lane, Outcome, RetryState } from '../ports/types.ts'

/** What one record adds one to. */
export interface TallyLine {
  readonly metric: string
  readonly status: EventResult['status']
  readonly reason: string
}

/** A record's tallies are kept under its backfill run, or here. */
export const LIVE_SCOPE = 'live'

/** What a record waited for, if its last attempt was deferred. */
export function retryStateOf(outcome: Outcome | undefined): RetryState | undefined {
  if (outcome?.status !== 'deferred' || outcome.failingSince === undefined) return undefined
  return { kind: outcome.fault.kind, since: outcome.failingSince }
}

/** The idempotency keys that an outcome proves delivered. A deferred or dead record may have delivered some, too. */
export function deliveredKeys(outcome: Outcome): string[] {
  return outcome.events.flatMap(({ status, key }) => (status === 'delivered' && key !== undefined ? [key] : []))
}

/** Everything that a person may look its events up by: key, contact and person. */
export function refsOf(outcome: Outcome): Set<string> {
  const refs = outcome.events.flatMap(({ key, contact, emailHash: person }) => [key, contact, person])
  return new Set(refs.filter((ref) => ref !== undefined))
}

/** Whether a record's body goes with its end: history can be read again, and another account's people are not ours to keep. */
export function dropsBody(outcome: Outcome, lane: Lane): boolean {
  if (outcome.status === 'skipped') return outcome.reason === FOREIGN_WORKSPACE
  return outcome.status === 'delivered' && lane === 'backfill'
}

/** One event that an outcome tells of, and its place among the outcome's. */
export interface CountedEvent {
  readonly n: number
  readonly result: EventResult
}

/**
 * The events that an outcome adds to the totals, the hours and the list of events.
 *
 * A deferred record comes back and is counted then; only deliveries with a key count at once, since
 * that key is never new again. `isNew` says whether a key was first recorded by this outcome, so an
 * event that is settled twice (a retry, a replay, a second backfill) is counted once.
 */
export function countableEvents(outcome: Outcome, lane: Lane, isNew: (key: string) => boolean): CountedEvent[] {
  if (outcome.events.length === 0) {
    return outcome.status === 'deferred' ? [] : [{ n: 0, result: recordResult(outcome, lane) }]
  }
  return outcome.events
    .map((result, n) => ({ n, result }))
    .filter(({ result }) => {
      if (result.status === 'delivered' && result.key !== undefined) return isNew(result.key)
      return outcome.status !== 'deferred' && result.status !== 'deferred'
    })
}

/** A record that ended without events, as one. */
export function recordResult(outcome: Outcome, lane: Lane): EventResult {
  const { status } = outcome
  if (status === 'skipped') return { metric: '', status, lane, reason: outcome.reason }
  return { metric: '', status, lane, ...(status !== 'delivered' && { fault: outcome.fault }) }
}

export function tallyLine({ metric, status, reason, fault }: EventResult): TallyLine {
  return { metric, status, reason: status === 'delivered' ? '' : (reason ?? fault?.code ?? '') }
}

/** What must be sent before a dead record is none any more. Without a key only a replay can tell. */
export interface DeadLetterEntry {
  readonly group: string
  readonly fault: FaultInfo
  readonly metric?: string
  readonly key?: string
}

/** One for each dead event, or one for a record that failed as a whole. */
export function deadLettersOf(outcome: Outcome): DeadLetterEntry[] {
  if (outcome.status !== 'dead') return []
  const events = outcome.events.filter(({ status }) => status === 'dead')
  if (events.length === 0) return [{ group: groupOf(outcome.fault), fault: outcome.fault }]
  return events.map(({ metric, key, fault = outcome.fault }) => ({
    group: groupOf(fault, metric),
    fault,
    metric,
    ...(key !== undefined && { key }),
  }))
}

function groupOf({ code, place = '' }: FaultInfo, metric = ''): string {
  return [code, metric, place].join('|')
}

const HOUR = 3_600_000

const DAY = 24 * HOUR

export const hourOf = (ms: number): number => Math.floor(ms / HOUR) * HOUR

/** In UTC. */
export const dayOf = (ms: number): number => Math.floor(ms / DAY) * DAY

/** Hours are few and hold nobody's data: they are kept as long as anything else, and for a month's chart at least. */
export function hoursKept({ settled, dead }: Retention): number {
  return Math.max(settled, dead, 31 * DAY)
}
