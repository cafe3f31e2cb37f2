/** The chart of events as data: times of bars, steps of axes, counts, links, and its text for those who do not see it. */
import { describe, expect, test } from 'vitest'
import { activityChart, stack } from '../../../runtime/console/chart/activity-chart.ts'
import { countAxis, describeSpan, timeTicks } from '../../../runtime/console/chart/axis.ts'
import { addBars, barFilter, describeCounts, type SeriesCounts, toBars } from '../../../runtime/console/chart/bars.ts'
import { parseRange, RANGE_NAMES, type RangeName, rangeUntil } from '../../../runtime/console/chart/ranges.ts'
import { zoneOf } from '../../../runtime/console/chart/zone.ts'
import type { ActivityBucket } from '../../../runtime/ports/ledger.ts'

const NOW = Date.parse('2026-11-30T21:20:00Z')
const iso = (at = 0) => new Date(at).toISOString().slice(0, 16)
const links = { link: (path: string) => `/base${path}` }

const bucket = (at: string, count: number, more: Partial<ActivityBucket> = {}): ActivityBucket => ({
  ...{ metric: 'Rated', status: 'delivered', origin: 'live', hour: Date.parse(at), count },
  ...more,
})

const draw = async (buckets: readonly ActivityBucket[], name: RangeName = '24h', metric?: string) => {
  const range = rangeUntil(name, NOW)
  return `${await activityChart({ id: 'c', title: 'Events', bars: toBars(buckets, range), range, metric }, links)}`
}

test.each([
  ['24h', 24, '2026-11-29T22:00', '2026-11-30T22:00', 'hour'],
  ['7d', 28, '2026-11-24T00:00', '2026-12-01T00:00', 'hour'],
  ['30d', 30, '2026-11-01T00:00', '2026-12-01T00:00', 'day'],
  ['12m', 53, '2025-12-01T00:00', '2026-12-07T00:00', 'day'],
] as const)('%s has %i bars from %s to %s', (name, bars, from, until, by) => {
  const range = rangeUntil(name, NOW)
  expect(range.starts).toHaveLength(bars)
  expect([iso(range.starts[0]), iso(range.until), range.by]).toEqual([from, until, by])
})

test('the range is one of the address, or the first', () => {
  expect(['12m', '7d', 'all', null].map(parseRange)).toEqual(['12m', '7d', '24h', '24h'])
})

test.each([
  [0, ['0', '1']],
  [1, ['0', '1']],
  [3, ['0', '1', '2', '3']],
  [7, ['0', '2', '4', '6', '8']],
  [143, ['0', '50', '100', '150']],
  [2_200, ['0', '500', '1,000', '1,500', '2,000', '2,500']],
  [74_225, ['0', '20k', '40k', '60k', '80k']],
  [5_900_000, ['0', '2M', '4M', '6M']],
])('the axis of up to %i begins at zero, in whole round steps', (largest, labels) => {
  const { ticks, top } = countAxis(largest)
  expect(ticks.map(({ label }) => label)).toEqual(labels)
  expect(top).toBeGreaterThanOrEqual(largest)
  expect(ticks.at(-1)?.count).toBe(top)
})

test.each([
  ['24h', '30 Nov, 03:00, 06:00, 09:00, 12:00, 15:00, 18:00, 21:00'],
  ['7d', 'Tue 24, Wed 25, Thu 26, Fri 27, Sat 28, Sun 29, Mon 30'],
  ['30d', '2 Nov, 9 Nov, 16 Nov, 23 Nov, 30 Nov'],
  ['12m', 'Dec, Jan, Feb, Mar, Apr, May, Jun, Jul, Aug, Sep, Oct, Nov'],
] as const)('the times below %s', (name, labels) => {
  const ticks = timeTicks(toBars([], rangeUntil(name, NOW)), rangeUntil(name, NOW))
  expect(ticks.map(({ label }) => label).join(', ')).toBe(labels)
})

test.each([
  ['24h', 'Mon 30 Nov, 21:00–22:00 UTC'],
  ['7d', 'Mon 30 Nov, 18:00–00:00 UTC'],
  ['30d', 'Mon 30 Nov'],
  ['12m', 'Week of Mon 30 Nov 2026'],
] as const)('the last bar of %s by name', (name, text) => {
  const last = toBars([], rangeUntil(name, NOW)).at(-1) ?? { since: 0, until: 0 }
  expect(describeSpan(last, rangeUntil(name, NOW))).toBe(text)
})

describe('in the zone of the viewer', () => {
  const range = (name: RangeName, timeZone: string, now = NOW) => rangeUntil(name, now, zoneOf(timeZone, now))
  const named = (name: RangeName, timeZone: string, now = NOW) => {
    const one = range(name, timeZone, now)
    return toBars([], one).map((bar) => describeSpan(bar, one))
  }

  test('hours and days are those of the wall clock, read by the hour', () => {
    expect(named('24h', 'Europe/Berlin').at(-1)).toBe('Mon 30 Nov, 22:00–23:00')
    expect(named('7d', 'Europe/Berlin').slice(-4)[0]).toBe('Mon 30 Nov, 00:00–06:00')
    expect(named('30d', 'America/Los_Angeles').at(-1)).toBe('Mon 30 Nov')
    const { starts, until, by } = range('30d', 'America/Los_Angeles')
    expect([iso(starts[0]), iso(until), by]).toEqual(['2026-11-01T07:00', '2026-12-01T08:00', 'hour'])
    const ticks = timeTicks(toBars([], range('7d', 'Asia/Tokyo')), range('7d', 'Asia/Tokyo'))
    expect(ticks.map(({ label }) => label).join(', ')).toBe('Wed 25, Thu 26, Fri 27, Sat 28, Sun 29, Mon 30, Tue 1')
  })

  test('a clock that is put back has 24 bars of an hour, and days that differ in length', () => {
    const after = Date.parse('2026-10-25T12:00:00Z')
    const { starts, until } = range('24h', 'Europe/Berlin', after)
    expect(new Set([...starts, until].slice(1).map((at, index) => at - (starts[index] ?? 0)))).toEqual(
      new Set([3_600_000]),
    )
    const days = range('30d', 'Europe/Berlin', after)
    expect((days.until - (days.starts.at(-1) ?? 0)) / 3_600_000).toBe(25)
  })

  test('weeks, and zones whose hours begin at another minute, stay in UTC and say so', () => {
    expect(iso(range('12m', 'Europe/Berlin').starts[0])).toBe('2025-12-01T00:00')
    expect(named('24h', 'Asia/Kolkata').at(-1)).toBe('Mon 30 Nov, 21:00–22:00 UTC')
  })
})

describe('counts', () => {
  const buckets = [
    bucket('2026-11-30T21:00:00Z', 3),
    bucket('2026-11-30T21:00:00Z', 2, { metric: 'Created' }),
    bucket('2026-11-30T21:00:00Z', 1, { status: 'dead' }),
    bucket('2026-11-30T20:00:00Z', 4, { origin: 'history' }),
    bucket('2026-11-30T20:00:00Z', 5, { origin: 'reconcile' }),
    bucket('2026-11-30T20:00:00Z', 9, { status: 'skipped' }),
    bucket('2026-11-29T21:00:00Z', 100),
    bucket('2026-11-30T22:00:00Z', 100),
  ]

  test('live, history, found and failed apart, and nothing outside the window', () => {
    const bars = toBars(buckets, rangeUntil('24h', NOW))
    expect(bars.at(-1)?.counts).toEqual({ live: 5, reconcile: 0, history: 0, failed: 1 })
    expect(bars.at(-2)?.counts).toEqual({ live: 0, reconcile: 5, history: 4, failed: 0 })
    expect(addBars(bars)).toEqual({ live: 5, reconcile: 5, history: 4, failed: 1 })
    expect(describeCounts(bars.at(-1)?.counts ?? addBars([]))).toBe('5 live, 1 failed')
    expect(describeCounts(addBars([]))).toBe('none')
  })

  test('every part and every column links to its events', async () => {
    const svg = await draw(buckets, '24h', 'Rated')
    const window = 'since=2026-11-30T21%3A00%3A00.000Z&amp;until=2026-11-30T22%3A00%3A00.000Z'
    expect(svg).toContain(`href="/base/events?metric=Rated&amp;outcome=delivered%2Cdead&amp;${window}" class="whole"`)
    expect(svg).toContain(`href="/base/events?metric=Rated&amp;outcome=delivered&amp;origin=live&amp;${window}"`)
    expect(svg).toContain(`href="/base/events?metric=Rated&amp;outcome=dead&amp;${window}"`)
    expect(svg).toContain('aria-label="Mon 30 Nov, 21:00–22:00 UTC: 5 live, 1 failed"')
    expect(svg).toContain('aria-label="Mon 30 Nov, 20:00–21:00 UTC: 4 history"')
  })

  test.each<[Partial<SeriesCounts>, ReturnType<typeof barFilter>]>([
    [{ live: 142 }, { outcome: 'delivered', origin: 'live' }],
    [{ live: 1, history: 2 }, { outcome: 'delivered' }],
    [{ failed: 3 }, { outcome: 'dead' }],
    [{ live: 1, failed: 1 }, { outcome: ['delivered', 'dead'] }],
  ])('a column of %o links to these events alone', (counts, filter) => {
    expect(barFilter({ ...addBars([]), ...counts })).toEqual(filter)
  })

  test('one column is a tab stop: the last with a count', async () => {
    const columns = [...(await draw(buckets)).matchAll(/class="whole" aria-label="([^"]+)"(?! tabindex)/g)]
    expect(columns.map(([, label]) => label)).toEqual(['Mon 30 Nov, 21:00–22:00 UTC: 5 live, 1 failed'])
  })

  test('the table has the same counts, newest first, zeros without a link', async () => {
    const table = /<tbody>.*<\/tbody>/s.exec(await draw(buckets))?.[0] ?? ''
    const rows = [...table.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) => row.replace(/<[^>]+>/g, ' ').trim())
    expect(rows.map((row) => row.replace(/\s+/g, ' '))).toEqual([
      'Mon 30 Nov, 21:00–22:00 UTC 5 0 0 1',
      'Mon 30 Nov, 20:00–21:00 UTC 0 5 4 0',
    ])
  })
})

test('the parts of a bar lie on one another, and the smallest is visible', () => {
  const parts = stack({ live: 74_225, reconcile: 0, history: 0, failed: 1 }, { top: 80_000 })
  expect(parts).toEqual([
    { name: 'live', y: 56, height: 148 },
    { name: 'failed', y: 54, height: 2 },
  ])
})

test.each(RANGE_NAMES)('%s without events says so, and has no link into them', async (name) => {
  const svg = await draw([], name)
  expect(svg).toMatch(/Nothing happened in the last (24 hours|7 days|30 days|12 months)\./)
  expect(svg).not.toContain('/events')
  expect(svg).not.toContain('View as table')
})

test('names its marks by the id of the chart, so that two charts share a page', async () => {
  const svg = await draw([bucket('2026-11-30T21:00:00Z', 1)])
  const used = [...svg.matchAll(/url\(#([^)]+)\)/g)].map(([, id]) => id)
  const defined = [...svg.matchAll(/<pattern id="([^"]+)"/g)].map(([, id]) => id)
  expect(new Set(used)).toEqual(new Set(defined))
  expect(defined).toEqual(['c-live', 'c-reconcile', 'c-history', 'c-failed'])
})

test('a hostile name stays text', async () => {
  const range = rangeUntil('24h', NOW)
  const bars = toBars([bucket('2026-11-30T21:00:00Z', 1)], range)
  const svg = `${await activityChart({ id: 'c', title: '"><script>x', bars, range, metric: '"><script>y' }, links)}`
  expect(svg).not.toContain('<script>')
})
