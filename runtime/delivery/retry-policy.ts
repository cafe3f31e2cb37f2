/** What follows from a fault: waiting, and for how long, or the dead letters. */

import type { Random } from '../ports/effects.ts'
import type { Fault } from '../ports/fault.ts'
import type { RetryState } from '../ports/types.ts'

/** First wait in the store, doubled for each further attempt up to the longest. Milliseconds. */
const FIRST = 5_000
const LONGEST = 3_600_000
/** Credentials and permissions are tried again this often, for as long as it takes: a person is at work on it. */
const CONFIG = 60_000

/** Whether trying again can help. */
export function isRetryable(fault: Fault): boolean {
  return fault.kind === 'transient' || (fault.kind === 'config' && fault.details.permanent !== true)
}

/** What is known of a record's attempts. Milliseconds. */
export interface AttemptInfo {
  /** This one, from 1. */
  readonly attempt: number
  /** Why it waited before. */
  readonly retryState?: RetryState | undefined
  readonly retryFor: number
  readonly now: number
}

/** When faults of this kind began: another kind between starts the count anew. */
export function failingSince(fault: Fault, { retryState, now }: AttemptInfo): number {
  return retryState?.kind === fault.kind ? retryState.since : now
}

/**
 * When to try again, milliseconds since 1970; undefined means never: dead letters.
 * Never before `Retry-After`; with full jitter, so that what failed together does not return together.
 */
export function retryAt(fault: Fault, attempts: AttemptInfo, random: Random): number | undefined {
  if (!isRetryable(fault)) return undefined
  const { attempt, retryFor, now } = attempts
  if (fault.kind === 'config') return now + CONFIG
  if (now - failingSince(fault, attempts) > retryFor) return undefined
  const longest = Math.min(LONGEST, FIRST * 2 ** Math.min(attempt - 1, 20))
  return now + Math.max(fault.details.retryAfter ?? 0, 1_000 + Math.round(random() * longest))
}
