/** Keeps the stored due times right when the system clock is set. */
import { CLOCK_CHECKPOINT } from '../../lib/checkpoint-names.ts'
import type { Clock } from '../../ports/effects.ts'
import { ClockSteps } from '../clock-steps.ts'
import { readCheckpoint, writeCheckpoints } from './key-values.ts'
import { toInteger } from './row-mapping.ts'
import { statement } from './statement.ts'
import { run, type Steps } from './steps.ts'

// Reads all unsettled records, which takes long only where it is needed.
const MOVE = statement(
  ({ greatest }) => `
  UPDATE records SET due_at = ${greatest('1', 'due_at + ?1')}
  WHERE status IN ('pending', 'leased', 'deferred') AND due_at > 0`,
)

/** Milliseconds after which a stored time is written anew: it costs a statement in a transaction that there is anyway. */
const PRECISION = 1_000

/** The tenant whose checkpoint it is: one clock serves the whole file. */
const FILE = 0

export class DueTimes {
  readonly #clock: Clock
  readonly #steps: ClockSteps
  /** Whether all processes on the database share one clock. Otherwise the difference between two would look like a step. */
  readonly #hasOneClock: boolean

  constructor(clock: Clock, hasOneClock: boolean) {
    this.#clock = clock
    this.#steps = new ClockSteps(clock)
    this.#hasOneClock = hasOneClock
  }

  /** Called within each transaction that reads or stores due times, before it does. Returns the time. */
  *update(use: 'read' | 'store'): Steps<number> {
    const now = this.#clock.now()
    if (!this.#hasOneClock) return now
    const saved = yield* readCheckpoint(FILE, CLOCK_CHECKPOINT)
    const seenAt = typeof saved === 'number' ? saved : undefined
    const step = this.#steps.stepSince(seenAt)
    if (step !== 0) yield* run(MOVE, toInteger(step))
    if (step !== 0 || (use === 'store' && now - (seenAt ?? 0) >= PRECISION))
      yield* writeCheckpoints(FILE, [{ name: CLOCK_CHECKPOINT, value: now }])
    return now
  }
}
