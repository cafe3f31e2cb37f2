/** The speed of a rising count over the last seconds. */

/** Milliseconds: long enough to be smooth, short enough to notice a slowdown. */
const WINDOW = 20_000

interface Sample {
  readonly at: number
  readonly value: number
}

export class ThroughputMeter {
  #samples: readonly Sample[] = []

  /** Adds a reading of the count at a time. */
  add(at: number, value: number): void {
    // One sample older than the window stays, so that a slow count still has one to compare with.
    const from = this.#samples.findLastIndex((sample) => sample.at <= at - WINDOW)
    this.#samples = [...this.#samples.slice(Math.max(0, from)), { at, value }]
  }

  /** Undefined until the count has risen. */
  perSecond(): number | undefined {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined || last.value <= first.value || last.at <= first.at) return undefined
    return ((last.value - first.value) * 1000) / (last.at - first.at)
  }

  /** Milliseconds for `rest` more at this speed. */
  timeLeft(rest: number): number | undefined {
    const rate = this.perSecond()
    return rate === undefined ? undefined : (rest * 1000) / rate
  }
}
