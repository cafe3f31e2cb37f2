/** The source's time: that of its answers where this machine's clock is wrong, whenever that was set. */
import { expect, test } from 'vitest'
import { SourceClock } from '../../../runtime/source/source-clock.ts'
import { silentLogger } from '../../../runtime/system.ts'

const DAY = 86_400_000
const NOON = Date.parse('2026-03-02T12:00:00Z')

function bench(ahead = 0) {
  let passed = 0
  let step = ahead
  const logged: string[] = []
  const log = (text: string) => void logged.push(text)
  const clock = { now: () => NOON + passed + step, elapsed: () => passed, sleep: async () => undefined }
  const source = new SourceClock(clock, { ...silentLogger, info: log, warn: log })
  const answer = async (off = 0, status = 200) => {
    const headers = { date: new Date(NOON + passed + off).toUTCString() }
    await source.observe(async () => new Response(null, { status, headers }))(new Request('http://source/'))
  }
  const hours = () => (source.now() - NOON) / 3_600_000
  const set = (ms: number) => {
    step += ms
  }
  const pass = (ms: number) => {
    passed += ms
  }
  return { answer, logged, hours, set, pass }
}

test.each([-400 * DAY, -DAY, DAY, 400 * DAY])(
  'a clock that is set by %i ms while we run changes nothing',
  async (step) => {
    const { answer, hours, set, pass, logged } = bench()
    await answer()
    set(step)
    pass(3_600_000)
    expect(hours()).toBe(1)
    expect(logged).toEqual([expect.stringMatching(step > 0 ? /ahead of the source's/ : /behind the source's/)])
    set(-step)
    expect(hours()).toBe(1)
    expect(logged[1]).toContain('agrees')
  },
)

test('a clock that was wrong from the start is noticed with the first answer', async () => {
  const { answer, hours } = bench(DAY)
  expect(hours()).toBe(24)
  await answer()
  expect(hours()).toBe(0)
})

test('a clock that is set before the first answer makes nothing older', async () => {
  const { answer, hours, set } = bench()
  set(DAY)
  expect(hours()).toBe(0)
  set(-2 * DAY)
  expect(hours()).toBe(-24)
  await answer()
  expect(hours()).toBe(0)
})

test('a few minutes of difference are those of an answer on its way', async () => {
  const { answer, hours } = bench(60_000)
  await answer()
  expect(hours()).toBe(1 / 60)
})

test('neither an error nor a single answer with another date sets it', async () => {
  const { answer, hours } = bench()
  await answer(DAY, 502)
  await answer()
  await answer(DAY)
  expect(hours()).toBe(0)
  await answer(DAY)
  expect(hours()).toBe(24)
})
