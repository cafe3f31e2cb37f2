/** Times one attempt at a record: its start, and how long mapping took. */
import type { Clock } from '../ports/effects.ts'
import type { Lane, Outcome } from '../ports/types.ts'

export class AttemptTimer {
  readonly startedAt: number
  readonly #clock: Clock
  #mappedMs: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.startedAt = clock.now()
  }

  mapped(): void {
    this.#mappedMs ??= Math.max(0, this.#clock.now() - this.startedAt)
  }

  /** Without the times of delivered history: millions of events arrive in full requests, which say nothing of one of them. */
  addTo(outcome: Outcome, lane: Lane): Outcome {
    if (outcome.status === 'delivered' && lane === 'backfill') return outcome
    const mappedMs = this.#mappedMs
    return { ...outcome, timing: { startedAt: this.startedAt, ...(mappedMs !== undefined && { mappedMs }) } }
  }
}
