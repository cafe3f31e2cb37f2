/** Limits how many requests are in flight at once, live first. */
import { LaneQueue } from '../../runtime/lib/lane-queue.ts'
import { Fault } from '../../runtime/ports/fault.ts'
import type { Lane } from '../../runtime/ports/types.ts'

/** Resolves with a function that releases the permit. Rejects when the signal aborts. */
export type Acquire = (lane: Lane, signal: AbortSignal) => Promise<() => void>

/**
 * `all` permits, of which lane `backfill` may hold `history`.
 *
 * A request holds its permit while it waits for the rate limiter. Were all permits open to history,
 * a live event would stand behind history that waits for a rate limit.
 */
export function laneSemaphore(all: number, history: number): Acquire {
  const taken = { live: 0, backfill: 0 }
  const queue = new LaneQueue((lane) => {
    if (taken.live + taken.backfill >= all || (lane === 'backfill' && taken.backfill >= history)) return false
    taken[lane]++
    return true
  })
  return async (lane, signal) => {
    await queue.acquire(lane, signal, stopped)
    return () => {
      taken[lane]--
      queue.serve()
    }
  }
}

function stopped(): Fault {
  return new Fault('transient', 'klaviyo/stopped', 'stopped before the request was sent; will retry')
}
