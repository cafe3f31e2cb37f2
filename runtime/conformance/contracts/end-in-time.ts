/** A limit for cases: a promise that never settles must fail its own case, and not end the whole run of tests. */
import { systemClock } from '../../system.ts'

/** Longer than any case takes on a slow disk, milliseconds. Most runners have a limit of their own, which is shorter. */
const LIMIT = 60_000

/** Rejects when the promise has not settled within `limit`, milliseconds of real time. */
export async function endInTime<T>(promise: Promise<T>, limit = LIMIT): Promise<T> {
  const over = new AbortController()
  const late = systemClock.sleep(limit, over.signal).then(() => {
    throw new Error(`the case has not ended within ${limit / 1000} s: a promise never settles`)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    late.catch(() => undefined)
    over.abort()
  }
}
