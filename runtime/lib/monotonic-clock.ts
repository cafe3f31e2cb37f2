/** Time that is never set, for waits: a system clock set back an hour must not delay us for an hour, nor end a wait when set ahead. */
import type { Clock } from '../ports/effects.ts'

type Times = Pick<Clock, 'now' | 'elapsed'>

export class MonotonicClock {
  readonly #clock: Times
  /** The clock's time at the last reading. */
  #last: number
  /** Total of all steps back. */
  #offset = 0

  constructor(clock: Times) {
    this.#clock = clock
    this.#last = clock.now()
  }

  /** Milliseconds. Of a clock without `elapsed`: advances with it, and stands still where it goes back. */
  now(): number {
    const elapsed = this.#clock.elapsed?.()
    if (elapsed !== undefined) return elapsed
    const time = this.#clock.now()
    if (time < this.#last) this.#offset += this.#last - time
    this.#last = time
    return time + this.#offset
  }

  /** Converts a time of the clock. */
  fromWallClock(time: number): number {
    return this.now() + (time - this.#clock.now())
  }
}
