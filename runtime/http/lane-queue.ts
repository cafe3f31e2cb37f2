/** A queue of waiting callers, lane `live` first, first come first served within a lane. */

import { onAbort } from '../lib/abort.ts'
import { LANES, type Lane } from '../ports/types.ts'

interface Waiter {
  readonly proceed: () => void
  readonly reject: (error: Error) => void
}

export class LaneQueue {
  readonly #tryTake: (lane: Lane) => boolean
  readonly #waiting: Readonly<Record<Lane, Set<Waiter>>> = { live: new Set(), backfill: new Set() }

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
        queue.delete(waiter)
        reject(abortError())
      }
      const stopListening = onAbort(signal, leave)
      const waiter: Waiter = {
        proceed: () => {
          stopListening()
          resolve()
        },
        reject: (error) => {
          stopListening()
          reject(error)
        },
      }
      queue.add(waiter)
      this.serve()
    })
  }

  /** Serves callers for as long as there are permits. Call it when a permit may have become free. */
  serve(): void {
    for (const lane of LANES) {
      for (const waiter of this.#waiting[lane]) {
        if (!this.#tryTake(lane)) break
        this.#waiting[lane].delete(waiter)
        waiter.proceed()
      }
    }
  }

  /** Ends all waits with an error. */
  rejectAll(error: Error): void {
    for (const lane of LANES) {
      const waiters = [...this.#waiting[lane]]
      this.#waiting[lane].clear()
      for (const { reject } of waiters) reject(error)
    }
  }
}
