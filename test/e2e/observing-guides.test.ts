/** The guides to observing and to events: their samples run as they stand, and do what they say. */
import { channel } from 'node:diagnostics_channel'
import { expect, test } from 'vitest'
import { intercomToKlaviyo } from '../../connector/index.ts'
import type { Connector } from '../../runtime/connector.ts'
import { silentLogger } from '../../runtime/system.ts'
import { createKlaviyoSandbox } from '../../sandbox/klaviyo/server.ts'
import { findContactWithEmail, startConnector } from '../helpers/connector-harness.ts'
import { openGuides } from '../helpers/guide-snippets.ts'

const run = openGuides('docs/guide/observing.md', 'docs/guide/events.md')

async function startShop() {
  const shop = await startConnector()
  const { id } = await findContactWithEmail(shop.intercom)
  const contacts = { type: 'contact.list', contacts: [{ type: 'contact', id }] }
  const source = { type: 'conversation', author: { type: 'user', id } }
  const item = { type: 'conversation', id: '1', created_at: shop.clock.now() / 1000, source, contacts }
  const { work: _, connector: __, ...parts } = shop
  const secrets = { intercomAccessToken: 'test-token', intercomClientSecret: shop.secret, klaviyoApiKey: 'pk_test' }
  const fetch = (request: Request) =>
    request.url.includes('klaviyo') ? shop.klaviyo.fetch(request) : shop.intercom.fetch(request)
  /** As the samples do, with the effects that they leave out. */
  const create = (options: object) =>
    intercomToKlaviyo({ settings: { spec: shop.spec }, fetch, clock: shop.clock, ...options })
  const deliver = async (connector: Connector) => {
    const stop = new AbortController()
    const working = connector.work({ signal: stop.signal })
    await shop.clock.advance(5_000)
    stop.abort()
    await shop.clock.until(working)
    await connector.close()
  }
  const notify = () => shop.notify('conversation.user.created', item)
  return { ...parts, connector: shop.connector, secrets, create, deliver, notify }
}

const created = (result: unknown) => (result as { readonly connector: Connector }).connector

test('a hook records durations', async () => {
  const { notify, deliver, secrets, store, create } = await startShop()
  const recorded: unknown[] = []
  const timings = { record: (...one: unknown[]) => void recorded.push(one) }
  const alerts = { note: () => undefined }
  const given = { secrets, store, timings, alerts, intercomToKlaviyo: create }
  const connector = created(await run('The hook 1', given))
  await notify()
  await deliver(connector)
  expect(recorded).toEqual([[expect.any(Number), { outcome: 'delivered', tenant: 'shop-42' }]])
})

test('a subscriber sees what settles', async () => {
  const lines: unknown[] = []
  const { notify, deliver, connector } = await startShop()
  await run('The hook 2', { console: { log: (line: unknown) => lines.push(line) } })
  await notify()
  await deliver(connector)
  expect(lines).toMatchObject([{ type: 'settled', outcome: 'delivered' }])
  expect(channel('connector:settled').hasSubscribers).toBe(true)
})

test('OpenTelemetry without an SDK changes nothing', async () => {
  const { notify, deliver, secrets, store, create, klaviyo } = await startShop()
  const connector = created(await run('OpenTelemetry 1', { secrets, store, intercomToKlaviyo: create }))
  await notify()
  await deliver(connector)
  expect(klaviyo.events()).toHaveLength(1)
})

test('metrics of one connector, and of many', async () => {
  const { connector } = await startShop()
  await run('Prometheus 1', { connector, other: connector, Response })
})

test('a loop writes events to a warehouse, with the cursor', async () => {
  const { notify, connector, clock } = await startShop()
  await notify()
  const written: unknown[][] = []
  const stop = new AbortController()
  const warehouse = {
    insert: async (...row: unknown[]) => void written.push(row),
    upsertPerson: async () => undefined,
    save: async (...row: unknown[]) => {
      written.push(row)
      stop.abort()
    },
  }
  await clock.until(run('The stream 1', { connector, warehouse, signal: stop.signal, cursor: undefined }))
  expect(written).toEqual([
    [
      'sandbox1:created-conversation:1',
      'Created Conversation',
      expect.any(String),
      expect.any(Object),
      expect.any(Object),
    ],
    ['cursor', expect.any(String)],
  ])
})

test('Klaviyo takes the events of anyone', async () => {
  const { clock } = await startShop()
  const klaviyo = createKlaviyoSandbox({ clock, random: () => 0.5, key: 'pk_test' })
  const effects = { fetch: klaviyo.fetch, clock, random: () => 0.5, logger: silentLogger }
  const { signal } = new AbortController()
  const past = {
    kind: 'event',
    metric: 'Placed Call',
    time: '2020-01-10T07:56:29.000Z',
    key: 'calls:1',
    properties: {},
  }
  const history = [{ ...past, profile: { email: 'ben@harbourlight.shop' } }]
  await clock.until(run('The source and the destination alone 1', { apiKey: 'pk_test', history, signal, ...effects }))
  expect(klaviyo.events().map(({ metric }) => metric)).toEqual(['Placed Call', 'Placed Call'])
})
