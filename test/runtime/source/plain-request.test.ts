/** Webhooks as plain objects: the same answer for each way in which a host holds a request, and a refusal of parsed bodies. */
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { intercomToKlaviyo } from '../../../connector/index.ts'
import { loadConnectorSpec } from '../../../connector/spec.ts'
import type { Logger } from '../../../runtime/ports/effects.ts'
import type { PlainRequest } from '../../../runtime/source/to-web-request.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { systemClock as clock, silentLogger } from '../../../runtime/system.ts'

const SECRET = 'a-client-secret'
const spec = await loadConnectorSpec()
const body = JSON.stringify({
  type: 'notification_event',
  app_id: 'abc123',
  id: 'notif_1',
  topic: 'conversation.user.created',
  created_at: 1_768_031_790,
  data: { type: 'notification_event_data', item: { type: 'conversation', id: '42', title: 'Grüße, 你好' } },
})
const bytes = new TextEncoder().encode(body)
const signature = `sha1=${createHmac('sha1', SECRET).update(body).digest('hex')}`
const headers = { 'X-Hub-Signature': signature }

async function open() {
  const store = memoryStore({ clock })
  const logged: string[] = []
  const logger: Logger = { ...silentLogger, error: (message) => void logged.push(message) }
  const secrets = { intercomClientSecret: SECRET }
  const { receive } = await intercomToKlaviyo({ settings: { spec }, secrets, store, clock, logger })
  return { receive, logged, stored: async () => (await store.backlog('live')).records }
}

async function* chunks() {
  for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100)
}

const POST = { method: 'POST', headers } as const
const WAYS: Readonly<Record<string, PlainRequest>> = {
  text: { ...POST, body },
  bytes: { ...POST, body: bytes },
  'a Buffer': { ...POST, body: Buffer.from(body) },
  'a part of a larger buffer': { ...POST, body: Buffer.concat([Buffer.from('xx'), bytes]).subarray(2) },
  'an ArrayBuffer': { ...POST, body: bytes.slice().buffer },
  base64: { ...POST, body: Buffer.from(body).toString('base64'), isBase64Encoded: true },
  'a stream': { ...POST, body: chunks() },
  'a wrong length, as of base64': { ...POST, body, headers: { ...headers, 'content-length': '7' } },
  'headers in lower case': { ...POST, headers: { 'x-hub-signature': signature }, body },
  'headers as lists': { ...POST, headers: { 'x-hub-signature': [signature], cookie: ['a', 'b'] }, body },
  'headers with undefined': { ...POST, headers: { ...headers, host: undefined }, body },
  'headers of HTTP/2': { ...POST, headers: { ':path': '/', ...headers }, body },
  'headers that no request may have': { ...POST, headers: { ...headers, 'x-name': 'Grüße 你' }, body },
  Headers: { ...POST, headers: new Headers(headers), body },
  pairs: { ...POST, headers: Object.entries(headers), body },
}

describe('stores a webhook', () => {
  test.each(Object.keys(WAYS))('with %s', async (way) => {
    const { receive, stored } = await open()
    expect(await receive(WAYS[way] ?? {})).toEqual({ status: 200, headers: {}, body: '' })
    expect(await stored()).toBe(1)
  })

  test('from node:http as it is', async () => {
    const { receive, stored } = await open()
    const server = createServer(async (request, response) => {
      const { method, headers: named } = request
      const answer = await receive({ method, headers: named, body: request })
      response.writeHead(answer.status, answer.headers).end(answer.body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const { status } = await fetch(`http://127.0.0.1:${port}/`, { ...POST, body })
    server.close()
    expect([status, await stored()]).toEqual([200, 1])
  })
})

test('answers as it does to a web-standard request', async () => {
  const { receive, stored } = await open()
  const answers = [
    await receive({ method: 'HEAD' }),
    await receive({ method: 'GET' }),
    await receive({ ...POST, body: `${body} ` }),
    await receive({ method: 'POST', body }),
    await receive({ ...POST, body: 'x'.repeat(spec.webhook.maxBodySize + 1) }),
  ]
  expect(answers.map(({ status }) => status)).toEqual([200, 405, 401, 401, 413])
  expect(answers[1]?.headers).toEqual({ allow: 'HEAD, POST' })
  expect(await stored()).toBe(0)
})

test('keeps to the size limit of a stream', async () => {
  const { receive } = await open()
  let pulled = 0
  async function* endless() {
    for (; ; pulled++) yield new Uint8Array(1024 * 1024)
  }
  expect((await receive({ ...POST, body: endless() })).status).toBe(413)
  expect(pulled).toBeLessThan(spec.webhook.maxBodySize / 1024 / 1024 + 5)
})

describe('refuses what is no longer the bytes that were signed, and says what to pass', () => {
  const used = new Request('http://localhost/', { ...POST, body })
  const cases: Readonly<Record<string, [() => Promise<unknown>, RegExp]>> = {
    'a parsed body': [async () => ({ ...POST, body: JSON.parse(body) }), /parsed before.*express\.raw\(\)/],
    'a parsed list': [async () => ({ ...POST, body: [] }), /parsed before/],
    'a missing body': [
      async () => ({ ...POST, headers: { ...headers, 'Content-Length': String(bytes.length) } }),
      /no body.*rawBody/,
    ],
    'a web-standard request that was read': [() => used.json().then(() => used), /read before/],
    'a stream of Node that was read': [
      async () => ({ ...POST, body: Object.assign(chunks(), { readableDidRead: true }) }),
      /read before/,
    ],
  }
  test.each(Object.keys(cases))('%s', async (name) => {
    const { receive, logged, stored } = await open()
    const [make, words] = cases[name] ?? [async () => undefined, /never/]
    const answer = await receive((await make()) as Request)
    const text = typeof answer.body === 'string' ? answer.body : await answer.text()
    expect([answer.status, text, logged.join()]).toEqual([
      503,
      expect.stringMatching(words),
      expect.stringMatching(words),
    ])
    expect(logged.join()).not.toContain('42')
    expect(await stored()).toBe(0)
  })
})
