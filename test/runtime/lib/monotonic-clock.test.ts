/** A system clock that is set back delays nothing. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { createRateLimiter } from '../../../runtime/http/rate-limiter.ts'
import { MonotonicClock } from '../../../runtime/lib/monotonic-clock.ts'
import { TtlCache } from '../../../runtime/lib/ttl-cache.ts'

const HOUR = 3_600_000
const never = new AbortController().signal

/** A virtual clock that can be set back. */
function adjustableClock() {
  const clock = virtualClock()
  let back = 0
  return {
    clock,
    shown: { now: () => clock.now() - back, sleep: clock.sleep },
    setBack: (ms: number) => {
      back += ms
    },
  }
}

test('advances with the clock, and never goes back', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -HOUR, max: HOUR })), fc.nat(), (steps, later) => {
      let shows = 1_800_000_000_000
      const time = new MonotonicClock({ now: () => shows })
      for (const step of steps) {
        const before = time.now()
        shows += step
        expect(time.now() - before).toBe(Math.max(0, step))
        expect(time.fromWallClock(shows + later) - time.now()).toBe(later)
      }
    }),
  )
})

test('the rate limiter waits as long as before for a full window and for a requested pause', async () => {
  const { clock, shown, setBack } = adjustableClock()
  const pace = createRateLimiter({ windows: [{ limit: 2, interval: 1_000 }], utilization: 1 }, shown)
  for (let n = 0; n < 2; n++) await pace.acquire('live', never)
  const began = clock.now()
  setBack(HOUR)
  await clock.until(pace.acquire('live', never))
  expect(clock.now() - began).toBe(1_000)

  pace.pauseUntil(shown.now() + 7_000)
  setBack(HOUR)
  await clock.until(pace.acquire('live', never))
  expect(clock.now() - began).toBe(8_000)
})

test('cached values expire in time', async () => {
  const { clock, shown, setBack } = adjustableClock()
  let asked = 0
  const cache = new TtlCache({ ttl: 60_000, clock: shown, fetch: async () => ++asked })
  await cache.find('1', 'live')
  setBack(HOUR)
  await cache.find('1', 'live')
  expect(asked).toBe(1)
  await clock.advance(60_000)
  await cache.find('1', 'live')
  expect(asked).toBe(2)
})
