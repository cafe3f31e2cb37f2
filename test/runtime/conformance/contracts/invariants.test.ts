/** The invariants over our whole connector with both local servers, and connectors with a planted fault that fail them. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { intercomToKlaviyo } from '../../../../connector/index.ts'
import { loadConnectorSpec } from '../../../../connector/spec.ts'
import type {
  ConnectorFactory,
  ConnectorFactoryOptions,
  ConnectorUnderTest,
  RecordedCase,
} from '../../../../runtime/conformance/contracts/connector/connector-harness.ts'
import { invariants, testInvariants } from '../../../../runtime/conformance/contracts/connector/test-invariants.ts'
import type { Fetch } from '../../../../runtime/ports/effects.ts'
import type { Store } from '../../../../runtime/ports/store.ts'
import type { JsonObject } from '../../../../runtime/ports/types.ts'
import { memoryStore } from '../../../../runtime/store/memory/store.ts'
import { createIntercomSandbox } from '../../../../sandbox/intercom/server.ts'
import { createKlaviyoSandbox } from '../../../../sandbox/klaviyo/server.ts'
import { findContactWithEmail } from '../../../helpers/connector-harness.ts'
import { receivedBy } from './klaviyo-under-test.ts'

const spec = await loadConnectorSpec()
const [TOKEN, SECRET, KEY] = ['test-token', 'test-client-secret', 'pk_test']

function startIntercom(clock: { now(): number }) {
  const sleepless = { now: () => clock.now(), sleep: async () => undefined }
  const options = {
    clock: sleepless,
    random: () => 0.5,
    token: TOKEN,
    clientSecret: SECRET,
    conversations: 30,
    tickets: 20,
  }
  return createIntercomSandbox({ ...options, now: clock.now() - 60_000, fetch: async () => new Response() })
}

const makeConnector: ConnectorFactory = (parts) => connect(parts, memoryStore(parts))

async function connect({ clock, wrap, logger }: ConnectorFactoryOptions, store: Store): Promise<ConnectorUnderTest> {
  const intercom = startIntercom(clock)
  const klaviyo = createKlaviyoSandbox({ clock, random: () => 0.5, key: KEY })
  const connector = await intercomToKlaviyo({
    secrets: { intercomAccessToken: TOKEN, intercomClientSecret: SECRET, klaviyoApiKey: KEY },
    settings: { spec },
    store,
    fetch: wrap((request) => (request.url.includes('klaviyo') ? klaviyo.fetch(request) : intercom.fetch(request))),
    clock,
    random: () => 0.5,
    logger,
  })
  return {
    connector,
    secret: SECRET,
    received: () => receivedBy(klaviyo),
  }
}

const START = Date.parse('2026-07-14T09:29:00.000Z')
const { id, email } = await findContactWithEmail(startIntercom({ now: () => START }))

function recorded(name: string, topic: string, stream: string, change: JsonObject): RecordedCase {
  const path = new URL(`../../../../conformance/fixtures/${name}.json`, import.meta.url)
  const contacts = { type: 'contact.list', contacts: [{ type: 'contact', id }] }
  const item: JsonObject = { ...JSON.parse(readFileSync(path, 'utf8')), contacts, ...change }
  const envelope = {
    type: 'notification_event',
    app_id: 'sandbox1',
    id: `notif_${name}`,
    topic,
    created_at: START / 1000,
  }
  return { name, notification: { ...envelope, data: { type: 'notification_event_data', item } }, stream, item }
}

const created = { created_at: START / 1000, source: { type: 'conversation', author: { type: 'user', id } } }
const options = {
  makeConnector,
  cases: [
    recorded('conversation', 'conversation.user.created', 'conversations', created),
    recorded('ticket', 'ticket.created', 'tickets', { created_at: START / 1000 }),
  ],
  limits: { text: 100_000, properties: 400, request: 4_000_000 },
  hosts: ['api.intercom.io', 'a.klaviyo.com'],
  sensitive: [email, TOKEN, SECRET, KEY],
}

testInvariants(options, { describe, test })

describe('a connector fails that', () => {
  const failing = (name: string, change: (send: Fetch) => Fetch, rest: Partial<typeof options> = {}) => {
    const make: ConnectorFactory = (parts) => makeConnector({ ...parts, wrap: (send) => parts.wrap(change(send)) })
    return invariants({ ...options, makeConnector: make, ...rest }).filter((one) => one.name.startsWith(name))
  }

  test('calls another host', async () => {
    const cases = failing('calls no host', (send) => send, { hosts: ['a.klaviyo.com'] })
    for (const one of cases) await expect(one.run()).rejects.toThrow('api.intercom.io')
  })

  test('has another key by history', async () => {
    const cases = options.cases.map((one) => ({ ...one, item: { ...Object(one.item), id: '99' } }))
    for (const one of failing('has the same keys', (send) => send, { cases })) await expect(one.run()).rejects.toThrow()
  })

  test('counts again what it delivered', async () => {
    let requests = 0
    const rekey = (send: Fetch) => async (request: Request) => {
      const text = await request.clone().text()
      const changed = text.replaceAll(/"unique_id":"/g, `"unique_id":"${++requests}-`)
      return send(changed === text ? request : new Request(request, { body: changed }))
    }
    const make: ConnectorFactory = (parts) => {
      const store = memoryStore(parts)
      store.filterDelivered = async () => new Set()
      return connect({ ...parts, wrap: (send) => parts.wrap(rekey(send)) }, store)
    }
    const cases = invariants({ ...options, makeConnector: make }).filter(({ name }) => name.startsWith('counts once'))
    expect(cases).toHaveLength(2)
    for (const one of cases) await expect(one.run()).rejects.toThrow()
  })

  test('logs an address', async () => {
    const make: ConnectorFactory = async (parts) => {
      const under = await makeConnector(parts)
      parts.logger.info(`event sent to ${email}`)
      return under
    }
    const cases = invariants({ ...options, makeConnector: make }).filter(({ name }) => name.startsWith('logs'))
    expect(cases).toHaveLength(2)
    for (const one of cases) await expect(one.run()).rejects.toThrow(email)
  })

  test('sends texts of any length', async () => {
    const cases = failing('stays within', (send) => send, { limits: { text: 10, properties: 400, request: 4_000_000 } })
    for (const one of cases) await expect(one.run()).rejects.toThrow(/a text of \d+ characters/)
  })
})
