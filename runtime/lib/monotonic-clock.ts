/** Time that never goes back, for waits: a system clock set back an hour must not delay us for an hour. */
import type { Clock } from '../ports/effects.ts'

export class MonotonicClock {
  readonly #clock: Pick<Clock, 'now'>
  /** The clock's time at the last reading. */
  #last: number
  /** Total of all steps back. */
  #offset = 0

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
    this.#last = clock.now()
  }

  /** Milliseconds. Advances with the clock, and stands still where the clock goes back. */
  now(): number {
    const time = this.#clock.now()
    if (time < this.#last) this.#offset += this.#last - time
    this.#last = time
    return time + this.#offset
  }

  /** Converts a time of the clock. */
  fromWallClock(time: number): number {
    return this.now() + (time - this.#last)
  }
}
