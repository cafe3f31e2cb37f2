/** A queue of waiting callers, lane `live` first, first come first served within a lane. */

import { onAbort } from '../lib/abort.ts'
import { LANES, type Lane } from '../ports/types.ts'

interface Waiter {
  readonly proceed: () => void
  readonly reject: (error: Error) => void
}

export class LaneQueue {
  readonly #tryTake: (lane: Lane) => boolean
  /** Without the lanes in which no caller waits: an idle tenant has dozens of queues. */
  readonly #waiting = new Map<Lane, Set<Waiter>>()

  /** `tryTake` takes a permit for a caller of the lane, or returns false if there is none. */
  constructor(tryTake: (lane: Lane) => boolean) {
    this.#tryTake = tryTake
  }

  /** The lanes with waiting callers. */
  lanes(): readonly Lane[] {
    return LANES.filter((lane) => (this.#waiting.get(lane)?.size ?? 0) > 0)
  }

  /** Resolves once the caller has a permit. Rejects with `abortError()` when the signal aborts. */
  async acquire(lane: Lane, signal: AbortSignal, abortError: () => Error): Promise<void> {
    if (signal.aborted) throw abortError()
    const queue = this.#waiting.get(lane) ?? new Set()
    this.#waiting.set(lane, queue)
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
      const queue = this.#waiting.get(lane)
      for (const waiter of queue ?? []) {
        if (!this.#tryTake(lane)) break
        queue?.delete(waiter)
        waiter.proceed()
      }
      if (queue?.size === 0 && this.#waiting.get(lane) === queue) this.#waiting.delete(lane)
    }
  }

  /** Ends all waits with an error. */
  rejectAll(error: Error): void {
    for (const lane of LANES) {
      const waiters = [...(this.#waiting.get(lane) ?? [])]
      this.#waiting.delete(lane)
      for (const { reject } of waiters) reject(error)
    }
  }
}
