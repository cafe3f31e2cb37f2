/** What follows from a fault: waiting, and for how long, or the dead letters. */
import type { Fault } from '../ports/fault.ts'
import type { Random } from '../ports/ports.ts'
import type { Trouble } from '../ports/types.ts'

/** First wait in the store, doubled for each further attempt up to the longest. Milliseconds. */
const FIRST = 5_000
const LONGEST = 3_600_000
/** Credentials and permissions are tried again this often, for as long as it takes: a person is at work on it. */
const CONFIG = 60_000

/** Whether trying again can help. */
export function canWait(fault: Fault): boolean {
  return fault.kind === 'transient' || (fault.kind === 'config' && fault.details.dead !== true)
}

/** What is known of a record's attempts. Milliseconds. */
export interface Attempts {
  /** This one, from 1. */
  readonly attempt: number
  /** Why it waited before. */
  readonly trouble?: Trouble | undefined
  readonly giveUp: number
  readonly now: number
}

/** When faults of this kind began: another kind between starts the count anew. */
export function sinceOf(fault: Fault, { trouble, now }: Attempts): number {
  return trouble?.kind === fault.kind ? trouble.since : now
}

/**
 * When to try again, milliseconds since 1970; undefined means never: dead letters.
 * Never before `Retry-After`; with full jitter, so that what failed together does not return together.
 */
export function retryAt(fault: Fault, attempts: Attempts, random: Random): number | undefined {
  if (!canWait(fault)) return undefined
  const { attempt, giveUp, now } = attempts
  if (fault.kind === 'config') return now + CONFIG
  if (now - sinceOf(fault, attempts) > giveUp) return undefined
  const longest = Math.min(LONGEST, FIRST * 2 ** Math.min(attempt - 1, 20))
  return now + Math.max(fault.details.retryAfter ?? 0, 1_000 + Math.round(random() * longest))
}
