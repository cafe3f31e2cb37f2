/** A target of `npm run fuzz`. */

export interface FuzzTarget {
  readonly summary: string
  /** What it counts. */
  readonly unit: string
  readonly defaultCount: number
  run(options: FuzzOptions): Promise<FuzzResult>
}

export interface FuzzOptions {
  readonly count: number
  readonly seed: number
  /** Prints a line of progress. */
  readonly report: (line: string) => void
}

export interface FuzzResult {
  readonly failures: number
  /** The result; of each failure also how to repeat it. */
  readonly lines: readonly string[]
}
