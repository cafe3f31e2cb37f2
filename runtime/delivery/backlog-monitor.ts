/** Samples the live backlog at intervals: a count for every record would cost too much. */

import { MonotonicClock } from '../lib/monotonic-clock.ts'
import type { Clock } from '../ports/effects.ts'
import type { Store } from '../ports/store.ts'

/** Milliseconds between two samples. */
const SAMPLE_EVERY = 250

export class BacklogMonitor {
  readonly #store: Pick<Store, 'backlog'>
  readonly #threshold: number
  readonly #time: MonotonicClock
  #high = false
  #nextSampleAt = 0

  /** `threshold`: the number of records that makes the backlog high. */
  constructor(store: Pick<Store, 'backlog'>, threshold: number, clock: Clock) {
    this.#store = store
    this.#threshold = threshold
    this.#time = new MonotonicClock(clock)
  }

  isHigh(): boolean {
    return this.#high
  }

  async update(): Promise<void> {
    if (this.#time.now() < this.#nextSampleAt) return
    this.#nextSampleAt = this.#time.now() + SAMPLE_EVERY
    this.#high = (await this.#store.backlog('live')).records >= this.#threshold
  }
}
