/** The outcome of a record, from the outcomes of its occurrences: delivered, skipped, deferred or dead. */

import type { EventIdentity } from '../mapping/types.ts'
import type { Clock, Logger, Random } from '../ports/effects.ts'
import type { Fault } from '../ports/fault.ts'
import type { EventResult, LeasedRecord, Outcome } from '../ports/types.ts'
import type { Spec } from '../spec/spec.ts'
import { failingSince, isRetryable, retryAt } from './retry-policy.ts'

export interface OutcomeParts {
  readonly spec: Spec
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Faults already logged as a warning; further records with the same fault are logged at debug level. */
  readonly loggedFaults: WeakSet<Fault>
}

/** The result of one occurrence, and its fault in full. */
export interface OccurrenceOutcome {
  readonly result: EventResult
  readonly fault?: Fault
}

/** `attempt` counts from 1, which is the default. */
type RecordAttempt = Pick<LeasedRecord, 'id' | 'retryState'> & Partial<Pick<LeasedRecord, 'attempt'>>

export function failedOccurrence(identity: EventIdentity, fault: Fault): OccurrenceOutcome {
  const status = isRetryable(fault) ? 'deferred' : 'dead'
  return { fault, result: { ...identity, status, reason: fault.code, fault: fault.info() } }
}

/** The worst result decides; deferred outranks dead, since a retry may still deliver. */
export function combineOutcomes(
  outcomes: readonly OccurrenceOutcome[],
  record: RecordAttempt,
  parts: OutcomeParts,
): Outcome {
  const events = outcomes.map(({ result }) => result)
  const worst =
    outcomes.find(({ result }) => result.status === 'deferred') ??
    outcomes.find(({ result }) => result.status === 'dead')
  if (worst?.fault) return failRecord(worst.fault, events, record, parts)
  if (events.some(({ status }) => status === 'delivered')) return { status: 'delivered', events }
  return { status: 'skipped', reason: events[0]?.reason ?? 'no-occurrence', events }
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
    const results = events.map((event) => (event.status === 'deferred' ? { ...event, status: 'dead' as const } : event))
    return { status: 'dead', fault: fault.info(), events: results }
  }
  // A shutdown is expected, and one rejected request may defer a thousand records: neither is logged for each.
  const level = fault.code.endsWith('/stopped') || loggedFaults.has(fault) ? 'debug' : 'warn'
  loggedFaults.add(fault)
  logger[level](`record deferred, will retry: ${fault.message}`, { ...fields, until: new Date(until).toISOString() })
  // Only delivered events are final; the next attempt decides the rest.
  const delivered = events.filter(({ status }) => status === 'delivered')
  return {
    status: 'deferred',
    fault: fault.info(),
    until,
    failingSince: failingSince(fault, attempts),
    events: delivered,
  }
}
