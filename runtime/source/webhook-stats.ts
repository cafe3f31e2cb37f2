/** The latest requests to the webhook address: for the person who sets it up and waits for the first one. */
import type { Clock } from '../ports/effects.ts'

/** Since the process began. Times are milliseconds since 1970. */
export interface WebhookStats {
  /** When the source checked that the address answers. */
  readonly probedAt?: number
  readonly lastVerified?: { readonly at: number; readonly topic: string }
  /** The reason quotes no payload. */
  readonly lastRejected?: { readonly at: number; readonly reason: string }
}

export class WebhookStatsRecorder {
  readonly #clock: Clock
  #stats: WebhookStats = {}

  constructor(clock: Clock) {
    this.#clock = clock
  }

  recordProbe(): void {
    this.#stats = { ...this.#stats, probedAt: this.#clock.now() }
  }

  recordVerified(topic: string): void {
    this.#stats = { ...this.#stats, lastVerified: { at: this.#clock.now(), topic } }
  }

  recordRejected(reason: string): void {
    this.#stats = { ...this.#stats, lastRejected: { at: this.#clock.now(), reason } }
  }

  snapshot(): WebhookStats {
    return this.#stats
  }
}
