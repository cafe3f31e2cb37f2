/** The clock of the contracts. */
import type { Clock } from '../../../ports/effects.ts'

/** A clock that advances only when a test advances it. */
export class TestClock implements Clock {
  #now = 1_700_000_000_000
  /** How far the clock was set. */
  #step = 0
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>()

  now(): number {
    return this.#now + this.#step
  }

  elapsed(): number {
    return this.#now
  }

  /** As an operator or a time server does: no time passes. */
  set(ms: number): void {
    this.#step += ms
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const sleeper = { at: this.#now + ms, wake }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', wake)
    })
  }

  advance(ms: number): void {
    this.#now += ms
    for (const { at, wake } of this.#sleepers) if (at <= this.#now) wake()
  }

  /** The number of pending timers. */
  get timers(): number {
    return this.#sleepers.size
  }
}
