/** Each side alone: Intercom to a destination of a host, and events of a host to Klaviyo. */
import { expect, test } from 'vitest'
import { createIntercomSource, createKlaviyoDestination } from '../../connector/index.ts'
import { virtualClock } from '../../runtime/conformance/virtual-clock.ts'
import { createConnector } from '../../runtime/create-connector.ts'
import { StreamDestination } from '../../runtime/event-stream/stream-destination.ts'
import { createStaticAuth } from '../../runtime/ports/auth.ts'
import type { Destination } from '../../runtime/ports/destination.ts'
import type { OutgoingMessage } from '../../runtime/ports/types.ts'
import { silentLogger } from '../../runtime/system.ts'
import { createKlaviyoSandbox } from '../../sandbox/klaviyo/server.ts'
import { findContactWithEmail, startConnector } from '../helpers/connector-harness.ts'

const { signal } = new AbortController()

test('Klaviyo takes events of anyone, each once', async () => {
  const clock = virtualClock()
  const { spec } = await startConnector()
  const klaviyo = createKlaviyoSandbox({ clock, random: Math.random, key: 'pk_test' })
  const effects = { fetch: klaviyo.fetch, clock, random: () => 0.5, logger: silentLogger }
  const destination = createKlaviyoDestination({ spec: spec.destination, apiKey: 'pk_test', ...effects })
  const event = {
    kind: 'event',
    metric: 'Placed Call',
    time: new Date(clock.now()).toISOString(),
    key: 'calls:4711',
    profile: { email: 'ann@harbourlight.shop' },
    properties: { Minutes: 12 },
  } as const
  const { message } = destination.fit(event)
  for (let tries = 0; tries < 2; tries++)
    expect(await clock.until(destination.send(message, signal))).toMatchObject({ status: 202 })
  expect(klaviyo.events()).toMatchObject([{ metric: 'Placed Call', properties: { Minutes: 12 } }])
})

test('a connector without a destination gives its events to a consumer, whatever is called first', async () => {
  const shop = await startConnector()
  const headers = { Authorization: 'Bearer test-token' }
  const auth = createStaticAuth(() => ({ baseUrl: 'https://api.intercom.io', headers }))
  const connector = createConnector({
    spec: shop.spec,
    source: createIntercomSource(auth, async () => [shop.secret]),
    store: shop.store,
    fetch: shop.intercom.fetch,
    clock: shop.clock,
    random: () => 0.5,
    logger: silentLogger,
    async *runChecks() {},
  })
  expect(() => connector.work({ signal })).toThrow(/the events of this connector go to the consumer/)
  const stop = new AbortController()
  const importing = (async () => {
    for await (const { phase } of connector.backfill({ signal })) if (phase === 'done') return
  })()
  const keys: string[] = []
  const reading = (async () => {
    for await (const message of connector.events({ signal: stop.signal }))
      if (message.kind === 'event') keys.push(message.key)
  })()
  await shop.clock.until(importing)
  stop.abort()
  await shop.clock.until(reading)
  expect(keys.length).toBeGreaterThan(100)
  expect(new Set(keys).size).toBe(keys.length)
})

test('Intercom feeds a destination of a host', async () => {
  const shop = await startConnector()
  const { id, email } = await findContactWithEmail(shop.intercom)
  const headers = { Authorization: 'Bearer test-token' }
  const auth = createStaticAuth(() => ({ baseUrl: 'https://api.intercom.io', headers }))
  const sent: OutgoingMessage[] = []
  const nothing = new StreamDestination(new Set())
  const destination: Destination = {
    batch: { events: 100, bytes: 1_000_000 },
    sizeOf: () => 100,
    fit: (message) => nothing.fit(message),
    previewBodies: () => [],
    async send(message) {
      sent.push(message)
      return { status: 200 }
    },
    sendMany: (messages) => Promise.all(messages.map((message) => destination.send(message, signal))),
  }
  const connector = createConnector({
    spec: shop.spec,
    source: createIntercomSource(auth, async () => [shop.secret]),
    destination,
    store: shop.store,
    fetch: shop.intercom.fetch,
    clock: shop.clock,
    random: () => 0.5,
    logger: silentLogger,
    async *runChecks() {},
  })
  // Into the store that both share: the webhook is verified and stored alike.
  const source = { type: 'conversation', author: { type: 'user', id } }
  const contacts = { type: 'contact.list', contacts: [{ type: 'contact', id }] }
  const created_at = shop.clock.now() / 1000
  await shop.notify('conversation.user.created', { type: 'conversation', id: '1', created_at, source, contacts })
  const stop = new AbortController()
  const working = connector.work({ signal: stop.signal })
  await shop.clock.advance(5_000)
  stop.abort()
  await shop.clock.until(working)
  expect(sent.filter(({ kind }) => kind === 'event')).toMatchObject([
    { metric: 'Created Conversation', profile: { email } },
  ])
  expect(shop.klaviyo.events()).toEqual([])
})
