/** A queue of waiting callers, lane `live` first, first come first served within a lane. */

import { onAbort } from '../lib/abort.ts'
import { LANES, type Lane } from '../ports/types.ts'

export class LaneQueue {
  readonly #tryTake: (lane: Lane) => boolean
  readonly #waiting: Readonly<Record<Lane, Set<() => void>>> = { live: new Set(), backfill: new Set() }

  /** `tryTake` takes a permit for a caller of the lane, or returns false if there is none. */
  constructor(tryTake: (lane: Lane) => boolean) {
    this.#tryTake = tryTake
  }

  /** The lanes with waiting callers. */
  lanes(): readonly Lane[] {
    return LANES.filter((lane) => this.#waiting[lane].size > 0)
  }

  /** Resolves once the caller has a permit. Rejects with `abortError()` when the signal aborts. */
  async acquire(lane: Lane, signal: AbortSignal, abortError: () => Error): Promise<void> {
    if (signal.aborted) throw abortError()
    const queue = this.#waiting[lane]
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        queue.delete(proceed)
        reject(abortError())
      }
      const stopListening = onAbort(signal, leave)
      const proceed = () => {
        stopListening()
        resolve()
      }
      queue.add(proceed)
      this.serve()
    })
  }

  /** Serves callers for as long as there are permits. Call it when a permit may have become free. */
  serve(): void {
    for (const lane of LANES) {
      for (const proceed of this.#waiting[lane]) {
        if (!this.#tryTake(lane)) break
        this.#waiting[lane].delete(proceed)
        proceed()
      }
    }
  }
}
