/** Decides from a fault whether and when a record is retried. */

import type { Random } from '../ports/effects.ts'
import type { Fault } from '../ports/fault.ts'
import type { RetryState, WaitReason } from '../ports/types.ts'

/** Milliseconds, doubled with each attempt up to the longest. */
const FIRST_DELAY = 5_000
const LONGEST_DELAY = 3_600_000
/** Credentials and permissions are retried at this interval without end: a person must change them. Milliseconds. */
const CONFIG_DELAY = 60_000
/** A store that is full, say: no record is to blame, and it works for all of them again at once. Milliseconds. */
const STORE_DELAY = 5_000
/** Lower bound of the delay, even for a `Retry-After` of 0. Milliseconds. */
const SHORTEST_DELAY = 1_000

/** Of a wait for an identifier: doubled with each check, since a notification usually ends it. Milliseconds. */
const FIRST_CHECK = 60_000
const LONGEST_CHECK = 24 * 3_600_000
/** Of a wait for a contact that the source does not know yet. Milliseconds. */
const CONTACT_CHECK = 30_000
/** Of a wait for the operator or for events under way: the longest. Milliseconds. */
const DELETION_CHECK = 10 * 60_000

/** The time of the next check of a waiting event, with jitter: events that began to wait together are not checked together. */
export function nextCheckAt(
  reason: WaitReason,
  { attempt, now }: Pick<AttemptInfo, 'attempt' | 'now'>,
  random: Random,
): number {
  const longest = reason === 'awaiting-identity' ? LONGEST_CHECK : DELETION_CHECK
  const delay = Math.min(longest, FIRST_CHECK * 2 ** Math.min(attempt - 1, 20))
  return now + Math.round((reason === 'awaiting-contact' ? CONTACT_CHECK : delay) * (0.75 + random() / 2))
}

export function isRetryable(fault: Fault): boolean {
  return fault.kind === 'transient' || (fault.kind === 'config' && fault.details.permanent !== true)
}

/** The attempts of a record so far. Times in milliseconds. */
export interface AttemptInfo {
  /** This one, from 1. */
  readonly attempt: number
  /** The fault kind of earlier attempts, and when it began. */
  readonly retryState?: RetryState | undefined
  readonly retryFor: number
  readonly now: number
}

/** Upper bound of `leastAttempts`: ten doubled delays last an hour and a half. */
const MOST_LEAST_ATTEMPTS = 10

/**
 * Attempts that fit into the time of retries at the least. Fewer mean that the clock was set ahead, or that the process
 * was down: not that the remote API failed all the time.
 */
function leastAttempts(retryFor: number): number {
  return Math.min(MOST_LEAST_ATTEMPTS, Math.floor(Math.log2(retryFor / FIRST_DELAY + 1)))
}

/** When faults of this kind began: a fault of another kind restarts the count. */
export function failingSince(fault: Fault, { retryState, now }: AttemptInfo): number {
  return retryState?.kind === fault.kind ? retryState.since : now
}

/**
 * The time of the next attempt, milliseconds since 1970. Undefined: none, the record is a dead letter.
 * Never before `Retry-After`; with full jitter, so that records that failed together do not return together.
 */
export function retryAt(fault: Fault, attempts: AttemptInfo, random: Random): number | undefined {
  if (!isRetryable(fault)) return undefined
  const { attempt, retryFor, now } = attempts
  if (fault.kind === 'config') return now + (fault.code.startsWith('store/') ? STORE_DELAY : CONFIG_DELAY)
  if (now - failingSince(fault, attempts) > retryFor && attempt >= leastAttempts(retryFor)) return undefined
  const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.min(attempt - 1, 20))
  return now + Math.max(fault.details.retryAfter ?? 0, SHORTEST_DELAY + Math.round(random() * longest))
}
