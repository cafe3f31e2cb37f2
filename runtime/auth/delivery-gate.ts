/** Pauses delivery by the state in the store: another process may connect, finish setup or disconnect. */
import { onAbort } from '../lib/abort.ts'
import type { DeliveryGate } from '../ports/auth.ts'
import type { Clock, Logger } from '../ports/effects.ts'

/** Milliseconds after which a change by another process is noticed. */
const REFRESH_INTERVAL = 5_000

export interface DeliveryGateParts {
  /** Finds the reason to pause. When it throws, the gate stays as it was. */
  readonly findReason: () => Promise<string | undefined>
  readonly clock: Clock
  readonly logger: Logger
}

/** Paused until the first refresh. Logs each pause and each resumption once. */
export class RefreshableGate implements DeliveryGate {
  readonly #parts: DeliveryGateParts
  #reason: string | undefined = 'the state of setup is not loaded yet'
  readonly #waiters = new Set<() => void>()
  #started = 0
  #latest = 0

  constructor(parts: DeliveryGateParts) {
    this.#parts = parts
  }

  pausedReason(): string | undefined {
    return this.#reason
  }

  /** Finds the reason anew, and wakes the waiters when it has changed. */
  async refresh(): Promise<void> {
    const { findReason, logger } = this.#parts
    this.#started += 1
    const started = this.#started
    const reason = await findReason().catch(() => this.#reason)
    // An overlapping refresh that started later has read a newer state.
    if (started < this.#latest) return
    this.#latest = started
    if (reason === this.#reason) return
    this.#reason = reason
    // The first state is reported by the command that starts the process.
    if (started > 1 && reason === undefined) logger.info('delivery resumed')
    else if (started > 1) logger.error(`delivery paused: ${reason} (stored records wait)`, { code: 'delivery/paused' })
    for (const wake of this.#waiters) wake()
  }

  async waitForChange(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const woken = new AbortController()
    const wake = () => woken.abort()
    const removeListener = onAbort(signal, wake)
    this.#waiters.add(wake)
    await this.#parts.clock.sleep(REFRESH_INTERVAL, woken.signal)
    // The interval has passed: another process may have changed the store.
    if (!woken.signal.aborted) await this.refresh()
    this.#waiters.delete(wake)
    removeListener()
  }
}
