/** Plays the schedule of a seed, undisturbed and disturbed, and compares what arrived in Klaviyo. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { compareOutcomes } from './outcome.ts'
import { play } from './play.ts'
import { type Schedule, schedules } from './schedule.ts'

/** In memory where there is such a folder: a killed process loses nothing that it has written to a file. */
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

export interface CheckOptions {
  /** Milliseconds to look for a smaller schedule that fails, too. Default: none. */
  readonly shrinkFor?: number
}

/** The failure of a seed, with the command that repeats it. Undefined if there is none. */
export async function checkSchedule(seed: number, { shrinkFor }: CheckOptions = {}): Promise<string | undefined> {
  const property = fc.asyncProperty(schedules, runSchedule)
  const time = shrinkFor === undefined ? { endOnFailure: true } : { interruptAfterTimeLimit: shrinkFor }
  const { counterexample, errorInstance } = await fc.check(property, { seed, numRuns: 1, ...time })
  if (counterexample === null) return undefined
  const lines = [
    `seed ${seed} failed; to repeat: npm run fuzz -- deliveries 1 ${seed}`,
    errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
    `schedule: ${JSON.stringify(counterexample[0], null, 1)}`,
  ]
  return lines.join('\n')
}

/** Throws an error that says what is wrong. */
async function runSchedule(schedule: Schedule): Promise<void> {
  const folder = mkdtempSync(join(FOLDER, 'deliveries-'))
  try {
    const undisturbed = await play(schedule)
    const disturbed = await play(schedule, join(folder, 'store.db'))
    const differences = [
      ...compareOutcomes(undisturbed.afterPass, disturbed.afterPass).map((line) => `after the pass, ${line}`),
      ...compareOutcomes(undisturbed.atEnd, disturbed.atEnd).map((line) => `at the end, ${line}`),
    ]
    if (differences.length > 0) throw new Error([...differences, ...disturbed.log].join('\n'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
