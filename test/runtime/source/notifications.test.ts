/** Webhooks of other forms than one signed notification a request: topics in headers, batches, handshakes, no webhooks. */
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { openRecord } from '../../../runtime/source/open-record.ts'
import { receiveWebhook } from '../../../runtime/source/receive.ts'
import { UnverifiedBodies } from '../../../runtime/source/unverified-bodies.ts'
import { createWebhookRouter } from '../../../runtime/source/webhook-router.ts'
import { WebhookStatsRecorder } from '../../../runtime/source/webhook-stats.ts'
import type { Spec } from '../../../runtime/spec/spec.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { silentLogger } from '../../../runtime/system.ts'
import { DESK_WEBHOOK, loadDeskSpec } from '../../helpers/spec/desk-spec.ts'

const SECRET = 'a-secret'
const sign = (body: string, secret = SECRET) => createHmac('sha256', secret).update(body).digest('hex')

interface Sent {
  readonly method?: string
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signature?: string | null
}

function receiver(spec: Spec) {
  const clock = virtualClock()
  const store = memoryStore({ clock })
  let appendsLeft = Number.POSITIVE_INFINITY
  const append: typeof store.append = async (...args) => {
    if (--appendsLeft < 0) throw new Error('disk full')
    return store.append(...args)
  }
  const parts = {
    spec,
    store: { append, readCheckpoint: (name: string) => store.readCheckpoint(name) },
    clock,
    logger: silentLogger,
    bodies: new UnverifiedBodies(clock, spec.webhook.maxBodySize),
    secrets: async () => [SECRET],
    stats: new WebhookStatsRecorder(clock),
    account: async () => ({ id: undefined, inWebhooks: undefined }),
  }
  return {
    parts,
    async send(body: string | undefined, { method = 'POST', query = '', headers = {}, signature }: Sent = {}) {
      const url = `https://connector.example${spec.webhook.path}${query}`
      const own = signature === null || body === undefined ? {} : { 'X-Signature': signature ?? sign(body) }
      const init = { method, headers: { ...own, ...headers }, ...(body !== undefined && { body }) }
      const response = await receiveWebhook(new Request(url, init), parts)
      return { status: response.status, text: await response.text(), headers: response.headers }
    },
    failAppends: ({ after }: { readonly after: number }) => {
      appendsLeft = after
    },
    stored: () => store.lease({ lane: 'live', limit: 100, leaseMs: 1000 }),
  }
}

const withWebhook = (more: object) => loadDeskSpec({ webhook: { ...DESK_WEBHOOK, ...more } })

describe('a topic and an account in headers', async () => {
  const spec = await withWebhook({
    headers: { topic: 'X-Desk-Topic', shop: 'X-Desk-Shop' },
    envelope: { topic: 'headers.topic', workspace: 'headers.shop', item: 'body' },
  })
  const headers = { 'X-Desk-Topic': 'ticket.created', 'X-Desk-Shop': 'harbour' }

  test('are stored with the body, and opened again at delivery', async () => {
    const { send, stored } = receiver(spec)
    expect((await send('{"id":"7"}', { headers })).status).toBe(200)
    const [record] = await stored()
    if (record === undefined) throw new Error('nothing is stored')
    expect(record).toMatchObject({
      topic: 'ticket.created',
      workspace: 'harbour',
      orderingKey: 'harbour:ticket:7',
      body: '{"headers":{"topic":"ticket.created","shop":"harbour"},"body":{"id":"7"}}',
    })
    const ticket = spec.resources.get('ticket')
    if (ticket === undefined) throw new Error('the spec has no ticket')
    expect(await openRecord(record, ticket, spec)).toMatchObject({
      item: { id: '7' },
      bindings: { workspace: 'harbour' },
    })
  })

  test('without them it is no notification', async () => {
    const { send, stored } = receiver(spec)
    expect((await send('{"id":"7"}')).status).toBe(400)
    expect(await stored()).toEqual([])
  })
})

describe('a batch', async () => {
  const one = (id: string, topic = 'ticket.created') => ({ id: `event-${id}`, topic, account: 'a', data: { id } })

  test.each([
    ['a list', '$', (all: readonly object[]) => all],
    ['a member', 'events', (all: readonly object[]) => ({ events: all })],
    [
      'a computed list',
      'entry.changes.value',
      (all: readonly object[]) => ({ entry: [{ changes: all.map((value) => ({ value })) }] }),
    ],
  ])('of %s is stored as its notifications, once each', async (_, each, wrap) => {
    const { send, stored } = receiver(await withWebhook({ each }))
    const body = JSON.stringify(wrap([one('1'), one('2', 'person.created'), one('3', 'news.of.ours')]))
    expect((await send(body)).status).toBe(200)
    expect((await send(body)).status).toBe(200)
    const records = await stored()
    expect(records.map(({ topic, body }) => [topic, JSON.parse(body)])).toEqual([
      ['ticket.created', one('1')],
      ['person.created', one('2', 'person.created')],
      ['news.of.ours', one('3', 'news.of.ours')],
    ])
  })

  test('with one that names no topic keeps the others, and is refused if none does', async () => {
    const { send, stored } = receiver(await withWebhook({ each: 'events' }))
    expect((await send(JSON.stringify({ events: [{ id: 'x' }, one('1')] }))).status).toBe(200)
    expect((await send(JSON.stringify({ events: [{ id: 'x' }, 7] }))).status).toBe(400)
    expect((await send(JSON.stringify({ events: [] }))).status).toBe(200)
    expect(await stored()).toHaveLength(1)
  })

  test('for many tenants, too', async () => {
    const webhooks = await withWebhook({ each: 'events' })
    const { parts, stored } = receiver(webhooks)
    const router = createWebhookRouter({ ...parts, tenantOf: (account) => (account === 'a' ? parts : undefined) })
    const send = async (events: readonly unknown[]) => {
      const body = JSON.stringify({ events })
      return (await router.route({ method: 'POST', headers: { 'X-Signature': sign(body) }, body })).status
    }
    expect(await send([{ id: 'x' }, one('1'), { ...one('2'), account: 'b' }, one('3')])).toBe(200)
    expect(await send([{ id: 'x' }, 7])).toBe(400)
    expect(await stored()).toHaveLength(2)
    expect(router.stats()).toMatchObject({ routed: 2, unknown: 1 })
  })

  test('for many tenants with a secret each is of one of them: its secret verifies nothing of another', async () => {
    const { parts, stored } = receiver(await withWebhook({ each: 'events' }))
    const asked: string[] = []
    const secretsOf = async (account: string) => {
      asked.push(account)
      return account === 'a' ? [SECRET] : ['of-another']
    }
    const router = createWebhookRouter({ ...parts, secretsOf, tenantOf: () => parts })
    const send = async (events: readonly unknown[]) => {
      const body = JSON.stringify({ events })
      return (await router.route({ method: 'POST', headers: { 'X-Signature': sign(body) }, body })).status
    }
    expect(await send([one('1'), { ...one('2'), account: 'b' }])).toBe(401)
    expect([await stored(), asked]).toEqual([[], []])
    expect(await send([one('1'), { id: 'x' }, one('2')])).toBe(200)
    expect(await stored()).toHaveLength(2)
  })

  test('that the disk takes in part is answered with 503, and is whole once it is sent again', async () => {
    const { send, stored, failAppends } = receiver(await withWebhook({ each: 'events' }))
    const body = JSON.stringify({ events: [one('1'), one('2'), one('3')] })
    failAppends({ after: 2 })
    expect((await send(body)).status).toBe(503)
    failAppends({ after: Number.POSITIVE_INFINITY })
    expect((await send(body)).status).toBe(200)
    expect((await stored()).map(({ body }) => JSON.parse(body).id)).toEqual(['event-1', 'event-2', 'event-3'])
  })
})

describe('handshakes', () => {
  test('a signed POST with a challenge, as of Slack', async () => {
    const { send, stored } = receiver(
      await withWebhook({ handshakes: [{ answer: 'type = "url_verification" ? challenge' }] }),
    )
    const body = '{"type":"url_verification","challenge":"3eZbrw1aB"}'
    expect(await send(body)).toMatchObject({ status: 200, text: '3eZbrw1aB' })
    expect((await send(body, { signature: sign('x') })).status).toBe(401)
    expect((await send(body, { signature: null })).status).toBe(401)
    expect(await stored()).toEqual([])
    expect((await send('{"topic":"ticket.created","data":{"id":"1"}}')).status).toBe(200)
    expect(await stored()).toHaveLength(1)
  })

  test('a GET with a token, as of Meta', async () => {
    const handshake = { method: 'GET', answer: '$query.`hub.challenge`', token: '$query.`hub.verify_token`' }
    const { send } = receiver(await withWebhook({ handshakes: [handshake] }))
    const ask = (query: string) => send(undefined, { method: 'GET', query })
    expect(await ask(`?hub.challenge=1158201444&hub.verify_token=${SECRET}`)).toMatchObject({
      status: 200,
      text: '1158201444',
    })
    expect(await ask('?hub.challenge=1&hub.verify_token=other')).toMatchObject({ status: 403, text: '' })
    expect(await ask('?hub.challenge=1')).toMatchObject({ status: 403, text: '' })
    expect(await ask('')).toMatchObject({ status: 400 })
  })

  test('a GET with a header, answered with an object, as of Okta', async () => {
    const handshake = { method: 'GET', answer: '{ "verification": $headers.`x-okta-verification-challenge` }' }
    const { send } = receiver(await withWebhook({ handshakes: [handshake] }))
    const answer = await send(undefined, { method: 'GET', headers: { 'X-Okta-Verification-Challenge': 'c1' } })
    expect(answer).toMatchObject({ status: 200, text: '{"verification":"c1"}' })
    expect(answer.headers.get('content-type')).toBe('application/json')
  })

  test('an unsigned POST with a token in its address, as of Microsoft Graph, while every other must be signed', async () => {
    const { send, stored } = receiver(
      await withWebhook({ handshakes: [{ signed: false, answer: '$query.validationToken' }] }),
    )
    const page = '<script>alert(1)</script>'
    const answer = await send('', { query: `?validationToken=${encodeURIComponent(page)}`, signature: null })
    expect(answer).toMatchObject({ status: 200, text: page })
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect((await send('{"topic":"ticket.created"}', { signature: null })).status).toBe(401)
    expect((await send('', { query: `?validationToken=${'x'.repeat(5000)}`, signature: null })).status).toBe(400)
    expect(await stored()).toEqual([])
  })

  test('without any, GET is refused and HEAD is answered', async () => {
    const { send } = receiver(await withWebhook({}))
    expect((await send(undefined, { method: 'GET' })).status).toBe(405)
    expect((await send(undefined, { method: 'HEAD' })).status).toBe(200)
  })
})

test('a source that sends no webhooks accepts none, whatever signs it', async () => {
  const { send, stored } = receiver(await loadDeskSpec({ webhook: undefined }))
  expect((await send('{"topic":"ticket.created"}')).status).toBe(404)
  expect((await send(undefined, { method: 'HEAD' })).status).toBe(404)
  expect(await stored()).toEqual([])
})

test('a signed handshake for many tenants, each with a secret of its own, sees the address', async () => {
  const { parts } = receiver(await withWebhook({ handshakes: [{ answer: 'type = "test" ? $query.challenge' }] }))
  const router = createWebhookRouter({ ...parts, secretsOf: async () => [SECRET], tenantOf: () => undefined })
  const body = JSON.stringify({ type: 'test', account: 'a' })
  const request = { method: 'POST', url: '/webhooks/desk?challenge=c-1', headers: { 'X-Signature': sign(body) }, body }
  expect(await router.route(request)).toMatchObject({ status: 200, body: 'c-1' })
})
