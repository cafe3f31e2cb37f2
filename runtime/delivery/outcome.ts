/** The outcome of a record, from the outcomes of its occurrences: delivered, skipped, deferred or dead. */

import type { EventIdentity, EventWait } from '../mapping/types.ts'
import type { Clock, Logger, Random } from '../ports/effects.ts'
import type { Fault } from '../ports/fault.ts'
import type { EventResult, LeasedRecord, Outcome } from '../ports/types.ts'
import { faultInfoOf } from '../spec/message-fields.ts'
import type { Spec } from '../spec/spec.ts'
import { failingSince, isRetryable, nextCheckAt, retryAt } from './retry-policy.ts'

export interface OutcomeParts {
  readonly spec: Spec
  readonly clock: Clock
  /** Milliseconds since 1970, by the source's clock. */
  readonly sourceTime: () => number
  readonly random: Random
  readonly logger: Logger
  /** Faults already logged as a warning; further records with the same fault are logged at debug level. */
  readonly loggedFaults: WeakSet<Fault>
}

/** The result of one occurrence, and its fault in full. */
export interface OccurrenceOutcome {
  readonly result: EventResult
  readonly fault?: Fault
  /** Set if the event waits. */
  readonly wait?: EventWait
}

/** `attempt` counts from 1, which is the default. */
type RecordAttempt = Pick<LeasedRecord, 'id' | 'retryState'> & Partial<Pick<LeasedRecord, 'attempt'>>

interface WaitingOccurrence {
  readonly identity: EventIdentity
  readonly wait: EventWait
  readonly repeated?: boolean
}

export function failedOccurrence(identity: EventIdentity, fault: Fault, spec: Spec): OccurrenceOutcome {
  const status = isRetryable(fault) ? 'deferred' : 'dead'
  return { fault, result: { ...identity, status, reason: fault.code, fault: faultInfoOf(fault, spec) } }
}

export function waitingOccurrence({ identity, wait, repeated }: WaitingOccurrence): OccurrenceOutcome {
  return { wait, result: { ...identity, status: 'deferred', reason: wait.reason, ...(repeated && { repeated }) } }
}

/**
 * The worst result decides: a failure that may pass, then one that cannot, then an event that waits for its
 * contact. A dead record keeps its waiting events, and their contact queues it again.
 */
export function combineOutcomes(
  outcomes: readonly OccurrenceOutcome[],
  record: RecordAttempt,
  parts: OutcomeParts,
): Outcome {
  const events = outcomes.map(({ result }) => result)
  const failed = (status: EventResult['status']) =>
    outcomes.find(({ result, fault }) => fault !== undefined && result.status === status)
  const worst = failed('deferred') ?? failed('dead')
  if (worst?.fault) return failRecord(worst.fault, events, record, parts)
  const waits = outcomes.flatMap(({ wait }) => wait ?? [])
  if (waits.length > 0) return parkRecord(waits, events, record, parts)
  if (events.some(({ status }) => status === 'delivered')) return { status: 'delivered', events }
  return { status: 'skipped', reason: events[0]?.reason ?? 'no-occurrence', events }
}

/** Not a failure: neither logged nor counted as one. */
function parkRecord(
  waits: readonly EventWait[],
  events: readonly EventResult[],
  { attempt = 1 }: RecordAttempt,
  { clock, sourceTime, random }: OutcomeParts,
): Outcome {
  const now = clock.now()
  const checks = waits.map(({ reason, expires }) => ({
    reason,
    // The end of a wait is a time of the source, and the store's due times are ours.
    at: Math.min(now + expires - sourceTime(), nextCheckAt(reason, { attempt, now }, random)),
  }))
  const [first] = checks.toSorted((a, b) => a.at - b.at)
  return { status: 'deferred', awaits: first?.reason ?? 'awaiting-identity', until: first?.at ?? now, events }
}

/** Defers the record while a retry can help; otherwise it is a dead letter. */
export function failRecord(
  fault: Fault,
  events: readonly EventResult[],
  { id, attempt = 1, retryState }: RecordAttempt,
  { spec, clock, random, logger, loggedFaults }: OutcomeParts,
): Outcome {
  const attempts = { attempt, retryState, retryFor: spec.delivery.retryFor, now: clock.now() }
  const until = retryAt(fault, attempts, random)
  const { place, requestId } = fault.details
  const fields = { record: id, code: fault.code, attempt, place, requestId }
  if (until === undefined) {
    logger.error(`dead letter: ${fault.message}`, fields)
    const results = events.map((event) =>
      event.status === 'deferred' && event.fault !== undefined ? { ...event, status: 'dead' as const } : event,
    )
    return { status: 'dead', fault: faultInfoOf(fault, spec), events: results }
  }
  // A shutdown is expected, a pause was logged when it began, and one rejected request may defer a thousand records.
  const isLogged = /\/(?:stopped|paused)$/.test(fault.code) || loggedFaults.has(fault)
  const level = isLogged ? 'debug' : 'warn'
  loggedFaults.add(fault)
  logger[level](`record deferred, will retry: ${fault.message}`, { ...fields, until: new Date(until).toISOString() })
  // Only delivered events are final; the next attempt decides the rest.
  const delivered = events.filter(({ status }) => status === 'delivered')
  return {
    status: 'deferred',
    fault: faultInfoOf(fault, spec),
    until,
    failingSince: failingSince(fault, attempts),
    events: delivered,
  }
}
