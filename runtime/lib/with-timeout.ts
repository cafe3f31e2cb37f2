/** Limits work in time, by the clock that is passed in. */

import type { Clock } from '../ports/effects.ts'
import { linkAbort } from './abort.ts'

export interface TimeoutOptions {
  readonly clock: Clock
  /** Aborts the call sooner. */
  readonly signal?: AbortSignal | undefined
}

/** Result of `call`, whose signal aborts after `ms`, which may be infinite, and once it has ended. */
export async function withTimeout<T>(
  ms: number,
  { clock, signal }: TimeoutOptions,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { stop, unlink } = linkAbort(signal)
  if (Number.isFinite(ms)) void clock.sleep(ms, stop.signal).then(() => stop.abort())
  try {
    return await call(stop.signal)
  } finally {
    unlink()
    stop.abort()
  }
}
