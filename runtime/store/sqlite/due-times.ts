/** Keeps the stored due times right when the system clock is set. */
import { CLOCK_CHECKPOINT } from '../../lib/checkpoint-names.ts'
import type { Clock } from '../../ports/effects.ts'
import { ClockSteps } from '../clock-steps.ts'
import type { Connection } from './connection.ts'
import { readCheckpoint, writeCheckpoint } from './key-values.ts'
import { toInteger } from './row-mapping.ts'

// Reads all unsettled records, which takes long only where it is needed.
const MOVE = `
  UPDATE records SET due_at = max(1, due_at + ?) WHERE status IN ('pending', 'leased', 'deferred') AND due_at > 0`

/** Milliseconds after which a stored time is written anew: it costs a statement in a transaction that there is anyway. */
const PRECISION = 1_000

export class DueTimes {
  readonly #db: Connection
  readonly #clock: Clock
  readonly #steps: ClockSteps

  constructor(db: Connection, clock: Clock) {
    this.#db = db
    this.#clock = clock
    this.#steps = new ClockSteps(clock)
  }

  /** Called within each transaction that reads or stores due times, before it does. Returns the time. */
  update(use: 'read' | 'store'): number {
    const now = this.#clock.now()
    const saved = readCheckpoint(this.#db, CLOCK_CHECKPOINT)
    const seenAt = typeof saved === 'number' ? saved : undefined
    const step = this.#steps.stepSince(seenAt)
    if (step !== 0) this.#db.run(MOVE, toInteger(step))
    if (step !== 0 || (use === 'store' && now - (seenAt ?? 0) >= PRECISION))
      writeCheckpoint(this.#db, { name: CLOCK_CHECKPOINT, value: now })
    return now
  }
}
