/** Contract of a store: after any calls in any order it behaves like a tiny model. */
import assert from 'node:assert/strict'
import type { StoreFactory } from '../store-harness.ts'
import { runProgram } from './run-program.ts'
import { generateProgram, type ProgramFeatures, type Step } from './steps.ts'

export interface ProgramOptions {
  /** The number of programs. Default: 100. */
  readonly count?: number
  /** A whole number, of the first program; the next ones count up from it. Default: 1. */
  readonly seed?: number
}

/** Throws an `AssertionError` with the shortest failing program found, and its seed. */
export async function checkPrograms(
  make: StoreFactory,
  features: ProgramFeatures,
  { count = 100, seed: first = 1 }: ProgramOptions = {},
): Promise<void> {
  const failureOf = (steps: readonly Step[]) =>
    runProgram(make, steps).then(
      () => undefined,
      (error: unknown) => error,
    )
  for (let seed = first; seed < first + count; seed++) {
    let steps = generateProgram(seed, features)
    let failure = await failureOf(steps)
    if (failure === undefined) continue
    // Leaves out steps, from the last one on, as long as the rest still fails.
    for (let at = steps.length - 1; at >= 0; at--) {
      const shorter = steps.toSpliced(at, 1)
      const other = await failureOf(shorter)
      if (other !== undefined) [steps, failure] = [shorter, other]
    }
    const why = failure instanceof Error ? failure.message : String(failure)
    const program = steps.map((step) => `  ${JSON.stringify(step)}`).join('\n')
    assert.fail(`the store differs from the model after the program of seed ${seed}:\n${program}\n${why}`)
  }
}
