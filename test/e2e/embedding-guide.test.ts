/** The guide for hosts: its samples run as they stand, and do what it says. */
import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { type ConnectorOptions, intercomToKlaviyo, routeWebhooks } from '../../connector/index.ts'
import type { Connector } from '../../runtime/connector.ts'
import { createConsole } from '../../runtime/console/index.ts'
import type { Store } from '../../runtime/ports/store.ts'
import { silentLogger } from '../../runtime/system.ts'
import { startConnector } from '../helpers/connector-harness.ts'
import { openGuides } from '../helpers/guide-snippets.ts'

const run = openGuides('docs/guide/embedding.md')

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

const opened = async () => {
  const { spec, store, secret, clock } = await startConnector()
  const settings = { spec }
  const secrets = { intercomClientSecret: secret }
  // Neither side accepts anything: no sample may reach the network.
  const fetch = async () => Response.json({ errors: [] }, { status: 401 })
  const create = (options: ConnectorOptions) => intercomToKlaviyo({ fetch, clock, ...options })
  return { settings, secrets, store, secret, clock, intercomToKlaviyo: create }
}
type Opened = { readonly connector: Connector }

test('accounts are pinned from the first start', async () => {
  const { secret, ...given } = await opened()
  const tenant = { appId: 'sandbox1', klaviyoAccount: 'AbC123' }
  const { connector } = (await run('Accounts 1', { ...given, tenant })) as Opened
  for (const app_id of ['other999', 'sandbox1'])
    expect((await connector.receive({ method: 'POST', ...sign(secret, { app_id }) })).status).toBe(200)
  expect((await given.store.backlog('live')).records).toBe(1)
})

test('secrets and tokens are read from a vault', async () => {
  const { secret, ...given } = await opened()
  const asked: string[] = []
  const vault = {
    get: async (name: string) => {
      asked.push(name)
      return name === 'client-secret-next' ? secret : 'another'
    },
    readTokens: async (side: string) => {
      asked.push(side)
      return { accessToken: `a-token-of-${side}` }
    },
  }
  const more = { vault, intercomClientSecret: secret, klaviyoClientId: 'id', klaviyoClientSecret: 'a-client-secret' }
  for (const sample of [1, 2, 3]) {
    const { connector } = (await run(`Secrets in a vault ${sample}`, { ...given, ...more })) as Opened
    const id = `n${sample}`
    expect((await connector.receive({ method: 'POST', ...sign(secret, { id }) })).status).toBe(200)
    const report = await given.clock.until(connector.work({ until: 'idle' }))
    expect(report).toMatchObject({ ended: 'paused' })
  }
  expect(new Set(asked)).toEqual(new Set(['client-secret', 'client-secret-next', 'intercom-token', 'intercom']))
})

test('a gate of the host pauses delivery', async () => {
  const { secret: _, ...given } = await opened()
  const tenant = { isSuspended: true, changed: async () => undefined }
  const { connector } = (await run('Secrets in a vault 4', { ...given, tenant })) as Opened
  const report = await given.clock.until(connector.work({ until: 'idle' }))
  expect(report).toMatchObject({ ended: 'paused', reason: 'the subscription has ended' })
})

test('a connector in module scope', async () => {
  const { secret, store, intercomToKlaviyo: _, ...given } = await opened()
  const env = { TENANTS: { getByName: () => store } }
  const { connector } = (await run('Connectors in module scope 1', {
    ...given,
    env,
    storeOf: (stub: Store) => stub,
  })) as Opened
  expect((await connector.receive({ method: 'POST', ...sign(secret) })).status).toBe(200)
})

test('one webhook address routes to the store of a tenant', async () => {
  const { secret, store, settings } = await opened()
  const vault = { get: async () => secret }
  const directory = { find: async (workspace: string) => (workspace === 'sandbox1' ? { store } : undefined) }
  const routed: number[] = []
  for (const app_id of ['sandbox1', 'other999']) {
    const request = new Request('http://localhost/', { method: 'POST', ...sign(secret, { app_id }) })
    const given = { vault, directory, settings, request, routeWebhooks }
    const { response } = (await run('One webhook address 1', given)) as { readonly response: Response }
    routed.push(response.status)
  }
  expect([routed, (await store.backlog('live')).records]).toEqual([[200, 200], 1])
})

test('the console behind the sign-in of a host', async () => {
  const { connector, clock } = await startConnector()
  const users = [undefined, { tenant: '41', id: 'u1' }, { tenant: '42', id: 'u2', name: 'Ada', isAdmin: false }]
  const statuses: number[] = []
  for (const user of users) {
    const signal = new AbortController().signal
    const sessions = { userOf: async () => user }
    const request = new Request('https://app.example/t/42/', { headers: { accept: 'text/html' } })
    const given = { createConsole, connector, clock, logger: silentLogger, signal, sessions, request }
    const { response } = (await run('The console 1', given)) as { readonly response: Response }
    statuses.push(response.status)
  }
  expect(statuses).toEqual([303, 403, 200])
})

test('an overlay of a tenant', async () => {
  const { secret: _, settings, ...given } = await opened()
  const { connector } = (await run('Overlays 1', { ...given, loadConnectorSpec: async () => settings.spec })) as Opened
  const { delivery, mappings } = connector.spec
  expect(delivery.liveWindow).toBe(12 * 3_600_000)
  const names = mappings.find(({ metric }) => metric === 'Rated Conversation')?.properties.map(({ name }) => name)
  expect(names).toContain('Shop')
})
