/** Klaviyo's metrics: ours among those of the same name, and their events by day. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { KlaviyoOptions } from '../../../connector/klaviyo/client.ts'
import { createKlaviyoEventCounter } from '../../../connector/klaviyo/metrics.ts'
import { createKlaviyoRecipeTarget } from '../../../connector/klaviyo/recipes.ts'
import type { AuthMethod } from '../../../runtime/ports/auth.ts'
import type { RecordedEvents } from '../../../runtime/ports/event-counter.ts'
import type { Json, JsonObject } from '../../../runtime/ports/types.ts'
import { never, options, spec } from '../../helpers/klaviyo.ts'

const DAY = 86_400_000
const NAME = 'Created Ticket'
const since = Date.UTC(2026, 10, 1)
const query = { metrics: [NAME, 'Rated Conversation'], since, until: since + 2 * DAY }

interface Sent {
  readonly path: string
  readonly filter?: readonly string[]
  readonly id?: string
}

let sent: Sent[] = []
/** Responses to queries of counts, by metric id. */
let aggregates: Record<string, Json> = {}
let senders: readonly string[] = ['API']
beforeEach(() => {
  sent = []
  aggregates = {}
  senders = ['API']
})
afterEach(() => expect(sent.some(({ path }) => path.includes('/api/events'))).toBe(false))

/** A metric for each sender, its id the sender's name, and one of another name. */
function metricList(prefix: string): Json {
  const metrics = senders.map((sender) => ({ id: sender.replaceAll(' ', ''), name: prefix + NAME, sender }))
  const data = [...metrics, { id: 'else', name: 'Placed Order', sender: 'Shopify' }].map(({ id, name, sender }) => ({
    type: 'metric',
    id,
    attributes: { name, integration: { object: 'integration', name: sender } },
  }))
  return { data, links: { self: '', next: null } }
}

const counts = (dates: readonly string[], of: readonly Json[], more: JsonObject = {}): Json => ({
  data: {
    type: 'metric-aggregate',
    id: '1',
    attributes: {
      dates: dates.map((date) => `${date}T00:00:00+00:00`),
      data: [{ dimensions: [], measurements: { count: of } }],
      ...more,
    },
  },
})

function klaviyo(method: AuthMethod = 'environment', prefix = ''): KlaviyoOptions {
  const answer = async (request: Request) => {
    const path = new URL(request.url).pathname
    if (path === '/api/metrics') {
      sent.push({ path })
      return Response.json(metricList(prefix))
    }
    const body = (await request.json()) as { data: { attributes: { filter: string[]; metric_id: string } } }
    const { filter, metric_id: id } = body.data.attributes
    sent.push({ path, filter, id })
    return Response.json(aggregates[id] ?? counts(['2026-11-01', '2026-11-02'], [0, 0]))
  }
  const base = { baseUrl: 'https://a.klaviyo.com', headers: {} }
  const auth = { method: () => method, current: async () => base, refresh: async () => false }
  return options({ fetch: answer, auth, spec: { ...spec, metricPrefix: prefix } })
}

async function count(made: KlaviyoOptions, change: Partial<typeof query> = {}) {
  const found: RecordedEvents[] = []
  for await (const one of createKlaviyoEventCounter(made).countEvents({ ...query, ...change }, never)) found.push(one)
  return found
}

test('counts the events of our metrics by day, and says which metric there is none of', async () => {
  aggregates.API = counts(['2026-11-01', '2026-11-02'], [3, 4])
  expect(await count(klaviyo())).toEqual([
    {
      metric: NAME,
      days: new Map([
        ['2026-11-01', 3],
        ['2026-11-02', 4],
      ]),
      counted: ['API'],
      others: [],
    },
    { metric: 'Rated Conversation', days: new Map(), counted: [], others: [] },
  ])
  const filter = ['greater-or-equal(datetime,2026-11-01T00:00:00)', 'less-than(datetime,2026-11-03T00:00:00)']
  expect(sent).toEqual([{ path: '/api/metrics' }, { path: '/api/metric-aggregates', id: 'API', filter }])
})

test('finds metrics by the prefix of the spec', async () => {
  const [found] = await count(klaviyo('environment', 'Test: '))
  expect(found).toMatchObject({ metric: NAME, counted: ['API'] })
})

test('asks for at most 365 days at once', async () => {
  await count(klaviyo(), { until: since + 800 * DAY })
  const bounds = sent.flatMap(({ filter = [] }) => filter.map((term) => term.slice(-20, -10)))
  expect(bounds).toEqual(['2026-11-01', '2027-11-01', '2027-11-01', '2028-10-31', '2028-10-31', '2029-01-09'])
})

describe('of several metrics of one name', () => {
  test.each<[AuthMethod, string[], counted: string[], others: string[], recipes: string | undefined]>([
    ['environment', ['Intercom', 'API'], ['API'], ['Intercom'], 'API'],
    ['key', ['API', 'Desk App'], ['API'], ['Desk App'], 'API'],
    ['key', ['Intercom'], [], ['Intercom'], undefined],
    ['oauth', ['Intercom', 'Our App'], ['Our App'], ['Intercom'], 'OurApp'],
    ['oauth', ['API', 'Intercom', 'Our App'], ['Our App', 'API'], ['Intercom'], 'OurApp'],
    ['oauth', ['API'], ['API'], [], 'API'],
  ])('by %s, of %j: ours are %j', async (method, from, counted, others, recipes) => {
    senders = from
    for (const sender of from) aggregates[sender.replaceAll(' ', '')] = counts(['2026-11-01'], [1])
    const [found] = await count(klaviyo(method))
    expect(found).toMatchObject({ counted, others })
    expect(found?.days.get('2026-11-01')).toBe(counted.length === 0 ? undefined : counted.length)
    const ids = await createKlaviyoRecipeTarget(klaviyo(method)).findMetricIds([NAME], never)
    expect(ids.get(NAME)).toBe(recipes)
  })
})

describe('a response in another form fails instead of reading as no events', () => {
  test.each<[why: string, answer: Json]>([
    ['no dates', counts([], [], { dates: null })],
    ['no rows', counts(['2026-11-01'], [1], { data: null })],
    ['fewer counts than dates', counts(['2026-11-01', '2026-11-02'], [1])],
    [
      'two rows',
      counts(['2026-11-01'], [1], { data: [{ measurements: { count: [1] } }, { measurements: { count: [2] } }] }),
    ],
    ['a day that does not begin at midnight in UTC', counts([], [1], { dates: ['2026-11-01T05:00:00+00:00'] })],
    ['a count that is none', counts(['2026-11-01'], [null])],
  ])('%s', async (_why, answer) => {
    aggregates.API = answer
    await expect(count(klaviyo())).rejects.toMatchObject({ code: 'klaviyo/aggregates' })
  })

  test('an empty list of rows is a metric without events', async () => {
    aggregates.API = counts(['2026-11-01'], [], { data: [] })
    expect((await count(klaviyo()))[0]?.days).toEqual(new Map())
  })
})
