/** Paces requests: sliding windows shared by both lanes, live first. */

import { onAbort } from '../lib/abort.ts'
import { monotonicClock } from '../lib/monotonic-clock.ts'
import type { Clock } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import type { Lane } from '../ports/types.ts'
import type { RateLimitSpec, Window } from '../spec/spec.ts'

export interface RateLimiter {
  /**
   * Resolves when a request may go. Waits of lane `live` are served before `backfill`, first come
   * first served within a lane. Rejects with a transient `Fault` when the signal aborts.
   */
  acquire(lane: Lane, signal: AbortSignal): Promise<void>
  /** Reads what an answer's headers say is left, where the spec names such headers. */
  observeHeaders(response: Response): void
  /** Nothing goes before `until` (milliseconds since 1970): the other side asked for it. */
  pauseUntil(until: number): void
  /** How much of each window, of the part we take, went out in the time it spans. */
  usage(): readonly (Window & { readonly used: number })[]
}

interface Waiting {
  readonly go: () => void
}

/** When the other side says that less than this part of its limit is left, history waits for the reset. */
const RESERVE = 0.1
/** Timers overflow beyond 24 days and fire at once, so a long wait is slept in pieces. */
const LONGEST_SLEEP = 3_600_000

/** One budget for one limit of the other side. Everything that counts against that limit must ask it. */
export function createRateLimiter(spec: RateLimitSpec, clock: Clock): RateLimiter {
  const time = monotonicClock(clock)
  const logs = spec.windows.map((window) => slidingWindow(window, spec.utilization))
  const queues = { live: new Set<Waiting>(), backfill: new Set<Waiting>() }
  const notBefore = { live: 0, backfill: 0 }
  let alarm: { readonly at: number; readonly off: AbortController } | undefined

  /** When the lane's next request may go. */
  const due = (lane: Lane) => Math.max(notBefore[lane], ...logs.map((log) => log.free()))

  function serve(): void {
    const now = time.now()
    for (const lane of ['live', 'backfill'] as const) {
      for (const waiting of queues[lane]) {
        if (due(lane) > now) break
        queues[lane].delete(waiting)
        for (const log of logs) log.record(now)
        waiting.go()
      }
    }
    arm(now)
  }

  /** Sleeps until the first waiting request may go. Only ever one sleep: an earlier one replaces it. */
  function arm(now: number): void {
    const lanes = (['live', 'backfill'] as const).filter((lane) => queues[lane].size > 0)
    const at = Math.min(...lanes.map(due))
    if (alarm?.at === at) return
    alarm?.off.abort()
    alarm = undefined
    if (lanes.length === 0) return
    const off = new AbortController()
    alarm = { at, off }
    void clock.sleep(Math.min(at - now, LONGEST_SLEEP), off.signal).then(() => {
      if (off.signal.aborted) return
      alarm = undefined
      serve()
    })
  }

  function acquire(lane: Lane, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(stopped())
    return new Promise((resolve, reject) => {
      const leave = () => {
        queues[lane].delete(waiting)
        reject(stopped())
        serve()
      }
      const ignore = onAbort(signal, leave)
      const go = () => {
        ignore()
        resolve()
      }
      const waiting: Waiting = { go }
      queues[lane].add(waiting)
      serve()
    })
  }

  function pauseUntil(until: number): void {
    const at = time.fromWallClock(until)
    notBefore.live = Math.max(notBefore.live, at)
    notBefore.backfill = Math.max(notBefore.backfill, at)
    serve()
  }

  function observeHeaders({ headers }: Response): void {
    if (spec.headers === undefined) return
    const limit = count(headers.get(spec.headers.limit)) ?? spec.windows[0]?.limit ?? 0
    const remaining = count(headers.get(spec.headers.remaining))
    const reset = parseRateLimitReset(headers.get(spec.headers.reset), clock.now())
    if (remaining === undefined || reset === undefined || remaining >= limit * RESERVE) return
    notBefore.backfill = Math.max(notBefore.backfill, time.fromWallClock(reset))
    serve()
  }

  const usage = () => logs.map((log) => log.used(time.now()))
  return { acquire, observeHeaders, pauseUntil, usage }
}

/**
 * Remembers the last `limit * utilization` requests, at least 1: the next may go once the oldest is `interval` ago.
 *
 * The other side counts in fixed windows whose edges we do not know. A window that slides
 * holds for every place the edges may have.
 */
function slidingWindow({ limit, interval }: Window, utilization: number) {
  // The product of a utilization like 0.07 and a limit like 100 is 7.000000000000001 or 6.999999999999999.
  const size = Math.max(1, Math.floor(limit * utilization + 1e-9))
  const times: number[] = []
  let oldest = 0
  return {
    free: () => (times.length < size ? 0 : (times[oldest] ?? 0) + interval),
    record: (now: number) => {
      times[oldest] = now
      oldest = (oldest + 1) % size
    },
    used: (now: number) => ({ limit: size, interval, used: times.filter((at) => at > now - interval).length }),
  }
}

/**
 * When a window begins anew, in milliseconds since 1970. Some headers give Unix seconds,
 * others seconds from now; no window is 30 years long, so the size tells which.
 */
export function parseRateLimitReset(header: string | null, now: number): number | undefined {
  const seconds = count(header)
  if (seconds === undefined) return undefined
  return seconds > 1e9 ? seconds * 1000 : now + seconds * 1000
}

function count(header: string | null): number | undefined {
  const value = header === null || header.trim() === '' ? Number.NaN : Number(header)
  return Number.isFinite(value) && value >= 0 ? value : undefined
}

function stopped(): Fault {
  return new Fault('transient', 'budget/stopped', 'stopped before the request went out; it is tried again')
}
