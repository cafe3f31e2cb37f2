/** Options of the command line that a benchmark may follow. */
export interface BenchmarkOptions {
  /** Sizes of the imports. */
  readonly conversations?: readonly number[] | undefined
}
