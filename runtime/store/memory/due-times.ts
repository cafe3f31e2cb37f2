/** Moves the due times of the memory store when the clock was set. */
import type { Clock } from '../../ports/effects.ts'
import { ClockSteps } from '../clock-steps.ts'
import type { StoredRecord } from './records.ts'

export class DueTimes {
  readonly #clock: Clock
  readonly #steps: ClockSteps
  /** When a due time was last stored. */
  #seenAt: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.#steps = new ClockSteps(clock)
  }

  /** Call it with the unsettled records before any of their due times is read or stored. Returns the time. */
  update(unsettled: readonly StoredRecord[]): number {
    const step = this.#steps.stepSince(this.#seenAt)
    const now = this.#clock.now()
    this.#seenAt = now
    if (step === 0) return now
    for (const stored of unsettled) if (stored.due > 0) stored.due = Math.max(1, stored.due + step)
    return now
  }
}
