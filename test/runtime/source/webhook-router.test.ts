/** One webhook address for many tenants: verified first, then stored with the tenant of the account, and with no other. */
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { intercomToKlaviyo, routeWebhooks } from '../../../connector/index.ts'
import type { RouteWebhooksOptions } from '../../../connector/route-webhooks.ts'
import { loadConnectorSpec } from '../../../connector/spec.ts'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import type { Observation, Observe } from '../../../runtime/ports/observation.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { createRecordingLogger } from '../../helpers/auth.ts'

const SECRET = 'a-client-secret'
const spec = await loadConnectorSpec()

function webhook(workspace: string, { secret = SECRET, id = 'n1' } = {}) {
  const item = { type: 'conversation', id: '1', created_at: 1_768_031_789 }
  const about = { type: 'notification_event', app_id: workspace, id, topic: 'conversation.user.created' }
  const body = JSON.stringify({ ...about, created_at: 1_768_031_790, data: { item } })
  const headers = { 'x-hub-signature': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}` }
  return { method: 'POST', headers, body }
}

async function open(options: Partial<RouteWebhooksOptions> = {}) {
  const clock = virtualClock()
  const logger = createRecordingLogger()
  const stores = new Map(['alpha', 'beta'].map((name) => [name, memoryStore({ clock })]))
  const router = await routeWebhooks({
    settings: { spec },
    intercomClientSecret: SECRET,
    tenantOf: async (workspace) => {
      const store = stores.get(workspace)
      return store && { store }
    },
    clock,
    logger,
    ...options,
  })
  const stored = async () =>
    Promise.all([...stores.values()].map(async (store) => (await store.backlog('live')).records))
  const send = async (...args: Parameters<typeof webhook>) => (await router.route(webhook(...args))).status
  return { clock, logger, stores, router, stored, send }
}

test('stores a webhook with the tenant of its account, once', async () => {
  const { stored, send, router } = await open()
  expect([await send('alpha'), await send('beta'), await send('beta', { id: 'n2' })]).toEqual([200, 200, 200])
  expect(await send('beta', { id: 'n2' })).toBe(200)
  expect(await stored()).toEqual([1, 2])
  expect(router.stats()).toMatchObject({ routed: 4, unknown: 0, lastVerified: { topic: 'conversation.user.created' } })
})

test('verifies before it looks for a tenant', async () => {
  const asked: string[] = []
  const { send, router } = await open({ tenantOf: (workspace) => void asked.push(workspace) })
  expect(await send('alpha', { secret: 'of-a-stranger' })).toBe(401)
  expect((await router.route({ method: 'POST', body: webhook('alpha').body })).status).toBe(401)
  expect((await router.route({ method: 'HEAD' })).status).toBe(200)
  expect(asked).toEqual([])
})

test('answers an account of no tenant 200, counts it, and logs it once a minute', async () => {
  const { logger, stored, send, router } = await open()
  for (let i = 0; i < 100; i++) expect(await send(`unknown${i}`)).toBe(200)
  expect(await stored()).toEqual([0, 0])
  expect(router.stats()).toMatchObject({ routed: 0, unknown: 100 })
  expect(logger.lines.filter((line) => line.includes('no tenant has the account'))).toHaveLength(1)
})

test('has the webhook sent again when the tenant cannot be found now, or its store fails', async () => {
  let broken = true
  const clock = virtualClock()
  const store = memoryStore({ clock })
  const failing = {
    ...store,
    readCheckpoint: store.readCheckpoint.bind(store),
    append: () => Promise.reject(new Error('disk')),
  }
  const { send } = await open({
    tenantOf: (workspace) => {
      if (workspace === 'alpha' && broken) throw new Error('the directory is down')
      return { store: workspace === 'alpha' ? store : failing }
    },
  })
  expect([await send('alpha'), await send('beta')]).toEqual([503, 503])
  broken = false
  expect(await send('alpha')).toBe(200)
})

test('a connector of this process accepts its webhooks, with its own topics and pin', async () => {
  const clock = virtualClock()
  const store = memoryStore({ clock })
  const connector = await intercomToKlaviyo({ settings: { spec }, store, clock, workspace: 'alpha' })
  const { send } = await open({ tenantOf: () => connector })
  expect([await send('alpha'), await send('beta')]).toEqual([200, 200])
  expect((await store.backlog('live')).records).toBe(1)
  expect(connector.webhookStats().lastVerified).toBeDefined()
})

describe('observed', () => {
  const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

  test('a webhook has its tenant and its trace, whoever delivers it', async () => {
    const observations: Observation[] = []
    const observe: Observe = (one) => observations.push(one)
    const clock = virtualClock()
    const stores = { alpha: memoryStore({ clock }), beta: memoryStore({ clock }) }
    const connector = await intercomToKlaviyo({ settings: { spec }, store: stores.beta, clock, tenant: 'shop-2' })
    const { send } = await open({
      observe,
      tenantOf: (workspace) =>
        workspace === 'alpha'
          ? { store: stores.alpha, tenant: 'shop-1' }
          : workspace === 'beta'
            ? connector
            : undefined,
    })
    for (const workspace of ['alpha', 'beta', 'gamma']) await send(workspace)
    await nextTurn()
    const [alpha, beta, gamma] = observations
    expect(alpha).toMatchObject({ type: 'received', outcome: 'stored', tenant: 'shop-1' })
    expect(beta).toMatchObject({ type: 'received', outcome: 'stored', tenant: 'shop-2' })
    expect(gamma).toMatchObject({ type: 'received', outcome: 'ignored', status: 200 })
    for (const [store, received] of [[stores.alpha, alpha] as const, [stores.beta, beta] as const]) {
      const [record] = await store.lease({ lane: 'live', limit: 1, leaseMs: 1 })
      expect(record?.trace).toMatch(/^00-/)
      expect(received).toMatchObject({ trace: record?.trace })
    }
  })

  test('by its connector alone, too', async () => {
    const observations: Observation[] = []
    const clock = virtualClock()
    const observe: Observe = (one) => observations.push(one)
    const connector = await intercomToKlaviyo({ settings: { spec }, clock, observe })
    const { send } = await open({ tenantOf: () => connector })
    await send('alpha')
    await nextTurn()
    expect(observations).toMatchObject([{ type: 'received', outcome: 'stored', status: 200 }])
  })
})

describe('an app for each tenant', () => {
  const secrets: Readonly<Record<string, string>> = { alpha: 'secret-of-alpha', beta: 'secret-of-beta' }
  const options = { intercomClientSecretOf: async (workspace: string) => secrets[workspace] }

  test('each webhook is verified by the secret of the account that it claims', async () => {
    const { send, stored } = await open(options)
    expect(await send('alpha', { secret: 'secret-of-alpha' })).toBe(200)
    expect(await send('beta', { secret: 'secret-of-beta' })).toBe(200)
    expect(await stored()).toEqual([1, 1])
  })

  test('a tenant cannot write to another one', async () => {
    const { send, stored } = await open(options)
    expect(await send('beta', { secret: 'secret-of-alpha' })).toBe(401)
    expect(await send('alpha', { secret: SECRET })).toBe(401)
    expect(await stored()).toEqual([0, 0])
  })

  test('an account without a secret, a body that is none, and a huge one are refused', async () => {
    const { send, router } = await open(options)
    expect(await send('gamma')).toBe(401)
    const { headers } = webhook('alpha')
    expect((await router.route({ method: 'POST', headers, body: 'hello' })).status).toBe(401)
    expect((await router.route({ method: 'POST', headers, body: 'x'.repeat(8_000_000) })).status).toBe(413)
    expect((await router.route({ method: 'POST', body: 'x' })).status).toBe(401)
  })
})

test('reads a streamed body once', async () => {
  const { router, stored } = await open({ intercomClientSecretOf: () => SECRET })
  const { body, ...rest } = webhook('alpha')
  let reads = 0
  async function* bytes() {
    reads += 1
    yield new TextEncoder().encode(body)
  }
  expect((await router.route({ ...rest, body: bytes() })).status).toBe(200)
  expect([reads, await stored()]).toEqual([1, [1, 0]])
})

test('10,000 tenants cost it no memory, and each webhook the same time', async () => {
  const append = async () => ({ added: 1 })
  const store = { append, readCheckpoint: async () => 1 }
  const tenants = new Map(Array.from({ length: 10_000 }, (_, index) => [`app${index}`, { store }]))
  const { send, router } = await open({ tenantOf: (workspace) => tenants.get(workspace) })
  const route = async (count: number) => {
    const start = performance.now()
    for (let i = 0; i < count; i++) await send(`app${i % 10_000}`, { id: `n${i}` })
    return performance.now() - start
  }
  await route(500)
  const before = process.memoryUsage().heapUsed
  const ms = await route(3_000)
  const grown = (process.memoryUsage().heapUsed - before) / 2 ** 20
  expect(router.stats().routed).toBe(3_500)
  expect(ms / 3_000).toBeLessThan(5)
  expect(grown).toBeLessThan(60)
})
