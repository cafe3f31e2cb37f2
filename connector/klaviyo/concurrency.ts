/** Limits the number of requests in flight, live first. */
import { LaneQueue } from '../../runtime/http/lane-queue.ts'
import { Fault } from '../../runtime/ports/fault.ts'
import type { Lane } from '../../runtime/ports/types.ts'

/** Resolves with a function that releases the permit. Rejects when the signal aborts. */
export type Acquire = (lane: Lane, signal: AbortSignal) => Promise<() => void>

/**
 * `total` permits, of which lane `backfill` may hold `forBackfill`.
 *
 * A request holds its permit while it waits for the rate limiter. If backfill could hold all permits, a live event
 * would wait behind backfill requests that wait for a rate limit.
 */
export function laneSemaphore(total: number, forBackfill: number): Acquire {
  const inUse = { live: 0, backfill: 0 }
  const queue = new LaneQueue((lane) => {
    if (inUse.live + inUse.backfill >= total || (lane === 'backfill' && inUse.backfill >= forBackfill)) return false
    inUse[lane]++
    return true
  })
  return async (lane, signal) => {
    await queue.acquire(lane, signal, stopped)
    return () => {
      inUse[lane]--
      queue.serve()
    }
  }
}

function stopped(): Fault {
  return new Fault('transient', 'klaviyo/stopped', 'stopped before the request was sent; will retry')
}
