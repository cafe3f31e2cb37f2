/** What follows from a fault: waiting, and for how long, or the dead letters. */
import type { Fault } from '../fault.ts'
import type { Random } from '../ports.ts'

/** First wait in the store, doubled for each further attempt up to the longest. Milliseconds. */
const FIRST = 5_000
const LONGEST = 3_600_000
/** Credentials and permissions are tried again this often, for as long as it takes: a person is at work on it. */
const CONFIG = 60_000

/** Whether trying again can help. */
export function canWait(fault: Fault): boolean {
  return fault.kind === 'transient' || (fault.kind === 'config' && fault.details.dead !== true)
}

/**
 * When to try again, milliseconds since 1970; undefined means never: dead letters.
 * `Retry-After` always wins; otherwise full jitter, so that what failed together does not return together.
 */
export function retryAt(
  fault: Fault,
  tried: { readonly attempt: number; readonly since: number; readonly giveUp: number; readonly now: number },
  random: Random,
): number | undefined {
  if (!canWait(fault)) return undefined
  const { attempt, since, giveUp, now } = tried
  if (fault.details.retryAfter !== undefined) return now + fault.details.retryAfter
  if (fault.kind === 'config') return now + CONFIG
  if (now - since > giveUp) return undefined
  const longest = Math.min(LONGEST, FIRST * 2 ** Math.min(attempt - 1, 20))
  return now + 1_000 + Math.round(random() * longest)
}
