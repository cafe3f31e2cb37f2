/** Pauses delivery by the state in the store: another process may connect, finish setup or disconnect. */
import { onAbort, untilAborted } from '../lib/abort.ts'
import { MonotonicClock } from '../lib/monotonic-clock.ts'
import type { DeliveryGate } from '../ports/auth.ts'
import type { Clock, Logger } from '../ports/effects.ts'

/** Milliseconds after which a change by another process is noticed: by the next lease, or while delivery is paused. */
const REFRESH_INTERVAL = 5_000
/** While a pause lasts, a share of it, up to a minute after four hours: a tenant may never be set up. */
const PAUSED_SHARE = 1 / 240
const LONGEST_INTERVAL = 60_000

export interface DeliveryGateParts {
  /** Finds the reason to pause. When it throws, the gate stays as it was. */
  readonly findReason: () => Promise<string | undefined>
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Paused until the first refresh. While delivery runs it looks for changes on use alone, so that an idle tenant costs no
 * poll. Logs each pause and each resumption once.
 */
export class RefreshableGate implements DeliveryGate {
  readonly #parts: DeliveryGateParts
  readonly #time: MonotonicClock
  #reason: string | undefined = 'the state of setup is not loaded yet'
  readonly #waiters = new Set<() => void>()
  #started = 0
  #latest = 0
  #refreshedAt = Number.NEGATIVE_INFINITY
  #changedAt: number

  constructor(parts: DeliveryGateParts) {
    this.#parts = parts
    this.#time = new MonotonicClock(parts.clock)
    this.#changedAt = this.#time.now()
  }

  pausedReason(): string | undefined {
    return this.#reason
  }

  /** Finds the reason anew, and wakes the waiters when it has changed. */
  async refresh(): Promise<void> {
    const { findReason, logger } = this.#parts
    this.#started += 1
    const started = this.#started
    this.#refreshedAt = this.#time.now()
    const reason = await findReason().catch(() => this.#reason)
    // An overlapping refresh that started later has read a newer state.
    if (started < this.#latest) return
    this.#latest = started
    if (reason === this.#reason) return
    this.#reason = reason
    this.#changedAt = this.#time.now()
    // The first state is reported by the command that starts the process.
    if (started > 1 && reason === undefined) logger.info('delivery resumed')
    else if (started > 1) logger.error(`delivery paused: ${reason} (stored records wait)`, { code: 'delivery/paused' })
    for (const wake of this.#waiters) wake()
  }

  /** Finds the reason anew if it has not been found for a while. */
  async check(): Promise<void> {
    if (this.#time.now() - this.#refreshedAt >= REFRESH_INTERVAL) await this.refresh()
  }

  async waitForChange(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const woken = new AbortController()
    const wake = () => woken.abort()
    const removeListener = onAbort(signal, wake)
    this.#waiters.add(wake)
    if (this.#reason === undefined) await untilAborted(woken.signal)
    else await this.#parts.clock.sleep(this.#pollInterval(), woken.signal)
    // The interval has passed: another process may have changed the store.
    if (!woken.signal.aborted) await this.check()
    this.#waiters.delete(wake)
    removeListener()
  }

  #pollInterval(): number {
    const paused = this.#time.now() - this.#changedAt
    return Math.min(LONGEST_INTERVAL, Math.max(REFRESH_INTERVAL, paused * PAUSED_SHARE))
  }
}
