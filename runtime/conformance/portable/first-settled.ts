/** Waits for a promise for a limited time. */
import type { Clock } from '../../ports/effects.ts'

/** Its value, or undefined after `timeout` milliseconds. */
export async function firstSettled<T>(promise: Promise<T>, timeout: number, clock: Clock): Promise<T | undefined> {
  const done = new AbortController()
  try {
    return await Promise.race([promise, clock.sleep(timeout, done.signal).then(() => undefined)])
  } finally {
    done.abort()
  }
}
