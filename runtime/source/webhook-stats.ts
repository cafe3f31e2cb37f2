/** What came to the webhook's address last: for the person who sets it up and waits for the first one. */
import type { Clock } from '../ports/ports.ts'

/** Since the process began. Times are milliseconds since 1970. */
export interface Seen {
  /** The source asked whether the address answers. */
  readonly asked?: number
  readonly verified?: { readonly at: number; readonly topic: string }
  /** The last refusal, in words without payload. */
  readonly refused?: { readonly at: number; readonly reason: string }
}

export interface Arrivals {
  asked(): void
  verified(topic: string): void
  refused(reason: string): void
  seen(): Seen
}

export function arrivals(clock: Clock): Arrivals {
  let seen: Seen = {}
  return {
    asked() {
      seen = { ...seen, asked: clock.now() }
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
