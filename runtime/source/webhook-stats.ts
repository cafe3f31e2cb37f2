/** What came to the webhook's address last: for the person who sets it up and waits for the first one. */
import type { Clock } from '../ports/effects.ts'

/** Since the process began. Times are milliseconds since 1970. */
export interface WebhookStats {
  /** The source asked whether the address answers. */
  readonly probedAt?: number
  readonly verified?: { readonly at: number; readonly topic: string }
  /** The last refusal, in words without payload. */
  readonly refused?: { readonly at: number; readonly reason: string }
}

export interface WebhookStatsRecorder {
  probed(): void
  verified(topic: string): void
  refused(reason: string): void
  seen(): WebhookStats
}

export function webhookStats(clock: Clock): WebhookStatsRecorder {
  let seen: WebhookStats = {}
  return {
    probed() {
      seen = { ...seen, probedAt: clock.now() }
    },
    verified(topic) {
      seen = { ...seen, verified: { at: clock.now(), topic } }
    },
    refused(reason) {
      seen = { ...seen, refused: { at: clock.now(), reason } }
    },
    seen: () => seen,
  }
}
