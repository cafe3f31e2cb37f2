/** Paces requests: sliding windows shared by both lanes, live first. */

import { MonotonicClock } from '../lib/monotonic-clock.ts'
import type { Clock } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import { LANES, type Lane } from '../ports/types.ts'
import type { RateLimitSpec, Window } from '../spec/spec.ts'
import { LaneQueue } from './lane-queue.ts'
import { LONGEST_HELD_PAUSE, type Pause, PausedTooLong } from './pauses.ts'

export interface RateLimiter {
  /**
   * Resolves when a request may go. Waits of lane `live` are served before `backfill`, first come
   * first served within a lane. Rejects with a transient `Fault` when the signal aborts, and with `PausedTooLong` during a
   * pause that the store should wait for.
   */
  acquire(lane: Lane, signal: AbortSignal): Promise<void>
  /** Reads how much of the limit is left from a response's headers, if the spec names such headers. */
  observeHeaders(response: Response): void
  /**
   * Holds every request until `until` (milliseconds since 1970), as the remote API asked; `requested` milliseconds, if it
   * asked for more.
   */
  pauseUntil(until: number, requested?: number): void
  /** The pause in effect that the remote API asked for. */
  pause(): Pause | undefined
  /** Requests sent within each window, and the part of its limit that we use. */
  usage(): readonly (Window & { readonly used: number })[]
}

/** When the remote API reports less than this part of its limit left, lane `backfill` waits for the reset. */
const RESERVE = 0.1
/** Windows that a reset header may hold requests for. Resets up to two windows ahead have been seen. */
const RESET_WINDOWS = 3
/** Milliseconds: reset headers count in whole seconds, and the real windows may be longer than the spec's. */
const SHORTEST_MAX_RESET_DELAY = 10_000
/** Timers overflow beyond 24 days and fire at once, so a long wait is slept in pieces. */
const LONGEST_SLEEP = 3_600_000

/** One limiter for one limit of the remote API. Share it among all requests that count against that limit. */
export function createRateLimiter(spec: RateLimitSpec, clock: Clock): RateLimiter {
  return new WindowRateLimiter(spec, clock)
}

class WindowRateLimiter implements RateLimiter {
  readonly #spec: RateLimitSpec
  readonly #clock: Clock
  readonly #time: MonotonicClock
  readonly #windows: readonly SlidingWindow[]
  readonly #queue = new LaneQueue((lane) => this.#tryTake(lane))
  readonly #notBefore = { live: 0, backfill: 0 }
  readonly #pauses: { [lane in Lane]?: Pick<Pause, 'requested' | 'waits'> } = {}
  #alarm: { readonly at: number; readonly controller: AbortController } | undefined

  constructor(spec: RateLimitSpec, clock: Clock) {
    this.#spec = spec
    this.#clock = clock
    this.#time = new MonotonicClock(clock)
    this.#windows = spec.windows.map((window) => new SlidingWindow(window, spec.utilization))
  }

  async acquire(lane: Lane, signal: AbortSignal): Promise<void> {
    const pause = this.pause()
    if (pause?.lanes === 'all' && pause.until - this.#clock.now() > LONGEST_HELD_PAUSE) {
      throw signal.aborted ? stopped() : new PausedTooLong(pause.until)
    }
    const acquired = this.#queue.acquire(lane, signal, stopped)
    this.#arm()
    try {
      await acquired
    } catch (error) {
      // The alarm may have been set for the caller that gave up.
      this.#arm()
      throw error
    }
  }

  observeHeaders({ headers }: Response): void {
    const { headers: names, windows } = this.#spec
    if (names === undefined) return
    const limit = count(headers.get(names.limit)) ?? windows[0]?.limit ?? 0
    const remaining = count(headers.get(names.remaining))
    const now = this.#clock.now()
    const reset = parseRateLimitReset(headers.get(names.reset), now, headers.get('date'))
    if (remaining === undefined || reset === undefined || remaining >= limit * RESERVE) return
    this.#pause('backfill', Math.min(reset, now + maxResetDelay(windows)), reset - now)
    this.#serve()
  }

  pauseUntil(until: number, requested = until - this.#clock.now()): void {
    this.#pause('live', until, requested)
    this.#pause('backfill', until, requested)
    if (until - this.#clock.now() > LONGEST_HELD_PAUSE) this.#queue.rejectAll(new PausedTooLong(until))
    this.#serve()
  }

  pause(): Pause | undefined {
    const [now, time] = [this.#clock.now(), this.#time.now()]
    for (const lane of LANES) {
      const left = this.#notBefore[lane] - time
      const request = this.#pauses[lane]
      if (left > 0 && request) return { lanes: lane === 'live' ? 'all' : 'backfill', ...request, until: now + left }
    }
    return undefined
  }

  usage(): readonly (Window & { readonly used: number })[] {
    return this.#windows.map((window) => window.usage(this.#time.now()))
  }

  #pause(lane: Lane, until: number, requested: number): void {
    const notBefore = this.#time.fromWallClock(until)
    if (notBefore <= this.#notBefore[lane]) return
    this.#notBefore[lane] = notBefore
    this.#pauses[lane] = { requested, waits: until - this.#clock.now() }
  }

  /** When the lane's next request may go. */
  #dueAt(lane: Lane): number {
    return this.#windows.reduce((at, window) => Math.max(at, window.freeAt()), this.#notBefore[lane])
  }

  #tryTake(lane: Lane): boolean {
    const now = this.#time.now()
    if (this.#dueAt(lane) > now) return false
    for (const window of this.#windows) window.record(now)
    return true
  }

  #serve(): void {
    this.#queue.serve()
    this.#arm()
  }

  /** Sleeps until the first waiting request may go. There is only one sleep: an earlier one replaces it. */
  #arm(): void {
    const lanes = this.#queue.lanes()
    const at = Math.min(...lanes.map((lane) => this.#dueAt(lane)))
    if (this.#alarm?.at === at) return
    this.#alarm?.controller.abort()
    this.#alarm = undefined
    if (lanes.length === 0) return
    const controller = new AbortController()
    this.#alarm = { at, controller }
    const ms = Math.min(at - this.#time.now(), LONGEST_SLEEP)
    void this.#clock.sleep(ms, controller.signal).then(() => {
      if (controller.signal.aborted) return
      this.#alarm = undefined
      this.#serve()
    })
  }
}

/**
 * Remembers the last `limit * utilization` requests, at least 1: the next may go once the oldest is `interval` ago.
 *
 * The remote API counts in fixed windows with unknown edges. A sliding window holds for every position of the edges.
 */
class SlidingWindow {
  readonly #interval: number
  readonly #size: number
  readonly #times: number[] = []
  #oldest = 0

  constructor({ limit, interval }: Window, utilization: number) {
    this.#interval = interval
    // The product of a utilization like 0.07 and a limit like 100 is 7.000000000000001 or 6.999999999999999.
    this.#size = Math.max(1, Math.floor(limit * utilization + 1e-9))
  }

  freeAt(): number {
    return this.#times.length < this.#size ? 0 : (this.#times[this.#oldest] ?? 0) + this.#interval
  }

  record(now: number): void {
    this.#times[this.#oldest] = now
    this.#oldest = (this.#oldest + 1) % this.#size
  }

  usage(now: number): Window & { readonly used: number } {
    const [limit, interval] = [this.#size, this.#interval]
    return { limit, interval, used: this.#times.filter((at) => at > now - interval).length }
  }
}

/** The longest wait that a reset header may cause, milliseconds: a wrong header must not stop delivery. */
export function maxResetDelay(windows: readonly Window[]): number {
  return windows.reduce((delay, { interval }) => Math.max(delay, RESET_WINDOWS * interval), SHORTEST_MAX_RESET_DELAY)
}

/**
 * When a window begins anew, in milliseconds since 1970 on our clock. Some headers give Unix seconds or milliseconds,
 * others seconds from now; the size tells which, since no window is 30 years long. `date` is the `Date` header of the
 * same response: it tells the remote clock, which may be minutes off ours.
 */
export function parseRateLimitReset(
  header: string | null,
  now: number,
  date: string | null = null,
): number | undefined {
  const value = count(header)
  if (value === undefined) return undefined
  if (value <= 1e9) return now + value * 1000
  return toLocalTime(value > 1e11 ? value : value * 1000, now, date)
}

/** Converts a time of the remote clock to ours. */
export function toLocalTime(time: number, now: number, date: string | null): number {
  const remoteNow = Date.parse(date ?? '')
  return Number.isNaN(remoteNow) ? time : now + (time - remoteNow)
}

function count(header: string | null): number | undefined {
  const value = header === null || header.trim() === '' ? Number.NaN : Number(header)
  return Number.isFinite(value) && value >= 0 ? value : undefined
}

function stopped(): Fault {
  return new Fault('transient', 'rate-limit/stopped', 'stopped before the request was sent; will retry', {
    unanswered: false,
  })
}
