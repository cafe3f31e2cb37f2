/** Laws of the budget: never more than its share in any interval, live never behind history. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type VirtualClock, virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { createRateLimiter, maxResetDelay, parseRateLimitReset } from '../../../runtime/http/rate-limiter.ts'
import type { Lane } from '../../../runtime/ports/types.ts'
import type { RateLimitSpec } from '../../../runtime/spec/spec.ts'

const never = new AbortController().signal

interface Gone {
  readonly lane: Lane
  readonly asked: number
  readonly went: number
}

/** Asks for a place now and notes when it was given. */
function ask(pace: ReturnType<typeof createRateLimiter>, lane: Lane, clock: VirtualClock, log: Gone[], signal = never) {
  const asked = clock.now()
  return pace.acquire(lane, signal).then(
    () => void log.push({ lane, asked, went: clock.now() }),
    () => undefined,
  )
}

const windows = fc.array(
  fc.record({ limit: fc.integer({ min: 1, max: 20 }), interval: fc.integer({ min: 1, max: 5000 }) }),
  {
    minLength: 1,
    maxLength: 3,
  },
)
const arrivals = fc.array(
  fc.record({
    after: fc.integer({ min: 0, max: 2000 }),
    lane: fc.constantFrom<Lane>('live', 'backfill'),
    count: fc.integer({ min: 1, max: 8 }),
    abort: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
)

describe('laws', () => {
  const utilization = fc.double({ min: 0.05, max: 1, noNaN: true })

  async function play(
    spec: RateLimitSpec,
    steps: readonly { after: number; lane: Lane; count: number; abort: boolean }[],
  ) {
    const clock = virtualClock()
    const pace = createRateLimiter(spec, clock)
    const log: Gone[] = []
    const asks: Promise<void>[] = []
    for (const step of steps) {
      await clock.advance(step.after)
      const stop = new AbortController()
      for (let i = 0; i < step.count; i++) asks.push(ask(pace, step.lane, clock, log, stop.signal))
      // Those that had to wait give up; those that could go are gone.
      if (step.abort) stop.abort()
    }
    await clock.until(Promise.all(asks))
    return { log, clock }
  }

  test('no window holds more requests than its share, and nothing sleeps at the end', async () => {
    await fc.assert(
      fc.asyncProperty(windows, utilization, arrivals, async (windows, utilization, steps) => {
        const { log, clock } = await play({ windows, utilization }, steps)
        for (const { limit, interval } of windows) {
          const most = Math.max(1, Math.floor(limit * utilization + 1e-9))
          for (const { went: start } of log)
            expect(log.filter(({ went }) => went >= start && went < start + interval).length).toBeLessThanOrEqual(most)
        }
        expect(clock.sleeping).toBe(0)
      }),
      { numRuns: 100 },
    )
  })

  test('live never waits for history, and each lane is first come first served', async () => {
    await fc.assert(
      fc.asyncProperty(windows, utilization, arrivals, async (windows, utilization, steps) => {
        const { log } = await play({ windows, utilization }, steps)
        log.forEach((one, index) => {
          const overtaken = log.slice(index + 1).filter((later) => later.asked < one.went)
          if (one.lane === 'backfill') expect(overtaken.filter(({ lane }) => lane === 'live')).toEqual([])
          expect(overtaken.filter(({ lane, asked }) => lane === one.lane && asked < one.asked)).toEqual([])
        })
      }),
      { numRuns: 100 },
    )
  })

  test('a whole share is sent as soon as it may', async () => {
    const clock = virtualClock()
    const pace = createRateLimiter({ windows: [{ limit: 10, interval: 1000 }], utilization: 0.5 }, clock)
    const log: Gone[] = []
    const start = clock.now()
    await clock.until(Promise.all(Array.from({ length: 12 }, () => ask(pace, 'live', clock, log))))
    expect(log.map(({ went }) => went - start)).toEqual([0, 0, 0, 0, 0, 1000, 1000, 1000, 1000, 1000, 2000, 2000])
  })
})

test('an aborted wait rejects as transient and frees its place', async () => {
  const clock = virtualClock()
  const pace = createRateLimiter({ windows: [{ limit: 1, interval: 1000 }], utilization: 1 }, clock)
  await pace.acquire('live', never)
  const stop = new AbortController()
  const first = pace.acquire('live', stop.signal)
  const second = pace.acquire('live', never)
  stop.abort()
  await expect(first).rejects.toMatchObject({ kind: 'transient', code: 'rate-limit/stopped' })
  await clock.until(second)
  await expect(pace.acquire('live', stop.signal)).rejects.toMatchObject({ code: 'rate-limit/stopped' })
  expect(clock.sleeping).toBe(0)
})

test('a pause holds both lanes', async () => {
  const clock = virtualClock()
  const pace = createRateLimiter({ windows: [{ limit: 100, interval: 1000 }], utilization: 1 }, clock)
  const log: Gone[] = []
  const start = clock.now()
  pace.pauseUntil(start + 7000)
  pace.pauseUntil(start + 3000)
  await clock.until(Promise.all([ask(pace, 'backfill', clock, log), ask(pace, 'live', clock, log)]))
  expect(log.map(({ lane, went }) => [lane, went - start])).toEqual([
    ['live', 7000],
    ['backfill', 7000],
  ])
})

test('a long pause ends all waits, and is waited for in the store', async () => {
  const clock = virtualClock()
  const pace = createRateLimiter({ windows: [{ limit: 1, interval: 1000 }], utilization: 1 }, clock)
  await pace.acquire('live', never)
  const waits = [pace.acquire('live', never), pace.acquire('backfill', never)]
  pace.pauseUntil(clock.now() + 3_600_000, 9e9)
  expect(pace.pause()).toEqual({ lanes: 'all', requested: 9e9, waits: 3_600_000, until: clock.now() + 3_600_000 })
  const refusal = { name: 'PausedTooLong', until: clock.now() + 3_600_000 }
  for (const wait of [...waits, pace.acquire('live', never)]) await expect(wait).rejects.toMatchObject(refusal)
  expect(clock.sleeping).toBe(0)
  await clock.advance(3_580_000)
  await clock.until(pace.acquire('live', never))
  expect(clock.now() - refusal.until).toBe(0)
  expect(pace.pause()).toBeUndefined()
})

describe('rate limit headers', () => {
  const headers = { limit: 'X-Limit', remaining: 'X-Remaining', reset: 'X-Reset' }
  const spec = { windows: [{ limit: 100, interval: 1000 }], utilization: 1, headers }
  const now = Date.parse('2026-07-14T09:30:00.000Z')
  const cases: readonly [name: string, headers: Record<string, string>, backfill: number][] = [
    ['enough is left', { 'X-Limit': '100', 'X-Remaining': '10', 'X-Reset': '8' }, 0],
    ['the reserve is touched', { 'X-Limit': '100', 'X-Remaining': '9', 'X-Reset': '8' }, 8000],
    ['reset in Unix seconds', { 'X-Limit': '100', 'X-Remaining': '0', 'X-Reset': String(now / 1000 + 5) }, 5000],
    ['no limit named: the spec has one', { 'X-Remaining': '9', 'X-Reset': '8' }, 8000],
    ['a clock 20 minutes ahead', { 'X-Remaining': '0', 'X-Reset': String(now / 1000 + 1205) }, 10_000],
    [
      'a clock 20 minutes ahead that Date tells',
      { 'X-Remaining': '0', 'X-Reset': String(now / 1000 + 1205), Date: new Date(now + 1_200_000).toUTCString() },
      5000,
    ],
    [
      'a clock 20 minutes behind that Date tells',
      { 'X-Remaining': '0', 'X-Reset': String(now / 1000 - 1195), Date: new Date(now - 1_200_000).toUTCString() },
      5000,
    ],
    ['Unix milliseconds', { 'X-Remaining': '0', 'X-Reset': String(now + 5000) }, 5000],
    ['milliseconds from now', { 'X-Remaining': '0', 'X-Reset': '5000' }, 10_000],
    ['an absurd reset', { 'X-Remaining': '0', 'X-Reset': '9e300' }, 10_000],
    ['an unreadable Date', { 'X-Remaining': '0', 'X-Reset': String(now / 1000 + 5), Date: 'today' }, 5000],
    ['nothing told', {}, 0],
    ['nonsense told', { 'X-Limit': 'a', 'X-Remaining': 'b', 'X-Reset': 'c' }, 0],
  ]
  test.each(cases)('%s', async (_, told, backfill) => {
    const clock = virtualClock()
    const pace = createRateLimiter(spec, clock)
    const log: Gone[] = []
    pace.observeHeaders(new Response(null, { headers: told }))
    await clock.until(Promise.all([ask(pace, 'backfill', clock, log), ask(pace, 'live', clock, log)]))
    const went = Object.fromEntries(log.map((one) => [one.lane, one.went - now]))
    expect(went).toEqual({ live: 0, backfill })
  })

  test('live proceeds at once while history sleeps until a far reset', async () => {
    const clock = virtualClock()
    const pace = createRateLimiter(spec, clock)
    const log: Gone[] = []
    pace.observeHeaders(new Response(null, { headers: { 'X-Remaining': '0', 'X-Reset': '3600' } }))
    void ask(pace, 'backfill', clock, log)
    await clock.advance(10)
    await ask(pace, 'live', clock, log)
    expect(log.map(({ lane }) => lane)).toEqual(['live'])
  })
})

test('a reset holds requests for three windows at most, and for ten seconds at least', () => {
  const window = (interval: number) => ({ limit: 100, interval })
  expect(maxResetDelay([window(1000), window(60_000)])).toBe(180_000)
  expect(maxResetDelay([window(10_000)])).toBe(30_000)
  expect(maxResetDelay([window(1000)])).toBe(10_000)
})

test('parses a reset as Unix seconds or seconds from now', () => {
  expect(parseRateLimitReset('30', 1000)).toBe(31_000)
  expect(parseRateLimitReset('1790000000', 1000)).toBe(1_790_000_000_000)
  expect(parseRateLimitReset('1790000000000', 1000)).toBe(1_790_000_000_000)
  expect(parseRateLimitReset('1790000007', 1000, new Date(1_790_000_000_000).toUTCString())).toBe(8000)
  for (const bad of [null, '', ' ', 'soon', '-1']) expect(parseRateLimitReset(bad, 1000)).toBeUndefined()
})

test('hundreds of waits on one signal cause no leak warning', async () => {
  const warnings: Error[] = []
  const note = (warning: Error) => void warnings.push(warning)
  process.on('warning', note)
  const clock = virtualClock()
  const pace = createRateLimiter({ windows: [{ limit: 50, interval: 1000 }], utilization: 1 }, clock)
  const { signal } = new AbortController()
  await clock.until(Promise.all(Array.from({ length: 300 }, () => pace.acquire('live', signal))))
  process.off('warning', note)
  expect(warnings).toEqual([])
})
