/** How many requests are in flight at once, live first. */

import { onAbort } from '../../runtime/lib/abort.ts'
import { Fault } from '../../runtime/ports/fault.ts'
import type { Lane } from '../../runtime/ports/types.ts'

/** Resolves when there is a place, with the function that gives it back. Rejects when the signal aborts. */
export type Acquire = (lane: Lane, signal: AbortSignal) => Promise<() => void>

/**
 * `all` places, of which history may hold `history`.
 *
 * A request holds its place while it waits for its budget. Were all places open to history,
 * a live event would stand behind history that waits for a rate limit.
 */
export function laneSemaphore(all: number, history: number): Acquire {
  const taken = { live: 0, backfill: 0 }
  const queues = { live: new Set<() => void>(), backfill: new Set<() => void>() }

  const room = (lane: Lane) => taken.live + taken.backfill < all && (lane === 'live' || taken.backfill < history)

  function serve(): void {
    for (const lane of ['live', 'backfill'] as const) {
      for (const go of queues[lane]) {
        if (!room(lane)) break
        queues[lane].delete(go)
        taken[lane]++
        go()
      }
    }
  }

  return (lane, signal) =>
    new Promise((resolve, reject) => {
      const stop = () => {
        queues[lane].delete(go)
        reject(stopped())
      }
      const leave = () => {
        taken[lane]--
        serve()
      }
      const go = () => {
        ignore()
        resolve(leave)
      }
      if (signal.aborted) return reject(stopped())
      const ignore = onAbort(signal, stop)
      queues[lane].add(go)
      serve()
    })
}

function stopped(): Fault {
  return new Fault('transient', 'klaviyo/stopped', 'stopped before the request went out; it is tried again')
}
