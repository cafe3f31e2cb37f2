/** Slows a worker down while the destination refuses everything: leasing more would hammer it and burn attempts. */

import { MonotonicClock } from '../lib/monotonic-clock.ts'
import type { Clock } from '../ports/effects.ts'
import { isOfPause } from '../ports/fault.ts'
import type { Outcome } from '../ports/types.ts'

/** Failures in a row before the worker pauses. */
const STREAK = 8
/** Milliseconds, doubled with each pause up to the longest. */
const FIRST_PAUSE = 250
const LONGEST_PAUSE = 30_000

export class FailureBackoff {
  readonly #clock: Clock
  readonly #time: MonotonicClock
  #resumeAt = 0
  #pauses = 0
  #streak = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#time = new MonotonicClock(clock)
  }

  record(outcome: Outcome): void {
    if (outcome.status !== 'deferred') this.#streak = this.#pauses = 0
    // Without `failingSince` the record did not fail: it yielded to others, or waits for a contact. One that waits out a
    // pause of its endpoint was not sent.
    else if (outcome.fault !== undefined && outcome.failingSince !== undefined && !isOfPause(outcome.fault))
      this.#streak += 1
    if (this.#streak < STREAK) return
    const now = this.#time.now()
    if (now < this.#resumeAt) return
    this.#pauses += 1
    this.#resumeAt = now + Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(this.#pauses, 10))
  }

  /** What is left of a pause, milliseconds. */
  get left(): number {
    return Math.max(0, this.#resumeAt - this.#time.now())
  }

  /** Sleeps out the rest of a pause. */
  async wait(signal: AbortSignal): Promise<void> {
    const { left } = this
    if (left > 0) await this.#clock.sleep(left, signal)
  }
}
