/** Which records a browser shows in full: each after a form that asks for it, for a while. No address says so. */
import { BoundedMap } from '../../lib/bounded-map.ts'
import type { Clock } from '../../ports/effects.ts'

const MAX_REVEALS = 1_000
/** Milliseconds. */
const LASTS = 15 * 60_000

/** In memory: after a restart, and in the console of another process, one asks again. */
export class Reveals {
  readonly #clock: Clock
  readonly #ends = new BoundedMap<string, number>(MAX_REVEALS)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  begin(session: string, seq: number): void {
    this.#ends.set(nameOf(session, seq), this.#clock.now() + LASTS)
  }

  end(session: string, seq: number): void {
    this.#ends.delete(nameOf(session, seq))
  }

  has(session: string, seq: number): boolean {
    return (this.#ends.get(nameOf(session, seq)) ?? 0) > this.#clock.now()
  }
}

const nameOf = (session: string, seq: number): string => `${seq} ${session}`
