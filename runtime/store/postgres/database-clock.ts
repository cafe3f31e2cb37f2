/** The time of the database, for leases and due times: the clocks of the machines on one database differ. */
import { MonotonicClock } from '../../lib/monotonic-clock.ts'
import type { Clock } from '../../ports/effects.ts'
import type { SqlStatements } from '../../ports/sql.ts'

/** A time that is never set, from the clock of this process: for one process alone, and for tests. */
export class SteadyClock implements Clock {
  readonly #clock: Clock
  readonly #time: MonotonicClock
  readonly #offset: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#time = new MonotonicClock(clock)
    this.#offset = clock.now() - this.#time.now()
  }

  now(): number {
    return Math.floor(this.#time.now() + this.#offset)
  }

  elapsed(): number {
    return this.#time.now()
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#clock.sleep(ms, signal)
  }
}

/** How often the difference is measured, milliseconds: the clocks of two machines drift apart by a few in this time. */
const MEASURE_EVERY = 60_000

const NOW = 'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now'

export class DatabaseClock implements Clock {
  readonly #sql: Pick<SqlStatements, 'get'>
  readonly #clock: Clock
  readonly #time: MonotonicClock
  /** The time of the database less that of `#time`. */
  #offset = 0
  #measuredAt = Number.NEGATIVE_INFINITY
  #measuring = false

  constructor(sql: Pick<SqlStatements, 'get'>, clock: Clock) {
    this.#sql = sql
    this.#clock = clock
    this.#time = new MonotonicClock(clock)
  }

  /** Throws a `Fault` if the database does not answer. Call it once before the clock is used. */
  async measure(): Promise<void> {
    const before = this.#time.now()
    const { now } = (await this.#sql.get(NOW, [])) as { now: number }
    const after = this.#time.now()
    this.#offset = now - (before + after) / 2
    this.#measuredAt = after
  }

  now(): number {
    const time = this.#time.now()
    if (time - this.#measuredAt > MEASURE_EVERY && !this.#measuring) void this.#measureAgain()
    return Math.floor(time + this.#offset)
  }

  elapsed(): number {
    return this.#time.now()
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#clock.sleep(ms, signal)
  }

  async #measureAgain(): Promise<void> {
    this.#measuring = true
    // Without an answer the difference of before still holds.
    await this.measure().catch(() => {
      this.#measuredAt = this.#time.now()
    })
    this.#measuring = false
  }
}
