import { describe, expect, test } from 'vitest'
import type { BackfillOptions, Progress } from '../../../runtime/backfill/types.ts'
import { type Given, run, standingClock } from '../../helpers/cli-fake.ts'

const progress = (parts: Partial<Progress> = {}): Progress => ({
  run: 'r1',
  resumed: false,
  window: { until: Date.parse('2026-07-14T09:30:00.000Z') },
  phase: 'reading',
  streams: [
    { stream: 'chats', seen: 0, total: 1500, done: false },
    { stream: 'calls', seen: 0, done: false },
  ],
  waiting: 0,
  eventsSent: 0,
  sentByMetric: {},
  skipped: {},
  dead: 0,
  elapsed: 0,
  ...parts,
})

const half = progress({
  streams: [
    { stream: 'chats', seen: 600, total: 1500, done: false },
    { stream: 'calls', seen: 40, done: true },
  ],
  waiting: 200,
  eventsSent: 430,
  skipped: { 'no-contact': 10 },
  elapsed: 2000,
})

const done = progress({
  phase: 'done',
  streams: [
    { stream: 'chats', seen: 1500, total: 1500, done: true },
    { stream: 'calls', seen: 40, done: true },
  ],
  eventsSent: 1527,
  sentByMetric: { 'Opened Chat': 1490, 'Rated Chat': 37 },
  skipped: { 'no-contact': 10, 'no-email-or-phone': 3 },
  elapsed: 65_000,
})

/** Plays progress, one step a given number of milliseconds. */
function playing(steps: readonly Progress[], ms: number, given: Given = {}) {
  const clock = standingClock()
  const asked: BackfillOptions[] = []
  const backfill = async function* (options: BackfillOptions) {
    asked.push(options)
    for (const step of steps) {
      yield step
      clock.at += ms
    }
  }
  return { asked, given: { ...given, clock, connector: { backfill } } }
}

test('ends with a report', async () => {
  const { given } = playing([progress(), half, done], 2000)
  const { exit, out } = await run(['backfill'], given)
  expect(exit).toBe(0)
  expect(out).toMatchSnapshot()
})

test('ends with 1 when any is dead, and says where to look', async () => {
  const { given } = playing([{ ...done, dead: 2 }], 0)
  const { exit, out } = await run(['backfill'], given)
  expect(exit).toBe(1)
  expect(out).toContain('connector dead-letters list')
})

test('as JSON: one object on stdout, progress on stderr', async () => {
  const { given } = playing([progress({ resumed: true }), { ...done, resumed: true }], 2000)
  const { out, err } = await run(['backfill', '--json'], given)
  expect(JSON.parse(out)).toEqual({
    run: 'r1',
    finished: true,
    resumed: true,
    since: null,
    until: '2026-07-14T09:30:00.000Z',
    seen: { chats: 1500, calls: 40 },
    sent: 1527,
    sentByMetric: { 'Opened Chat': 1490, 'Rated Chat': 37 },
    skipped: { 'no-contact': 10, 'no-email-or-phone': 3 },
    dead: 0,
    waiting: 0,
    elapsed: 65_000,
  })
  expect(err).toContain('Going on where the last run stopped.')
  expect(err).toContain('chats 1,500/1,500')
})

test('passes on what was asked', async () => {
  const { asked, given } = playing([done], 0)
  const window = ['--since', '2026-01-01', '--until', '2026-02-01T00:00:00Z']
  await run(['backfill', ...window, '--only', 'rated chat, Opened Chat', '--restart'], given)
  expect(asked).toEqual([
    {
      since: Date.parse('2026-01-01'),
      until: Date.parse('2026-02-01'),
      only: ['Rated Chat', 'Opened Chat'],
      restart: true,
      signal: expect.any(AbortSignal),
    },
  ])
})

test('without options asks for everything', async () => {
  const { asked, given } = playing([done], 0)
  await run(['backfill'], given)
  expect(asked).toEqual([{ restart: false, signal: expect.any(AbortSignal) }])
})

describe('progress', () => {
  test('bars on a terminal', async () => {
    const { given } = playing([progress(), half], 2000, { terminal: true })
    const { err } = await run(['backfill'], given)
    const last = err.slice(err.lastIndexOf('\u001b[J') + 3)
    expect(last).toMatchSnapshot()
  })

  test.each([
    ['on a terminal ten times a second at most', true, 10, 1000, 11],
    ['elsewhere every five seconds at most', false, 500, 20, 3],
  ])('%s', async (_, terminal, ms, steps, most) => {
    const { given } = playing(
      Array.from({ length: steps }, (_, at) => progress({ eventsSent: at })),
      ms,
      { terminal },
    )
    const { err } = await run(['backfill'], given)
    const shown = err.match(/reading: sent/g)?.length ?? 0
    // The first, one in each period, and the last as it is if it was not shown.
    const period = terminal ? 100 : 5000
    expect(shown).toBe(Math.floor(((steps - 1) * ms) / period) + 2)
    expect(shown).toBeLessThanOrEqual(Math.max(most, (steps * ms) / period + 2))
  })

  test('elsewhere there is nothing a file could not hold', async () => {
    const { given } = playing([progress(), half, done], 2000)
    const { err } = await run(['backfill'], given)
    expect(err).not.toContain('\u001b')
    expect(err).toMatchSnapshot()
  })
})

describe('stopped', () => {
  test('says that the next one goes on, and ends with 1', async () => {
    const stop = new AbortController()
    const backfill = async function* ({ signal }: BackfillOptions) {
      yield half
      stop.abort()
      if (!signal.aborted) yield done
    }
    const { exit, out, err } = await run(['backfill'], { signal: stop.signal, connector: { backfill } })
    expect(exit).toBe(1)
    expect(err).toContain('Stopping: what was read is kept')
    expect(out).toContain('the same command goes on where it stopped')
  })

  test('whether the run ends quietly or throws', async () => {
    const stop = new AbortController()
    const backfill = async function* ({ signal }: BackfillOptions) {
      yield half
      stop.abort()
      signal.throwIfAborted()
    }
    const { exit, err } = await run(['backfill'], { signal: stop.signal, connector: { backfill } })
    expect(exit).toBe(1)
    expect(err).not.toContain('error:')
  })
})
