/** Waits for a store that fails for a reason outside: it holds the records safely, and giving up delivers none of them. */
import type { Clock, LogFields, Logger } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'

/** Pause before a store that cannot be used is tried again. Milliseconds. */
const PAUSE = 1_000
/** Milliseconds in which the same fault is logged once. */
const LOG_EVERY = 60_000
/** Faults that an operator repairs while the process runs: a full disk, a read-only file system, a login. */
const REPAIRED_OUTSIDE: ReadonlySet<string> = new Set([
  'store/full',
  'store/read-only',
  'store/unopenable',
  'store/login-refused',
])

export interface RetryStoreParts {
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
  readonly fields?: LogFields
}

/** Calls the operation until it succeeds. Throws its error when it is of another kind, or when the signal aborts. */
export async function retryStore<T>(operation: () => Promise<T>, parts: RetryStoreParts): Promise<T> {
  const { clock, logger, signal, fields } = parts
  for (let tries = 0; ; tries++) {
    try {
      return await operation()
    } catch (error) {
      const { kind, code, message } = toFault(error)
      if (kind !== 'transient' && !REPAIRED_OUTSIDE.has(code)) throw error
      if (tries % (LOG_EVERY / PAUSE) === 0)
        logger.error(`store unavailable, retrying: ${message}`, { ...fields, code })
      await clock.sleep(PAUSE, signal)
      if (signal.aborted) throw error
    }
  }
}
