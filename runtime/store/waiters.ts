/** Callers of `Store.wait`, woken by a change in their lane, by the clock, or by their signal. */
import { untilAborted } from '../lib/abort.ts'
import type { Clock } from '../ports/effects.ts'
import type { Lane } from '../ports/types.ts'

/** A timer of more than 24 days ends at once. Who waits so long looks again. */
const LONGEST_SLEEP = 86_400_000

export class Waiters {
  readonly #clock: Clock
  readonly #alarms: Readonly<Record<Lane, Set<AbortController>>> = { live: new Set(), backfill: new Set() }

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Sleeps until woken, for `ms` at most, or until the signal aborts. Leaves no timer and no listener behind. */
  async sleep(lane: Lane, ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || !(ms > 0)) return
    const alarm = new AbortController()
    const wake = () => alarm.abort()
    signal.addEventListener('abort', wake)
    this.#alarms[lane].add(alarm)
    try {
      if (ms === Number.POSITIVE_INFINITY) await untilAborted(alarm.signal)
      else await this.#clock.sleep(Math.min(ms, LONGEST_SLEEP), alarm.signal)
    } finally {
      this.#alarms[lane].delete(alarm)
      signal.removeEventListener('abort', wake)
    }
  }

  wake(lanes: Iterable<Lane>): void {
    for (const lane of lanes) for (const alarm of this.#alarms[lane]) alarm.abort()
  }
}
