/** The observations of a whole connector: a webhook, its duplicates and rejections, retries, bulk requests, an import, a poll. */
import { describe, expect, test } from 'vitest'
import type { Observation, ObservationType, Observe } from '../../../runtime/ports/observation.ts'
import { findContactWithEmail, type HarnessOptions, startConnector } from '../../helpers/connector-harness.ts'

const never = new AbortController().signal

async function observedConnector({ connector, ...options }: HarnessOptions = {}) {
  const observations: Observation[] = []
  const observe: Observe = (one) => void observations.push(one)
  const shop = await startConnector({ ...options, connector: { observe, tenant: 'shop-1', ...connector } })
  const of = <T extends ObservationType>(type: T) =>
    observations.filter((one): one is Extract<Observation, { type: T }> => one.type === type)
  const { id } = await findContactWithEmail(shop.intercom)
  const conversation = (number: number) => ({
    type: 'conversation',
    id: `${number}`,
    created_at: shop.clock.now() / 1000,
    source: { type: 'conversation', author: { type: 'user', id } },
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id }] },
  })
  const notify = (number: number, change?: object) =>
    shop.notify('conversation.user.created', conversation(number), { id: `n${number}`, ...change })
  return { ...shop, observations, of, notify }
}

test('of a webhook, from its request to its settlement, are of one record and one trace', async () => {
  const { notify, work, observations, of, connector } = await observedConnector()
  await notify(1)
  await work()
  await connector.close()
  const [received] = of('received')
  const { record = '', trace = '' } = received ?? {}
  const topic = 'conversation.user.created'
  expect(received).toMatchObject({ outcome: 'stored', status: 200, topic, tenant: 'shop-1' })
  expect(trace).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  const own = { record, trace, attempt: 1, ingress: 'webhook', lane: 'live', topic, tenant: 'shop-1' }
  expect(of('started')).toMatchObject([own])
  const metric = 'Created Conversation'
  expect(of('mapped')).toMatchObject([
    { ...own, outcome: 'mapped', events: [{ metric, outcome: 'ready', lane: 'live' }] },
  ])
  const [sent] = of('sent').filter(({ messages }) => messages[0]?.metric === metric)
  expect(sent).toMatchObject({
    side: 'klaviyo',
    bulk: false,
    messages: [{ metric, outcome: 'accepted', status: 202, record, trace, attempt: 1 }],
  })
  expect(of('settled')).toMatchObject([{ ...own, outcome: 'delivered', events: [{ metric, outcome: 'delivered' }] }])
  const [lookup] = of('lookup')
  const requests = of('request').filter((one) => one.record === record)
  expect(requests).toMatchObject([
    {
      side: 'intercom',
      method: 'GET',
      host: 'api.intercom.io',
      template: '/contacts/{key}',
      status: 200,
      attempt: 1,
      call: lookup?.call,
    },
    { side: 'klaviyo', method: 'POST', host: 'a.klaviyo.com', template: '/api/events', status: 202, call: sent?.call },
    { side: 'klaviyo', template: '/api/profile-import' },
  ])
  expect(of('lookup')).toEqual([lookup])
  expect(lookup).toMatchObject({ lookup: 'contact', outcome: 'found', keys: 1, found: 1, record })
  const order = observations.filter(({ type }) => !['request', 'lookup'].includes(type)).map(({ type }) => type)
  expect(order).toEqual(['received', 'started', 'mapped', 'sent', 'sent', 'settled'])
})

test('of webhooks say how each was answered', async () => {
  const { notify, of, connector } = await observedConnector()
  await connector.receive(new Request('http://localhost/webhooks/intercom', { method: 'POST', body: '{}' }))
  await notify(1)
  await notify(1)
  await notify(2, { app_id: 'another' })
  await connector.close()
  expect(of('received').map(({ outcome, status, trace }) => [outcome, status, trace !== undefined])).toEqual([
    ['rejected', 401, false],
    ['stored', 200, true],
    ['duplicate', 200, true],
    ['stored', 200, true],
  ])
})

test('of a failing destination tell each try, each retry and the deferral', async () => {
  const intercept = (request: Request) =>
    request.url.endsWith('/api/events') ? new Response('{}', { status: 503 }) : undefined
  const { notify, work, of, connector } = await observedConnector({ intercept })
  await notify(1)
  await work(4_000)
  await connector.close()
  const tries = of('request').filter(({ template }) => template === '/api/events')
  expect(tries.map(({ attempt, status, reason }) => [attempt, status, reason])).toEqual(
    [1, 2, 3, 4].map((attempt) => [attempt, 503, 'klaviyo/unavailable']),
  )
  expect(of('retried').map(({ attempt, reason }) => [attempt, reason])).toEqual(
    [1, 2, 3].map((attempt) => [attempt, 'klaviyo/unavailable']),
  )
  expect(of('sent')).toMatchObject([{ messages: [{ outcome: 'refused', reason: 'klaviyo/unavailable' }] }])
  expect(of('deferred')).toMatchObject([{ reason: 'klaviyo/unavailable', kind: 'transient', attempt: 1 }])
  expect(of('settled')).toEqual([])
})

test('of an import are of its pages and bulk requests, which name the records of their events', async () => {
  const { connector, clock, of } = await observedConnector()
  const read = async () => {
    for await (const { phase } of connector.backfill({ signal: never })) if (phase === 'done') return
  }
  await clock.until(read())
  await connector.close()
  expect(new Set(of('page').map(({ ingress, stream }) => `${ingress} ${stream}`))).toEqual(
    new Set(['backfill conversations', 'backfill tickets', 'backfill contacts']),
  )
  const bulk = of('sent').filter((one) => one.bulk)
  expect(bulk.length).toBeGreaterThan(0)
  const started = new Set(of('started').map(({ record }) => record))
  for (const { messages, lane } of bulk) {
    expect(lane).toBe('backfill')
    for (const { record } of messages) expect(started).toContain(record)
  }
  const calls = new Set(bulk.map(({ call }) => call))
  const requests = of('request').filter(({ template }) => template === '/api/event-bulk-create-jobs')
  expect(new Set(requests.map(({ call }) => call))).toEqual(calls)
  expect(of('settled').length + of('waited').length).toBe(started.size)
})

test('of a poll for changes are of its pages', async () => {
  const { connector, clock, of } = await observedConnector()
  await clock.until(connector.reconcile({ signal: never, since: clock.now() - 86_400_000 * 400, until: clock.now() }))
  await connector.close()
  expect(new Set(of('page').map(({ ingress }) => ingress))).toEqual(new Set(['reconcile']))
})

test.each([
  ['', {}],
  [' within a time', { timeLimit: 60_000 }],
])('of a record that the host delivers from a queue of its own%s end with it', async (_, limits) => {
  const { connector, store, notify, of, clock } = await observedConnector()
  await notify(1)
  const [record] = await store.lease({ lane: 'live', limit: 1, leaseMs: 1_000 })
  if (record !== undefined) await clock.until(connector.deliver(record, limits))
  await connector.close()
  expect(of('started')).toHaveLength(1)
  expect(of('sent').flatMap(({ messages }) => messages.map(({ metric }) => metric))).toContain('Created Conversation')
  expect(of('settled')).toMatchObject([{ outcome: 'delivered', trace: record?.trace }])
})

describe('the trace of a record', () => {
  test('is absent while nothing is observed', async () => {
    const { notify, store } = await observedConnector({ connector: { observe: undefined } })
    await notify(1)
    expect((await store.lease({ lane: 'live', limit: 1, leaseMs: 1_000 }))[0]).not.toHaveProperty('trace')
  })
})
