/** From how each occurrence ended to how its record ended: delivered, skipped, deferred or dead. */

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
  /** Faults that the log has heard of. */
  readonly loggedFaults: WeakSet<Fault>
}

/** How one occurrence ended, and the fault in full where there was one. */
export interface OccurrenceOutcome {
  readonly result: EventResult
  readonly fault?: Fault
}

/** What a record's end depends on, besides its events. `attempt` counts from 1, which is the default. */
type Tried = Pick<LeasedRecord, 'id' | 'retryState'> & Partial<Pick<LeasedRecord, 'attempt'>>

/** An occurrence that ended in a fault: it waits if waiting can help. */
export function failedOccurrence(named: EventIdentity, fault: Fault): OccurrenceOutcome {
  const status = isRetryable(fault) ? 'deferred' : 'dead'
  return { fault, result: { ...named, status, reason: fault.code, fault: fault.info() } }
}

/** The worst of its events is the record's: what waits is tried again before anything is given up. */
export function outcomeOf(ends: readonly OccurrenceOutcome[], record: Tried, parts: OutcomeParts): Outcome {
  const events = ends.map(({ result }) => result)
  const worst =
    ends.find(({ result }) => result.status === 'deferred') ?? ends.find(({ result }) => result.status === 'dead')
  if (worst?.fault) return failRecord(worst.fault, events, record, parts)
  if (events.some(({ status }) => status === 'delivered')) return { status: 'delivered', events }
  return { status: 'skipped', reason: events[0]?.reason ?? 'no-occurrence', events }
}

/** A record that cannot end now: it waits, or it is a dead letter. */
export function failRecord(
  fault: Fault,
  events: readonly EventResult[],
  { id, attempt = 1, retryState }: Tried,
  { spec, clock, random, logger, loggedFaults }: OutcomeParts,
): Outcome {
  const tried = { attempt, retryState, retryFor: spec.delivery.retryFor, now: clock.now() }
  const until = retryAt(fault, tried, random)
  const { place, requestId } = fault.details
  const fields = { record: id, code: fault.code, attempt, place, requestId }
  if (until === undefined) {
    logger.error(`dead letter: ${fault.message}`, fields)
    const ends = events.map((event) => (event.status === 'deferred' ? { ...event, status: 'dead' as const } : event))
    return { status: 'dead', fault: fault.info(), events: ends }
  }
  // What was stopped with the process is no news to anybody, and a request that is refused holds up a thousand records.
  const level = fault.code.endsWith('/stopped') || loggedFaults.has(fault) ? 'debug' : 'warn'
  loggedFaults.add(fault)
  logger[level](`record deferred, will retry: ${fault.message}`, { ...fields, until: new Date(until).toISOString() })
  // Only what was delivered is settled now; the rest is decided by the next attempt.
  const delivered = events.filter(({ status }) => status === 'delivered')
  return { status: 'deferred', fault: fault.info(), until, failingSince: failingSince(fault, tried), events: delivered }
}
