/** How fast something goes, from what was seen of it lately. */

/** Old enough to be smooth, young enough to notice a slowdown. */
const WINDOW = 20_000

interface Sample {
  readonly at: number
  readonly value: number
}

/** Fed with a count that only rises. What happened before the first sample does not count as speed. */
export class ThroughputMeter {
  #samples: readonly Sample[] = []

  add(at: number, value: number): void {
    // One older than the window is kept, so that a slow count still has something to compare with.
    const from = this.#samples.findLastIndex((sample) => sample.at <= at - WINDOW)
    this.#samples = [...this.#samples.slice(Math.max(0, from)), { at, value }]
  }

  /** Undefined until something moved. */
  perSecond(): number | undefined {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined || last.value <= first.value || last.at <= first.at) return undefined
    return ((last.value - first.value) * 1000) / (last.at - first.at)
  }

  /** Milliseconds for `rest` more at this speed. */
  left(rest: number): number | undefined {
    const rate = this.perSecond()
    return rate === undefined ? undefined : (rest * 1000) / rate
  }
}
