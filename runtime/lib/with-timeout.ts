/** Limits a call to another system in time, by the clock that is passed in. */

import type { Clock } from '../ports/effects.ts'
import { onAbort } from './abort.ts'

export interface TimeoutOptions {
  readonly clock: Clock
  /** Aborts the call sooner. */
  readonly signal: AbortSignal
}

/** Result of `call`, whose signal aborts after `ms`. */
export async function withTimeout<T>(
  ms: number,
  { clock, signal }: TimeoutOptions,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = new AbortController()
  const timer = new AbortController()
  const removeListener = onAbort(signal, () => timeout.abort())
  void clock.sleep(ms, timer.signal).then(() => timeout.abort())
  try {
    return await call(timeout.signal)
  } finally {
    timer.abort()
    removeListener()
  }
}
