/** The figures of History and of the overview: shares, estimated ends, and imports of none, one and many events. */
import { describe, expect, test } from 'vitest'
import type { BackfillProgress, StreamProgress } from '../../../runtime/backfill/types.ts'
import { overallOf } from '../../../runtime/console/pages/history/overall.ts'
import type { ActivityBucket } from '../../../runtime/ports/ledger.ts'
import { openConsole } from '../../helpers/console.ts'

const START = Date.parse('2026-07-14T09:00:00Z')
const MINUTE = 60_000

const stream = (recordsRead: number, more: Partial<StreamProgress> = {}): StreamProgress => ({
  ...{ stream: 'conversations', recordsRead, done: false },
  ...more,
})

const run = (streams: readonly StreamProgress[], more: Partial<BackfillProgress> = {}) =>
  ({ streams, phase: 'reading', startedAt: START, waiting: 0, ...more }) as const

describe('the whole of an import', () => {
  const now = START + MINUTE

  test.each([
    ['no count yet', run([stream(50, { total: 100 }), stream(0)]), { read: 50 }],
    [
      'a stream that has not begun, by its estimate',
      run([stream(50, { total: 100 }), stream(0, { estimated: 100 })]),
      { read: 50, expected: 200, share: 0.25, left: 3 * MINUTE },
    ],
    [
      'more read than estimated',
      run([stream(120, { estimated: 100, done: true })]),
      { read: 120, expected: 120, share: 1, left: 0 },
    ],
    [
      'a stream that is not counted, once it is read',
      run([stream(30, { done: true }), stream(30, { total: 60 })]),
      { read: 60, expected: 90, share: 2 / 3, left: MINUTE / 2 },
    ],
    [
      'all read, a quarter not sent',
      run([stream(100, { total: 100, done: true })], { phase: 'delivering', waiting: 25 }),
      { read: 100, expected: 100, share: 1, left: MINUTE / 3 },
    ],
    ['nothing to read', run([stream(0, { total: 0 })]), { read: 0, expected: 0, share: 0 }],
  ] as const)('%s', (_, progress, expected) => {
    const overall = overallOf(progress, { now })
    expect({ ...overall, ...(overall.left !== undefined && { left: Math.round(overall.left) }) }).toEqual(expected)
  })

  test('the present speed counts more than the average', () => {
    expect(overallOf(run([stream(50, { total: 100 })]), { now, perSecond: 5 }).left).toBe(10_000)
  })
})

/** A console whose store counts these events of history, which happened in the year before. */
async function withHistory(count: number) {
  const opened = await openConsole()
  const { store, clock } = opened
  const WEEK = 7 * 24 * 60 * MINUTE
  const happened = clock.now() - 10 * WEEK
  const buckets: readonly ActivityBucket[] = [
    { metric: 'Created Ticket', status: 'delivered', origin: 'history', hour: happened, count },
  ]
  const activity = async ({ since, until }: { readonly since: number; readonly until: number }) =>
    count === 0 ? [] : buckets.filter(({ hour }) => hour >= since && hour < until)
  const counting = new Proxy(store, {
    get: (target, name) => {
      if (name === 'activity') return activity
      const value = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const { browser } = await openConsole({ connector: { store: counting } })
  const text = async (path: string) => (await browser().text(path)).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
  return { text }
}

test.each([
  [0, '0', 'Nothing happened in the last 12 months.'],
  [1, '1', 'View as table'],
  [74_225, '74,225', 'View as table'],
])('an import of %i events of the year before is no work of today', async (count, total, more) => {
  const { text } = await withHistory(count)
  expect(await text('/')).toContain('Today, live 0 Missed webhooks 0 · History 0 · Failed 0 .')
  expect(await text('/')).toContain('0 in the last 24 hours')
  for (const path of ['/?range=12m', '/metric/Created%20Ticket?range=12m']) {
    const page = await text(path)
    expect(page).toContain(`${total} in the last 12 months`)
    expect(page).toContain(`Live 0 Missed webhooks 0 History ${total} Failed 0`)
    expect(page).toContain(more)
  }
})
