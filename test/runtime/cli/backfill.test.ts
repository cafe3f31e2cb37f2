import { describe, expect, test } from 'vitest'
import type { BackfillOptions, BackfillProgress } from '../../../runtime/backfill/types.ts'
import { createFrozenClock, type FakeSetup, runCommand } from '../../helpers/cli-fake.ts'

const progress = (parts: Partial<BackfillProgress> = {}): BackfillProgress => ({
  run: 'r1',
  startedBy: 'command',
  startedAt: Date.parse('2026-07-14T09:00:00.000Z'),
  resumed: false,
  window: { until: Date.parse('2026-07-14T09:30:00.000Z') },
  phase: 'reading',
  streams: [
    { stream: 'chats', recordsRead: 0, total: 1500, done: false },
    { stream: 'calls', recordsRead: 0, done: false },
  ],
  waiting: 0,
  eventsSent: 0,
  sentByMetric: {},
  byMetric: [],
  alreadySent: 0,
  skipped: {},
  dead: 0,
  deadByReason: {},
  elapsed: 0,
  ...parts,
})

const half = progress({
  streams: [
    { stream: 'chats', recordsRead: 600, total: 1500, done: false },
    { stream: 'calls', recordsRead: 40, done: true },
  ],
  waiting: 200,
  eventsSent: 430,
  skipped: { 'no-contact': 10 },
  elapsed: 2000,
})

const done = progress({
  phase: 'done',
  streams: [
    { stream: 'chats', recordsRead: 1500, total: 1500, done: true },
    { stream: 'calls', recordsRead: 40, done: true },
  ],
  eventsSent: 1527,
  sentByMetric: { 'Opened Chat': 1490, 'Rated Chat': 37 },
  byMetric: [
    { metric: 'Opened Chat', sent: 1490, alreadySent: 20, awaitingIdentity: 4, leftOut: { 'no-contact': 10 }, dead: 0 },
    { metric: 'Rated Chat', sent: 37, alreadySent: 0, awaitingIdentity: 0, leftOut: { custom: 3 }, dead: 0 },
  ],
  alreadySent: 20,
  skipped: { 'no-contact': 10, custom: 3 },
  elapsed: 65_000,
  endedAt: Date.parse('2026-07-14T09:01:05.000Z'),
})

/** A backfill that yields these steps, the given milliseconds apart. */
function fakeBackfill(steps: readonly BackfillProgress[], ms: number, setup: FakeSetup = {}) {
  const clock = createFrozenClock()
  const calls: BackfillOptions[] = []
  const backfill = async function* (options: BackfillOptions) {
    calls.push(options)
    for (const step of steps) {
      yield step
      clock.at += ms
    }
  }
  return { calls, options: { ...setup, clock, connector: { backfill } } }
}

test('prints a report', async () => {
  const { options } = fakeBackfill([progress(), half, done], 2000)
  const { exit, out } = await runCommand(['backfill'], options)
  expect(exit).toBe(0)
  expect(out).toMatchSnapshot()
})

test('exits with 1 on dead letters and names the command that lists them', async () => {
  const { options } = fakeBackfill([{ ...done, dead: 2 }], 0)
  const { exit, out } = await runCommand(['backfill'], options)
  expect(exit).toBe(1)
  expect(out).toContain('connector dead-letters list')
})

test('--json prints one object on stdout, progress on stderr', async () => {
  const { options } = fakeBackfill([progress({ resumed: true }), { ...done, resumed: true }], 2000)
  const { out, err } = await runCommand(['backfill', '--json'], options)
  expect(JSON.parse(out)).toEqual({
    run: 'r1',
    phase: 'done',
    finished: true,
    startedBy: 'command',
    startedAt: '2026-07-14T09:00:00.000Z',
    endedAt: '2026-07-14T09:01:05.000Z',
    resumed: true,
    since: null,
    until: '2026-07-14T09:30:00.000Z',
    untilByMetric: {},
    only: null,
    seen: { chats: 1500, calls: 40 },
    counted: { chats: 1500, calls: null },
    missing: {},
    unavailableParts: {},
    sent: 1527,
    sentByMetric: { 'Opened Chat': 1490, 'Rated Chat': 37 },
    alreadySent: 20,
    skipped: { 'no-contact': 10, custom: 3 },
    byMetric: done.byMetric.map((counts, at) => ({ ...counts, found: [1524, 40][at] })),
    dead: 0,
    deadByReason: {},
    waiting: 0,
    elapsed: 65_000,
  })
  expect(err).toContain('Resuming the interrupted import.')
  expect(err).toContain('chats 1,500/1,500')
})

test('passes its options on', async () => {
  const { calls, options } = fakeBackfill([done], 0)
  const window = ['--since', '2026-01-01', '--until', '2026-02-01T00:00:00Z']
  await runCommand(['backfill', ...window, '--only', 'rated chat, Opened Chat', '--restart'], options)
  expect(calls).toEqual([
    {
      since: Date.parse('2026-01-01'),
      until: Date.parse('2026-02-01'),
      only: ['Rated Chat', 'Opened Chat'],
      restart: true,
      startedBy: 'command',
      signal: expect.any(AbortSignal),
    },
  ])
})

test('imports everything by default', async () => {
  const { calls, options } = fakeBackfill([done], 0)
  await runCommand(['backfill'], options)
  expect(calls).toEqual([{ restart: false, startedBy: 'command', signal: expect.any(AbortSignal) }])
})

describe('progress', () => {
  test('draws bars on a terminal', async () => {
    const { options } = fakeBackfill([progress(), half], 2000, { terminal: true })
    const { err } = await runCommand(['backfill'], options)
    const last = err.slice(err.lastIndexOf('\u001b[J') + 3)
    expect(last).toMatchSnapshot()
  })

  test.each([
    ['redraws a terminal at most ten times a second', true, 10, 1000, 11],
    ['prints at most one line in five seconds elsewhere', false, 500, 20, 3],
  ])('%s', async (_, terminal, ms, steps, most) => {
    const { options } = fakeBackfill(
      Array.from({ length: steps }, (_, at) => progress({ eventsSent: at })),
      ms,
      { terminal },
    )
    const { err } = await runCommand(['backfill'], options)
    const shown = err.match(/reading: sent/g)?.length ?? 0
    // The first, one in each period, and the last if it was not shown.
    const period = terminal ? 100 : 5000
    expect(shown).toBe(Math.floor(((steps - 1) * ms) / period) + 2)
    expect(shown).toBeLessThanOrEqual(Math.max(most, (steps * ms) / period + 2))
  })

  test('prints no control characters to a file', async () => {
    const { options } = fakeBackfill([progress(), half, done], 2000)
    const { err } = await runCommand(['backfill'], options)
    expect(err).not.toContain('\u001b')
    expect(err).toMatchSnapshot()
  })
})

describe('when stopped', () => {
  test('explains how to resume and exits with 1', async () => {
    const stop = new AbortController()
    const backfill = async function* ({ signal }: BackfillOptions) {
      yield half
      stop.abort()
      if (!signal.aborted) yield done
    }
    const { exit, out, err } = await runCommand(['backfill'], { signal: stop.signal, connector: { backfill } })
    expect(exit).toBe(1)
    expect(err).toContain('Everything read so far is saved')
    expect(out).toContain('Run the same command again to resume')
  })

  test('exits with 1 if the run throws', async () => {
    const stop = new AbortController()
    const backfill = async function* ({ signal }: BackfillOptions) {
      yield half
      stop.abort()
      signal.throwIfAborted()
    }
    const { exit, err } = await runCommand(['backfill'], { signal: stop.signal, connector: { backfill } })
    expect(exit).toBe(1)
    expect(err).not.toContain('error:')
  })
})
