/** Fixed rate-limit windows of a second and a minute, and their headers. */
import type { Clock } from '../../runtime/ports/effects.ts'
import { type ApiError, apiError } from './errors.ts'

/** Requests a second (`burst`) and a minute (`steady`). */
export interface RateLimit {
  readonly burst: number
  readonly steady: number
}

type Headers = Readonly<Record<string, string>>

export interface RateWindows {
  take(): Headers | ApiError
  reset(): void
}

/**
 * Counts requests to one endpoint. `take` returns the headers of the response, or the error.
 *
 * A 429 closes the endpoint until its Retry-After has passed, even if the window ends sooner:
 * Klaviyo documents that an earlier retry "always" gets another 429.
 */
export function createRateWindows({ burst, steady }: RateLimit, clock: Clock): RateWindows {
  const windows: readonly Window[] = [
    { limit: burst, length: 1_000, index: -1, used: 0 },
    { limit: steady, length: 60_000, index: -1, used: 0 },
  ]
  let closedUntil = 0

  function roll(now: number): void {
    for (const window of windows) {
      const index = Math.floor(now / window.length)
      if (index === window.index) continue
      window.index = index
      window.used = 0
    }
  }

  function take(): Headers | ApiError {
    const now = clock.now()
    roll(now)
    if (closedUntil <= now && windows.some(isFull)) closedUntil = now + secondsToOpen(now) * 1000
    if (closedUntil > now) return throttled(Math.ceil((closedUntil - now) / 1000))
    for (const window of windows) window.used += 1
    return describe(now)
  }

  /** Seconds until no window is full, rounded up for `Retry-After`. */
  function secondsToOpen(now: number): number {
    const open = Math.max(...windows.filter(isFull).map((window) => (window.index + 1) * window.length))
    return Math.ceil((open - now) / 1000)
  }

  // Recorded from the live API: the headers describe the burst window, although its guide says the steady one.
  function describe(now: number): Headers {
    return {
      'RateLimit-Limit': `${burst}, ${burst};w=1, ${steady};w=60`,
      'RateLimit-Remaining': String(burst - (windows[0]?.used ?? 0)),
      'RateLimit-Reset': String(Math.floor((1000 - (now % 1000)) / 1000)),
    }
  }

  function reset(): void {
    for (const window of windows) window.used = 0
    closedUntil = 0
  }

  return { take, reset }
}

interface Window {
  readonly limit: number
  /** Milliseconds. */
  readonly length: number
  /** Which one since 1970. */
  index: number
  used: number
}

function isFull({ used, limit }: Window): boolean {
  return used >= limit
}

function throttled(seconds: number): ApiError {
  const detail = `Request was throttled. Expected available in ${seconds} second${seconds === 1 ? '' : 's'}.`
  return apiError(429, 'throttled', {
    title: 'Request was throttled.',
    detail,
    headers: { 'Retry-After': String(seconds) },
  })
}
