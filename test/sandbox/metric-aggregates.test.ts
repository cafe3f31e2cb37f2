/** Metric aggregates of the local Klaviyo: counts by interval, refused queries, rate limits. */
import { describe, expect, test } from 'vitest'
import { metricId } from '../../sandbox/klaviyo/identifier.ts'
import {
  attributes,
  BULK,
  bulk,
  EVENTS,
  entry,
  type Loose,
  pointers,
  profile,
  single,
  startKlaviyo,
} from '../helpers/sandbox-klaviyo-bodies.ts'

const PATH = '/api/metric-aggregates'
const ID = metricId('Created Ticket')

const between = (since: string, until: string) => [
  `greater-or-equal(datetime,${since})`,
  `less-than(datetime,${until})`,
]
const WEEK = between('2026-11-01T00:00:00', '2026-11-08T00:00:00')

const query = (more: Loose = {}): Loose => ({
  data: {
    type: 'metric-aggregate',
    attributes: { metric_id: ID, measurements: ['count'], interval: 'day', timezone: 'UTC', filter: WEEK, ...more },
  },
})

interface Answer {
  readonly data: {
    readonly attributes: {
      readonly dates: readonly string[]
      readonly data: readonly { readonly measurements: Readonly<Record<string, readonly number[]>> }[]
    }
  }
}

async function start(options: Parameters<typeof startKlaviyo>[0] = {}) {
  const klaviyo = startKlaviyo(options)
  const times = [
    '2026-10-31T23:59:59.999Z',
    '2026-11-01T00:00:00.000Z',
    '2026-11-01T23:59:59.999Z',
    '2026-11-07T12:00:00Z',
  ]
  const events = times.map((time, at) => attributes({ time, unique_id: `key-${at}`, value: 2 }))
  await klaviyo.call(BULK, bulk(entry(events)))
  // Neither is recorded: a repeated key, and a test address.
  await klaviyo.call(EVENTS, single({ time: times[1], unique_id: 'key-1' }))
  await klaviyo.call(
    EVENTS,
    single({ time: times[1], unique_id: 'key-9', profile: profile({ email: 'a@example.com' }) }),
  )
  const ask = async (more: Loose) => {
    const response = await klaviyo.call(PATH, query(more))
    const { dates, data } = ((await response.json()) as Answer).data.attributes
    return dates.map(
      (date, at) =>
        `${date.slice(0, 13)} ${data.map(({ measurements }) => Object.values(measurements).map((of) => of[at]))}`,
    )
  }
  return { ...klaviyo, ask }
}

test('counts recorded events by the UTC day of their time', async () => {
  const { ask } = await start()
  expect(await ask({})).toEqual(
    ['01T00 2', '02T00 0', '03T00 0', '04T00 0', '05T00 0', '06T00 0', '07T00 1'].map((end) => `2026-11-${end}`),
  )
})

test.each<[interval: string, measurements: readonly string[], lines: readonly string[]]>([
  ['month', ['count', 'sum_value'], ['2026-10-01T00 1,2', '2026-11-01T00 3,6']],
  ['week', ['count'], ['2026-10-26T00 3', '2026-11-02T00 1']],
])('by %s: the first interval holds only what lies in the range', async (interval, measurements, lines) => {
  const { ask } = await start()
  const filter = between('2026-10-31T23:00:00', '2026-11-08T00:00:00')
  expect(await ask({ interval, measurements, filter })).toEqual(lines)
})

test('remembers events that it no longer keeps in full', async () => {
  const { ask } = await start({ keep: 1 })
  expect((await ask({})).at(0)).toBe('2026-11-01T00 2')
})

const AT = '/data/attributes'
describe('refuses', () => {
  test.each<[why: string, change: Loose, at: string]>([
    ['no metric', { metric_id: undefined }, `${AT}/metric_id`],
    ['no measurement', { measurements: [] }, `${AT}/measurements`],
    ['an unknown measurement', { measurements: ['sum'] }, `${AT}/measurements/0`],
    ['an unknown interval', { interval: 'year' }, `${AT}/interval`],
    ['an unknown attribute', { bucket: 'day' }, `${AT}/bucket`],
    ['another time zone', { timezone: 'Europe/Dublin' }, `${AT}/timezone`],
    ['no range', { filter: [] }, `${AT}/filter`],
    ['no end', { filter: WEEK.slice(0, 1) }, `${AT}/filter`],
    ['one text for a filter', { filter: WEEK.join(',') }, `${AT}/filter`],
    ['a date alone', { filter: between('2026-11-01', '2026-11-08') }, `${AT}/filter`],
    ['an empty range', { filter: between('2026-11-01T00:00:00', '2026-11-01T00:00:00') }, `${AT}/filter`],
    ['more than a year', { filter: between('2025-11-01T00:00:00', '2026-11-02T00:00:00') }, `${AT}/filter`],
  ])('%s', async (_why, change, at) => {
    const { call } = await start()
    const response = await call(PATH, query(change))
    expect([response.status, await pointers(response)]).toEqual([400, [at]])
  })

  test('a metric that has no event: 404', async () => {
    const { call } = await start()
    expect((await call(PATH, query({ metric_id: 'Xy12Ab' }))).status).toBe(404)
  })

  test('a key with write scopes only: 403', async () => {
    const { call } = await start()
    const authorization = 'Klaviyo-API-Key pk_sandbox:writeonly'
    expect((await call(PATH, query(), { authorization })).status).toBe(403)
    expect((await call(EVENTS, single(), { authorization })).status).toBe(202)
  })

  test('more than three queries in a second: 429', async () => {
    const { call } = await start({ limits: true })
    const answers = await Promise.all(Array.from({ length: 4 }, () => call(PATH, query())))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429])
  })
})

test('accepts a whole year', async () => {
  const { ask } = await start()
  expect(await ask({ filter: between('2025-11-08T00:00:00', '2026-11-08T00:00:00') })).toHaveLength(365)
})
