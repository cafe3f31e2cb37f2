/** The guide for hosts: its samples run as they stand, and do what it says. */
import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { startConnector } from '../helpers/connector-harness.ts'
import { readSnippets, runSnippet } from '../helpers/guide-snippets.ts'

const snippets = new Map(readSnippets('docs/guide/embedding.md').map(({ name, code }) => [name, code]))

function run(name: string, given: Readonly<Record<string, unknown>>): Promise<unknown> {
  const code = snippets.get(name)
  if (code === undefined) throw new Error(`the guide has no sample "${name}": ${[...snippets.keys()].join(', ')}`)
  return runSnippet(code, given)
}

function sign(secret: string, change: object = {}) {
  const item = { type: 'conversation', id: '1', created_at: 1_768_031_789 }
  const about = { type: 'notification_event', app_id: 'sandbox1', id: 'n1', topic: 'conversation.user.created' }
  const body = JSON.stringify({ ...about, created_at: 1_768_031_790, data: { item }, ...change })
  return { body, headers: { 'x-hub-signature': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}` } }
}

test('a Lambda handler answers a webhook', async () => {
  const { connector, store, secret } = await startConnector()
  const { body, headers } = sign(secret)
  const requestContext = { http: { method: 'POST' } }
  const event = { requestContext, headers, body: btoa(body), isBase64Encoded: true }
  const answer = await run('Webhooks without web-standard requests 1', { connector, event })
  expect(answer).toEqual({ statusCode: 200, headers: {}, body: '' })
  expect((await store.backlog('live')).records).toBe(1)
})

test('a handler of node:http answers a webhook', async () => {
  const { connector, store, secret } = await startConnector()
  const handle = (req: IncomingMessage, res: ServerResponse) =>
    run('Webhooks without web-standard requests 2', { connector, req, res })
  const server = createServer((req, res) => void handle(req, res))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const { status } = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', ...sign(secret) })
  server.close()
  expect([status, (await store.backlog('live')).records]).toEqual([200, 1])
})

test('a slice of work', async () => {
  const { connector, clock } = await startConnector()
  const slice = run('Slices of work 1', { connector, signal: new AbortController().signal })
  expect(await clock.until(slice)).toEqual({ ended: 'idle', remaining: 0, nextAt: undefined, reason: undefined })
})
