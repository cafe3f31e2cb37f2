/** Checks whether an import has been replaced by a newer one. */

import { MonotonicClock } from '../lib/monotonic-clock.ts'
import type { Clock } from '../ports/effects.ts'
import type { Store } from '../ports/store.ts'
import { readBackfillState } from './state.ts'

/** How long `true` is cached. */
const CURRENT_RUN_TTL_MS = 1_000

/**
 * Checks whether a run is the newest import: pending records of earlier ones are no longer sent.
 *
 * Called for each record. `true` is cached for a second: a record sent a second after its import was replaced does no
 * harm. `false` is never cached: it drops the record from its import.
 */
export class CurrentRunChecker {
  readonly #store: Pick<Store, 'readCheckpoint'>
  readonly #time: MonotonicClock
  #current: { readonly run: string; readonly at: number } | undefined

  constructor(store: Pick<Store, 'readCheckpoint'>, clock: Clock) {
    this.#store = store
    this.#time = new MonotonicClock(clock)
  }

  async isCurrent(run: string): Promise<boolean> {
    if (this.#current?.run === run && this.#time.now() - this.#current.at < CURRENT_RUN_TTL_MS) return true
    const current = (await readBackfillState(this.#store))?.run.id
    this.#current = current === undefined ? undefined : { run: current, at: this.#time.now() }
    return current === run
  }
}
