/** Sleeps until a time, or until it is rung: a ring before a sleep ends it at once. */
import type { Clock } from '../ports/effects.ts'

/** Timers take no longer delays. Milliseconds. */
const LONGEST_SLEEP = 3_600_000

export class Alarm {
  readonly #clock: Clock
  #rung = new AbortController()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  ring(): void {
    this.#rung.abort()
  }

  /** `time`: milliseconds since 1970. */
  async sleepUntil(time: number): Promise<void> {
    const ms = Math.min(LONGEST_SLEEP, time - this.#clock.now())
    if (ms > 0) await this.#clock.sleep(ms, this.#rung.signal)
    this.#rung = new AbortController()
  }
}
