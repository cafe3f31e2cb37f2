/** Outcomes of live records (delivered, skipped, deferred, dead) through the whole connector. */
import { describe, expect, test, vi } from 'vitest'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import type { Connections, SourceRecord } from '../../../runtime/index.ts'
import { findContactWithEmail, startConnector } from '../../helpers/connector-harness.ts'

const conversation = (contact: string, change: object = {}) => ({
  type: 'conversation',
  id: '4711',
  created_at: virtualClock().now() / 1000,
  title: 'Where is it?',
  source: { type: 'conversation', delivered_as: 'customer_initiated', author: { type: 'user', id: contact } },
  contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: contact }] },
  ...change,
})

async function traced(store: Awaited<ReturnType<typeof startConnector>>['store'], ref: string) {
  const entries = await store.trace(ref)
  return entries.map(({ status, outcome }) => ({
    status,
    ...(outcome && 'reason' in outcome && { reason: outcome.reason }),
  }))
}

test('a conversation is delivered as one event with its profile, in the live lane', async () => {
  const { intercom, klaviyo, notify, work } = await startConnector()
  const { id, email } = await findContactWithEmail(intercom)
  await notify('conversation.user.created', conversation(id))
  await work()
  const [event, ...more] = klaviyo.events()
  expect(more).toEqual([])
  expect(event).toMatchObject({
    metric: 'Created Conversation',
    key: 'sandbox1:created-conversation:4711',
    email,
    triggersFlows: true,
  })
  expect(event?.properties).toMatchObject({
    Title: 'Where is it?',
    email,
    'Conversation Delivered As': 'customer_initiated',
  })
  expect(event?.profile).toMatchObject({ properties: { 'Intercom Contact ID': id } })
  expect(klaviyo.summary().requests['POST /api/events']).toBe(1)
})

test('the same event from three notifications is sent once', async () => {
  const { intercom, klaviyo, notify, store, work } = await startConnector()
  const { id } = await findContactWithEmail(intercom)
  await notify('conversation.user.created', conversation(id))
  await notify('conversation.user.created', conversation(id), { delivery_attempts: 2 }) // Intercom's retry
  await notify('conversation.user.created', conversation(id), { id: 'another-notification' })
  await work()
  expect(klaviyo.summary()).toMatchObject({ events: 1, duplicates: 0 })
  expect(await traced(store, '4711')).toEqual([
    { status: 'delivered' },
    { status: 'skipped', reason: 'already-delivered' },
  ])
})

describe('is skipped with a reason', () => {
  const cases: readonly (readonly [reason: string, topic: string, item: (contact: string) => object])[] = [
    ['unknown-topic', 'article.created', () => ({ id: '4711' })],
    ['unknown-topic', 'company.created', () => ({ type: 'company', id: '4711' })],
    ['unknown-topic', 'conversation.admin.closed', (contact) => conversation(contact)], // known to Intercom, to no mapping
    [
      'started-by-teammate',
      'conversation.user.created',
      (c) => conversation(c, { source: { author: { type: 'admin', id: '1' } } }),
    ],
    ['no-contact', 'conversation.user.created', () => conversation('', { source: null, contacts: null })],
    ['no-occurrence', 'conversation.rating.added', (contact) => conversation(contact)],
    ['contact-archived', 'contact.archived', (contact) => ({ type: 'contact', id: contact, archived: true })],
  ]
  test.each(cases)('%s: %s', async (reason, topic, item) => {
    const { intercom, klaviyo, notify, store, work } = await startConnector()
    const { id } = await findContactWithEmail(intercom)
    expect(await notify(topic, item(id))).toBe(200)
    await work()
    expect(klaviyo.summary().events).toBe(0)
    expect(await store.tallies('live')).toEqual([expect.objectContaining({ status: 'skipped', reason, count: 1 })])
  })
})

test('a contact that was merged twice is followed to its last successor', async () => {
  const merged: Readonly<Record<string, string>> = { old: 'newer', newer: 'new' }
  const remains = { type: 'contact', id: 'new', email: 'ann@mail.sandbox-shop.com' }
  const both = (request: Request) => {
    const [, id = ''] = /\/contacts\/(\w+)$/.exec(request.url) ?? []
    if (id === 'new') return Response.json(remains)
    const successor = merged[id]
    if (successor === undefined) return undefined
    return Response.json(
      { type: 'error.list', errors: [{ code: 'contact_merged' }] },
      { status: 410, headers: { Link: `</contacts/${successor}>; rel="canonical"` } },
    )
  }
  const { klaviyo, notify, work } = await startConnector({ intercept: both })
  await notify('conversation.user.created', conversation('old'))
  await work()
  expect(klaviyo.events()).toMatchObject([{ email: 'ann@mail.sandbox-shop.com' }])
})

test.each([
  ['an error under a 200', () => ({ type: 'error.list', errors: [{ code: 'server_error' }] })],
  ['a thing without an id', () => ({})],
  ['a list', () => []],
  ['null', () => null],
  ['a number', () => 5],
  ['another contact', (id: string) => ({ type: 'contact', id: `${id}0`, email: 'other@mail.sandbox-shop.com' })],
])('an answer other than the requested contact is retried: %s', async (_, answer) => {
  let odd = true
  const instead = (request: Request) => {
    const [, id] = /\/contacts\/(\w+)$/.exec(request.url) ?? []
    return odd && id !== undefined ? Response.json(answer(id)) : undefined
  }
  const { intercom, klaviyo, notify, store, work } = await startConnector({ intercept: instead })
  const { id, email } = await findContactWithEmail(intercom)
  await notify('conversation.user.created', conversation(id))
  await work(10_000)
  expect((await store.backlog('live')).records).toBe(1)
  odd = false
  await work(600_000)
  expect(klaviyo.events()).toMatchObject([{ email }])
})

test('records are deferred while Klaviyo is down, and delivered afterwards', async () => {
  let down = true
  const instead = (request: Request) =>
    down && request.url.includes('a.klaviyo.com') ? new Response('', { status: 503 }) : undefined
  const { intercom, klaviyo, notify, store, work } = await startConnector({ intercept: instead })
  const { id } = await findContactWithEmail(intercom)
  await notify('conversation.user.created', conversation(id))
  await work(60_000)
  expect((await store.backlog('live')).records).toBe(1)
  down = false
  await work(3_600_000)
  expect(klaviyo.summary()).toMatchObject({ events: 1, flowTriggering: 1 })
})

const html = { headers: { 'content-type': 'text/html; charset=utf-8' } }
test.each([
  ['a page', () => new Response('<html>welcome</html>', html)],
  ['a page that says accepted', () => new Response('<html>welcome</html>', { ...html, status: 202 })],
  ['a text', () => new Response('log in to this network first')],
  ['nothing', () => new Response('')],
  ['a torn answer', () => new Response('{"data":', { headers: { 'content-type': 'application/json' } })],
  ['a list of errors', () => Response.json({ errors: [{ code: 'error' }] })],
  ['a list', () => Response.json([])],
])("a success answer that is not Klaviyo's is no receipt: %s", async (_, answer) => {
  let between = true
  const instead = (request: Request) => (between && request.url.includes('a.klaviyo.com') ? answer() : undefined)
  const { intercom, klaviyo, notify, work } = await startConnector({ intercept: instead })
  const { id } = await findContactWithEmail(intercom)
  await notify('conversation.user.created', conversation(id))
  await work(10_000)
  between = false
  await work(600_000)
  expect(klaviyo.summary().events).toBe(1)
})

test('with a wrong key records are deferred without limit', async () => {
  const { intercom, notify, store, work } = await startConnector({
    connector: {
      secrets: {
        intercomAccessToken: 'test-token',
        intercomClientSecret: 'test-client-secret',
        klaviyoApiKey: 'pk_wrong',
      },
    },
  })
  const { id } = await findContactWithEmail(intercom)
  await notify('conversation.user.created', conversation(id))
  await work(600_000)
  const [entry] = await store.trace('4711')
  expect(entry).toMatchObject({
    status: 'deferred',
    outcome: { fault: { kind: 'config', code: 'klaviyo/unauthorized' } },
  })
})

test('an event delayed for more than a day starts no flow', async () => {
  const { intercom, klaviyo, notify, clock, work } = await startConnector()
  const { id } = await findContactWithEmail(intercom)
  await notify('conversation.user.created', conversation(id))
  await clock.advance(25 * 3_600_000)
  await work()
  expect(klaviyo.summary()).toMatchObject({ events: 1, flowTriggering: 0, backfilled: 1 })
})

test('an event long past at its notification starts no flow', async () => {
  const { intercom, klaviyo, notify, work } = await startConnector()
  const { id } = await findContactWithEmail(intercom)
  await notify('conversation.user.created', conversation(id, { created_at: 1_700_000_000 }))
  await work()
  expect(klaviyo.summary()).toMatchObject({ events: 1, flowTriggering: 0 })
})

test('a bulk edit of contacts does not delay a conversation', async () => {
  const { intercom, klaviyo, notify, work } = await startConnector()
  const { id } = await findContactWithEmail(intercom)
  for (let n = 0; n < 1_000; n++) {
    const contact = { type: 'contact', id: `c${n}`, role: 'user', email: `p${n}@mail.sandbox-shop.com` }
    await notify('contact.user.updated', contact, { id: `n${n}` })
  }
  await notify('conversation.user.created', conversation(id))
  await work(30_000)
  expect(klaviyo.summary().events).toBe(1)
  await work(600_000)
  expect(klaviyo.summary().profiles).toBeGreaterThanOrEqual(1_000)
})

test('a record that Klaviyo rejects is a dead letter, and can be replayed', async () => {
  let refuses = true
  const refusal = {
    errors: [
      {
        id: '1',
        status: 400,
        code: 'invalid',
        title: 'Invalid input',
        detail: 'no',
        source: { pointer: '/data/attributes/time' },
      },
    ],
  }
  const instead = (request: Request) =>
    refuses && request.url.endsWith('/api/events') ? Response.json(refusal, { status: 400 }) : undefined
  const { intercom, klaviyo, notify, store, work } = await startConnector({ intercept: instead })
  const { id } = await findContactWithEmail(intercom)
  await notify('conversation.user.created', conversation(id))
  await work()
  expect(await store.listDeadLetters({ limit: 10 })).toMatchObject([
    { status: 'dead', outcome: { fault: { kind: 'data' } } },
  ])
  refuses = false
  expect(await store.replay('all')).toBe(1)
  await work()
  expect(klaviyo.summary().events).toBe(1)
  expect(await store.listDeadLetters({ limit: 10 })).toEqual([])
})

test('a burst is sent in bulk, without the backfill flag', async () => {
  const { intercom, klaviyo, notify, work } = await startConnector()
  const { id } = await findContactWithEmail(intercom)
  for (let n = 0; n < 400; n++)
    await notify('conversation.user.created', conversation(id, { id: `${n}` }), { id: `n${n}` })
  await work(20_000)
  const { events, flowTriggering, requests } = klaviyo.summary()
  expect({ events, flowTriggering }).toEqual({ events: 400, flowTriggering: 400 })
  expect(requests['POST /api/event-bulk-create-jobs']).toBeGreaterThan(0)
  expect(requests['POST /api/events'] ?? 0).toBeLessThan(200)
})

test('a contact topic updates the profile, without subscribing it', async () => {
  const { klaviyo, notify, work } = await startConnector()
  const contact = {
    type: 'contact',
    id: 'c9',
    role: 'user',
    email: 'Bea@Mail.sandbox-shop.com',
    name: 'Bea &amp; Co',
    unsubscribed_from_emails: true,
    tags: { data: [], has_more: false },
  }
  await notify('contact.unsubscribed', { type: 'contact_unsubscribe', contact, subscription_types: { data: [] } })
  await work()
  expect(klaviyo.profile('bea@mail.sandbox-shop.com')).toBeDefined()
  expect(klaviyo.summary().requests).toEqual({ 'GET /api/accounts': 1, 'POST /api/profile-import': 1 })
})

describe('a failing store defers the record', () => {
  const base = { workspace: 'sandbox1', orderingKey: 'any', lookupIds: ['4711'], receivedAt: virtualClock().now() }
  const webhook = (topic: string, resource: string, item: object): SourceRecord => {
    const body = JSON.stringify({ app_id: 'sandbox1', topic, data: { item } })
    return { ...base, id: 'r', ingress: 'webhook', lane: 'live', topic, resource, body }
  }
  const item = (contact: string): SourceRecord => {
    const backfillRun = { id: 'run-1', until: virtualClock().now() + 1 }
    const from = { ingress: 'backfill', lane: 'backfill', stream: 'conversations', resource: 'conversation' } as const
    return { ...base, ...from, id: 'r', body: JSON.stringify(conversation(contact)), backfillRun }
  }
  type Method = 'filterDelivered' | 'deleteCache' | 'readCheckpoint' | 'readCache' | 'writeCache'
  const cases: readonly (readonly [method: Method, record: (contact: string) => SourceRecord])[] = [
    ['filterDelivered', (contact) => webhook('conversation.user.created', 'conversation', conversation(contact))],
    ['deleteCache', (contact) => webhook('contact.user.updated', 'contact', { type: 'contact', id: contact })],
    ['readCheckpoint', item],
    ['readCache', item],
    ['writeCache', item],
  ]
  test.each(cases)('%s', async (method, record) => {
    const { connector, clock, intercom, store } = await startConnector()
    const { id } = await findContactWithEmail(intercom)
    await store.writeCheckpoints([{ name: 'backfill', value: { run: { id: 'run-1' } } }])
    vi.spyOn(store, method).mockRejectedValue(new Error(`no connection for ${id}`))
    const outcome = connector.deliver(record(id))
    await clock.until(outcome)
    expect(await outcome).toMatchObject({
      status: 'deferred',
      fault: { kind: 'transient', code: 'store/failed', message: 'the store failed (Error)' },
    })
  })
})

test('unreadable credentials defer the record', async () => {
  const away = async () => {
    throw new Error('no connection')
  }
  const auth = { current: away, refresh: async () => false }
  const gate = { pausedReason: () => undefined, waitForChange: away }
  const connections = {
    source: auth,
    destination: auth,
    gate,
    signingSecrets: async () => [],
  } as unknown as Connections
  const { connector, clock, intercom } = await startConnector({ connector: { connections } })
  const { id } = await findContactWithEmail(intercom)
  const body = JSON.stringify({
    app_id: 'sandbox1',
    topic: 'conversation.user.created',
    data: { item: conversation(id) },
  })
  const outcome = connector.deliver({
    id: 'r',
    ingress: 'webhook',
    lane: 'live',
    topic: 'conversation.user.created',
    resource: 'conversation',
    workspace: 'sandbox1',
    orderingKey: 'any',
    lookupIds: [],
    receivedAt: clock.now(),
    body,
  })
  await clock.until(outcome)
  expect(await outcome).toMatchObject({ status: 'deferred', fault: { code: 'auth/unreadable' } })
})
