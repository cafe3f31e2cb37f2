/** What came to the webhook's address last: for the person who sets it up and waits for the first one. */
import type { Clock } from '../ports/effects.ts'

/** Since the process began. Times are milliseconds since 1970. */
export interface WebhookStats {
  /** The source asked whether the address answers. */
  readonly probedAt?: number
  readonly lastVerified?: { readonly at: number; readonly topic: string }
  /** The last refusal, in words without payload. */
  readonly lastRejected?: { readonly at: number; readonly reason: string }
}

export interface WebhookStatsRecorder {
  recordProbe(): void
  recordVerified(topic: string): void
  recordRejected(reason: string): void
  snapshot(): WebhookStats
}

export function createWebhookStats(clock: Clock): WebhookStatsRecorder {
  let seen: WebhookStats = {}
  return {
    recordProbe() {
      seen = { ...seen, probedAt: clock.now() }
    },
    recordVerified(topic) {
      seen = { ...seen, lastVerified: { at: clock.now(), topic } }
    },
    recordRejected(reason) {
      seen = { ...seen, lastRejected: { at: clock.now(), reason } }
    },
    snapshot: () => seen,
  }
}
