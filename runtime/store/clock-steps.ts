/** Notices that the system clock was set: due times and leases are then moved by as much, so that none is early or stuck. */
import type { Clock } from '../ports/effects.ts'

/** Smaller steps change a wait by a second at most. Milliseconds. */
const STEP_BACK = 1_000
/** Two processes on one store notice the same step within seconds, and only the first moves the times. Milliseconds. */
const STEP_AHEAD = 10_000

export class ClockSteps {
  readonly #clock: Pick<Clock, 'now' | 'elapsed'>
  #last: { readonly now: number; readonly elapsed: number } | undefined

  constructor(clock: Pick<Clock, 'now' | 'elapsed'>) {
    this.#clock = clock
  }

  /**
   * Milliseconds by which the stored times have to move, usually 0. `seenAt`: when times were last stored, by the clock
   * of then, in this process or an earlier one. It shows a step back even over a restart, where one ahead looks like a pause.
   */
  stepSince(seenAt: number | undefined): number {
    const now = this.#clock.now()
    const ahead = this.#stepAhead(now)
    if (seenAt === undefined) return 0
    if (seenAt - now > STEP_BACK) return now - seenAt
    // After another process has noticed the step, times have been stored since.
    return ahead >= STEP_AHEAD && seenAt < now - ahead / 2 ? ahead : 0
  }

  #stepAhead(now: number): number {
    const elapsed = this.#clock.elapsed?.()
    if (elapsed === undefined) return 0
    const last = this.#last
    this.#last = { now, elapsed }
    return last === undefined ? 0 : now - last.now - (elapsed - last.elapsed)
  }
}
