/** Webhook requests as a table: the response status and the stored records. */

import { createHmac } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadConnectorSpec } from '../../../connector/spec.ts'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { asId, MAX_JSON_DEPTH } from '../../../runtime/lib/json.ts'
import type { LogFields, Logger } from '../../../runtime/ports/effects.ts'
import { receiveWebhook, reportMisdirected } from '../../../runtime/source/receive.ts'
import { UnverifiedBodies } from '../../../runtime/source/unverified-bodies.ts'
import { parseSecrets } from '../../../runtime/source/verify-signature.ts'
import { WebhookStatsRecorder } from '../../../runtime/source/webhook-stats.ts'
import type { Spec } from '../../../runtime/spec/spec.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { silentLogger } from '../../../runtime/system.ts'

const URL_ = 'http://localhost/webhooks/intercom'
const SECRET = 'a-client-secret'

let spec: Spec
beforeAll(async () => {
  spec = await loadConnectorSpec()
})

const sign = (body: string, secret = SECRET) => `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`

function notification(change: object = {}): string {
  return JSON.stringify({
    type: 'notification_event',
    app_id: 'abc123',
    id: 'notif_1',
    topic: 'conversation.user.created',
    created_at: 1768031790,
    delivery_attempts: 1,
    data: { type: 'notification_event_data', item: { type: 'conversation', id: '42', created_at: 1768031789 } },
    ...change,
  })
}

interface Bench {
  readonly secrets?: string[] | Error
  readonly logger?: Logger
}

function bench({ secrets = [SECRET], logger = silentLogger }: Bench = {}) {
  const clock = virtualClock()
  const store = memoryStore({ clock })
  const came = new WebhookStatsRecorder(clock)
  const bodies = new UnverifiedBodies(clock, spec.webhook.maxBodySize)
  const send = (body: string | undefined, headers: Record<string, string> = {}, method = 'POST') =>
    receiveWebhook(new Request(URL_, { method, headers, ...(body !== undefined && { body }) }), {
      spec,
      store,
      clock,
      logger,
      bodies,
      secrets: () => (secrets instanceof Error ? Promise.reject(secrets) : Promise.resolve(secrets)),
      stats: came,
      account: async () => ({ id: asId(await store.readCheckpoint('workspace')), inWebhooks: undefined }),
    })
  const kept = async () => (await store.backlog('live')).records
  return { clock, store, send, kept, seen: () => came.snapshot() }
}

const good = notification()
const nested = (depth: number) => `${good.slice(0, -1)},"more":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
const large = notification({ padding: 'x'.repeat(4 * 1024 * 1024) })

const TABLE: readonly (readonly [
  name: string,
  body: string,
  signature: string | undefined,
  status: number,
  kept: number,
])[] = [
  ['a genuine notification', good, sign(good), 200, 1],
  ['upper-case hexadecimal', good, sign(good).replace(/[a-f]+$/, (hex) => hex.toUpperCase()), 200, 1],
  ['no signature', good, undefined, 401, 0],
  ['an empty signature', good, '', 401, 0],
  ['a signature of another body', good, sign('{}'), 401, 0],
  ['a signature with another secret', good, sign(good, 'other'), 401, 0],
  ['a signature without its prefix', good, sign(good).slice(5), 401, 0],
  ['a signature that is not hexadecimal', good, 'sha1=zzzz', 401, 0],
  ['a truncated signature', good, sign(good).slice(0, -1), 401, 0],
  ['a body over the limit', large, sign(large), 413, 0],
  ['no JSON', 'hello', sign('hello'), 400, 0],
  ['JSON that is no object', '[1]', sign('[1]'), 400, 0],
  ['JSON as deep as is read', nested(MAX_JSON_DEPTH), sign(nested(MAX_JSON_DEPTH)), 200, 1],
  ['JSON nested too deeply', nested(MAX_JSON_DEPTH + 1), sign(nested(MAX_JSON_DEPTH + 1)), 400, 0],
  ['JSON that would overflow the stack', nested(100_000), sign(nested(100_000)), 400, 0],
  ['an object without a topic', '{}', sign('{}'), 400, 0],
]

describe('answers', () => {
  test.each(TABLE)('%s', async (_, body, signature, status, count) => {
    const { send, kept } = bench()
    const answer = await send(body, signature === undefined ? {} : { 'X-Hub-Signature': signature })
    expect(answer.status).toBe(status)
    expect(await kept()).toBe(count)
  })

  test('HEAD with 200, other methods with 405', async () => {
    const { send } = bench()
    expect((await send(undefined, {}, 'HEAD')).status).toBe(200)
    expect((await send(undefined, {}, 'GET')).status).toBe(405)
  })

  test('ping with 200, and stores nothing', async () => {
    const { send, kept } = bench()
    const ping = notification({ id: null, topic: 'ping', data: { item: { type: 'ping', message: 'hi' } } })
    expect((await send(ping, { 'X-Hub-Signature': sign(ping) })).status).toBe(200)
    expect(await kept()).toBe(0)
  })

  test('503 when the disk fails, so that the source sends it again', async () => {
    const { send, store } = bench()
    store.append = () => Promise.reject(new Error('disk full'))
    expect((await send(good, { 'X-Hub-Signature': sign(good) })).status).toBe(503)
  })
})

test('logs a missing secret once, not for each webhook', async () => {
  const said: string[] = []
  const warn = (message: string) => void said.push(message)
  const { send } = bench({ secrets: [], logger: { ...silentLogger, warn } })
  for (let n = 0; n < 3; n++) await send(good, { 'X-Hub-Signature': sign(good) })
  expect(said).toEqual([expect.stringContaining('no signing secret')])
})

test('answers 503 while the secrets cannot be read', async () => {
  const { send, kept } = bench({ secrets: new Error('the store is away') })
  expect((await send(good, { 'X-Hub-Signature': sign(good) })).status).toBe(503)
  expect(await kept()).toBe(0)
})

test('without a secret no webhook is accepted, and the answer is 503', async () => {
  const { send, kept } = bench({ secrets: [] })
  const answer = await send(good, { 'X-Hub-Signature': sign(good, '') })
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('not set up')])
  expect(await kept()).toBe(0)
})

test('a webhook of another account is answered 200 and not stored', async () => {
  const { send, kept, store, seen } = bench()
  await store.writeCheckpoints([{ name: 'workspace', value: 'another' }])
  expect((await send(good, { 'X-Hub-Signature': sign(good) })).status).toBe(200)
  expect(await kept()).toBe(0)
  expect(seen().lastVerified).toBeUndefined()
  expect(seen().lastRejected?.reason).toContain('another account')
})

test('the statistics hold the latest requests, without payload', async () => {
  const { send, seen } = bench()
  expect(seen()).toEqual({})
  await send(undefined, {}, 'HEAD')
  await send(good, { 'X-Hub-Signature': sign(good, 'other') })
  await send(good, { 'X-Hub-Signature': sign(good) })
  const at = expect.any(Number)
  const lastRejected = { at, reason: expect.stringContaining('the signature does not match') }
  expect(seen()).toEqual({
    probedAt: at,
    lastRejected,
    topics: expect.any(Object),
    counts: { 'conversation.user.created': 1 },
    lastVerified: { at, topic: 'conversation.user.created' },
  })
})

test('webhooks at a wrong path are counted, and logged once for each of a few paths', () => {
  const lines: unknown[] = []
  const logger = { ...silentLogger, warn: (message: string, fields?: object) => void lines.push([message, fields]) }
  const stats = new WebhookStatsRecorder(virtualClock())
  for (const path of ['/webhook/intercom', '/', '/webhook/intercom']) reportMisdirected(path, { spec, logger, stats })
  const line = (path: string) => ['webhook rejected: wrong path', { path, expected: '/webhooks/intercom' }]
  expect(lines).toEqual([line('/webhook/intercom'), line('/')])
  expect(stats.snapshot()).toEqual({ misdirected: { count: 3, at: expect.any(Number), path: '/webhook/intercom' } })
  for (let n = 0; n < 1000; n++) reportMisdirected(`/${n}${'x'.repeat(5000)}`, { spec, logger, stats })
  expect([lines.length, stats.snapshot().misdirected?.count]).toEqual([20, 1003])
  expect(JSON.stringify(lines).length).toBeLessThan(10_000)
})

test('strangers cannot flood the log: each reason is logged once a minute, with its count', async () => {
  const lines: string[] = []
  const warn = (message: string, { times = 1 }: LogFields = {}) => void lines.push(`${message} ×${times}`)
  const { send, clock } = bench({ logger: { ...silentLogger, warn } })
  const flood = async () => {
    for (let n = 0; n < 500; n++) await send(good, { 'X-Hub-Signature': sign(good, `guess ${n}`) })
  }
  await flood()
  await send(good)
  await clock.advance(60_000)
  await flood()
  expect(lines).toEqual([
    expect.stringMatching(/^webhook rejected: the signature does not match.+×1$/),
    expect.stringMatching(/^webhook rejected: no .+×1$/),
    expect.stringMatching(/^webhook rejected: the signature does not match.+×500$/),
  ])
})

test('during a rotation both secrets are accepted', async () => {
  const { send } = bench({ secrets: ['new', SECRET] })
  for (const secret of ['new', SECRET])
    expect((await send(good, { 'X-Hub-Signature': sign(good, secret) })).status).toBe(200)
})

test('an empty secret verifies nothing, beside others or alone', async () => {
  for (const secrets of [['', SECRET], [' ', SECRET], [''], ['\n']]) {
    const { send, kept } = bench({ secrets })
    for (const forged of ['', ' ', '\n']) {
      const { status } = await send(good, { 'X-Hub-Signature': sign(good, forged) })
      expect(status).toBe(secrets.includes(SECRET) ? 401 : 503)
    }
    expect(await kept()).toBe(0)
  }
})

test('secrets are read from lists with blanks and stray commas', () => {
  const lists = [undefined, '', ' , ', 'old, new', ',old,,new ,', ['old', ' new\n'], ['', 'old,new']]
  const both = ['old', 'new']
  expect(lists.map(parseSecrets)).toEqual([[], [], [], both, both, both, both])
})

describe('a redelivery is the same record', () => {
  const send2 = async (first: string, second: string) => {
    const { send, kept } = bench()
    for (const body of [first, second]) await send(body, { 'X-Hub-Signature': sign(body) })
    return kept()
  }
  test('by the id of its notification', async () => {
    expect(await send2(good, notification({ delivery_attempts: 2, delivery_status: 'retry' }))).toBe(1)
  })
  test('by its content if the id is null', async () => {
    expect(await send2(notification({ id: null }), notification({ id: null, delivery_attempts: 2 }))).toBe(1)
    expect(await send2(notification({ id: null }), notification({ id: null, created_at: 1768031999 }))).toBe(2)
  })
  test('but not one of another workspace', async () => {
    expect(await send2(good, notification({ app_id: 'other' }))).toBe(2)
  })
})

test.each(['1e400', '-1E+400', '1e-400', '123456789012345678901234567890', '9007199254740993', '-0'])(
  'the number %s, which no double holds as it is, is no error wherever it stands',
  async (number) => {
    const places = ['"created_at":1768031790', '"id":"42"', '"delivery_attempts":1', '"app_id":"abc123"']
    for (const place of places) {
      const { send, kept } = bench()
      const body = good.replace(place, `${place.split(':')[0]}:${number}`)
      expect(body).toContain(number)
      expect((await send(body, { 'X-Hub-Signature': sign(body) })).status).toBe(200)
      expect(await kept()).toBe(1)
    }
  },
)

test('unknown topics and malformed items are stored, never rejected', async () => {
  const { send, kept } = bench()
  for (const odd of [{ topic: 'article.created' }, { id: 'n2', data: null }, { id: 'n3', data: { item: [1, 'x'] } }]) {
    const body = notification(odd)
    expect((await send(body, { 'X-Hub-Signature': sign(body) })).status).toBe(200)
  }
  expect(await kept()).toBe(3)
})

test('the log gives the reason for a rejection, without payload', async () => {
  const lines: string[] = []
  const warn = (message: string, fields?: object) => void lines.push(message + JSON.stringify(fields))
  const { send } = bench({ secrets: [`${SECRET}\n`], logger: { ...silentLogger, warn } })
  await send(good, { 'X-Hub-Signature': sign(good) })
  expect(lines.join()).toContain('space or line break')
  const pretty = JSON.stringify(JSON.parse(good), null, 2)
  const other = bench({ logger: { ...silentLogger, warn } })
  await other.send(pretty, { 'X-Hub-Signature': sign(good) })
  expect(lines.join()).toContain('raw bytes')
  expect(lines.join()).not.toMatch(/abc123|a-client-secret|notif_1/)
})
