/** Limits wrong passwords per address and in total. */
import { MonotonicClock } from '../../../lib/monotonic-clock.ts'
import type { Clock } from '../../../ports/effects.ts'

const WINDOW = 15 * 60_000
const MAX_PER_ADDRESS = 10
/** Across all addresses: guessing stays hopeless, and the owner of the password is not locked out for long. */
const MAX_TOTAL = 200

interface Failure {
  readonly at: number
  readonly address: string
}

export class LoginThrottle {
  readonly #time: MonotonicClock
  #failures: Failure[] = []

  constructor(clock: Clock) {
    this.#time = new MonotonicClock(clock)
  }

  /** Milliseconds until this address may try again. 0: now. */
  retryAfter(address: string): number {
    this.#failures = this.#failures.filter(({ at }) => this.#time.now() - at < WINDOW)
    const own = this.#failures.filter((failure) => failure.address === address)
    return Math.max(this.#timeUntilBelow(own, MAX_PER_ADDRESS), this.#timeUntilBelow(this.#failures, MAX_TOTAL))
  }

  /** Returns the number of failures of this address in the window. */
  recordFailure(address: string): number {
    this.#failures.push({ at: this.#time.now(), address })
    return this.#failures.filter((failure) => failure.address === address).length
  }

  /** The right password clears its address. */
  reset(address: string): void {
    this.#failures = this.#failures.filter((failure) => failure.address !== address)
  }

  #timeUntilBelow(failures: readonly Failure[], max: number): number {
    const oldest = failures.at(-max)
    return oldest === undefined ? 0 : oldest.at + WINDOW - this.#time.now()
  }
}
