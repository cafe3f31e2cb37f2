/** A whole import of the sandbox, redacted: nothing of a person is left, links hold, and the spec maps it to the same shapes. */
import { beforeAll, describe, expect, test } from 'vitest'
import { functions } from '../../../../connector/functions/index.ts'
import { loadPhoneMetadata, toE164 } from '../../../../connector/functions/phone.ts'
import { specFolder } from '../../../../connector/spec.ts'
import type { Exchange, RecordedWebhook } from '../../../../runtime/conformance/recording/recording.ts'
import { createRules } from '../../../../runtime/conformance/redact/create-rules.ts'
import { createRedactor, type Redactor } from '../../../../runtime/conformance/redact/redactor.ts'
import type { RedactionRules } from '../../../../runtime/conformance/redact/types.ts'
import type { Connector } from '../../../../runtime/connector.ts'
import { isObject } from '../../../../runtime/lib/json.ts'
import type { Json, JsonObject } from '../../../../runtime/ports/types.ts'
import { loadSpec } from '../../../../runtime/spec/load.ts'
import { startConnector } from '../../../helpers/connector-harness.ts'

type Fetch = (request: Request) => Promise<Response>

/** Both sides of an import, and of the notifications of what it read. */
async function record() {
  const exchanges: Exchange[] = []
  const servers: Record<string, { fetch: Fetch }> = {}
  const fetch: Fetch = async (request) => {
    const isDestination = request.url.startsWith('https://a.klaviyo.com')
    const body = await request.clone().text()
    const response = await (isDestination ? servers.klaviyo : servers.intercom)?.fetch(request)
    if (response === undefined) throw new Error('no server')
    const answer = await response.clone().text()
    exchanges.push({
      side: isDestination ? 'destination' : 'source',
      request: {
        method: request.method,
        url: request.url,
        headers: Object.fromEntries(request.headers),
        ...(body !== '' && { body: JSON.parse(body) as Json }),
      },
      response: {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: answer === '' ? '' : (JSON.parse(answer) as Json),
      },
    })
    return response
  }
  const harness = await startConnector({ conversations: 120, tickets: 80, connector: { fetch } })
  Object.assign(servers, { intercom: harness.intercom, klaviyo: harness.klaviyo })
  const read = async () => {
    for await (const { phase } of harness.connector.backfill({ signal: new AbortController().signal }))
      if (phase === 'done') return
  }
  await harness.clock.until(read())
  await fetch(
    new Request('https://api.intercom.io/contacts?per_page=150', { headers: { Authorization: 'Bearer test-token' } }),
  )
  return { exchanges, connector: harness.connector }
}

const items = (exchanges: readonly Exchange[], path: string, list: string): JsonObject[] =>
  exchanges
    .filter(({ request }) => request.url.includes(path))
    .flatMap(({ response }) =>
      isObject(response.body) ? ((response.body[list] as JsonObject[] | undefined) ?? []) : [],
    )

const lookupsOf = (exchanges: readonly Exchange[]) => ({
  contact: [...items(exchanges, '/contacts', 'data')],
  admin: items(exchanges, '/admins', 'admins'),
  team: items(exchanges, '/teams', 'teams'),
  tag: items(exchanges, '/tags', 'data'),
})

/** Names and types, without values. */
function shapeOf(value: Json | undefined): Json {
  if (Array.isArray(value)) return value.map((item: Json) => shapeOf(item))
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]))
  return value === null ? null : typeof value
}

async function mapAll(connector: Connector, exchanges: readonly Exchange[], stream: string, list: string) {
  const data = items(exchanges, `/${stream}`, list)
  const { items: mapped } = await connector.preview({
    stream,
    data,
    lookups: lookupsOf(exchanges) as unknown as Json,
    workspace: 'w',
  })
  return mapped
}

let before: readonly Exchange[]
let after: readonly Exchange[]
let connector: Connector
let redactor: Redactor
let rules: RedactionRules
let webhooks: readonly RecordedWebhook[]

beforeAll(async () => {
  await loadPhoneMetadata()
  const loaded = await loadSpec(specFolder(), { functions })
  if (loaded.spec === undefined) throw new Error('the shipped spec has no errors')
  rules = createRules({ ...loaded, spec: loaded.spec }, { readPhone: (text, country) => toE164(text, country) })
  const recorded = await record()
  before = recorded.exchanges
  connector = recorded.connector
  webhooks = items(before, '/conversations', 'conversations').map((item) => ({
    at: '2026-01-10T10:00:00.000Z',
    body: { type: 'notification_event', app_id: 'sandbox1', id: 'notif_5f2c1b7e-0000-4000-8000-000000000001', topic: 'conversation.user.created', created_at: 1768031789, data: { type: 'notification_event_data', item } },
  })) // biome-ignore format: a notification
  redactor = createRedactor({ key: new Uint8Array(32).fill(9), rules })
  for (const exchange of before) redactor.learnExchange(exchange)
  for (const webhook of webhooks) redactor.learnWebhook(webhook)
  after = before.map((exchange) => redactor.redactExchange(exchange))
}, 60_000)

test('nothing of a person is left', () => {
  const text = JSON.stringify([after, webhooks.map((webhook) => redactor.redactWebhook(webhook))], undefined, 1)
  expect(text.length).toBeGreaterThan(500_000)
  expect(redactor.detect(text)).toEqual([])
  expect(redactor.detect(JSON.stringify(before, undefined, 1)).length).toBeGreaterThan(1_000)
  for (const contact of items(before, '/contacts', 'data')) {
    for (const value of [contact.email, contact.id]) {
      if (typeof value === 'string')
        expect(text.toLowerCase().includes(value.toLowerCase()), 'a value of a contact').toBe(false)
    }
  }
})

test('addresses are under example.com, numbers of fiction', () => {
  for (const { email } of items(after, '/contacts', 'data')) {
    if (typeof email === 'string') expect(email).toMatch(/@example\.com$/)
  }
})

test('values are equal after if and only if they were equal before', () => {
  for (const field of ['id', 'email', 'external_id']) {
    const [old, renewed] = [before, after].map((exchanges) =>
      items(exchanges, '/contacts', 'data').map((contact) => contact[field]),
    )
    const pairs = new Map<Json | undefined, Json | undefined>()
    old?.forEach((value, at) => {
      if (value !== null) expect(pairs.get(value) ?? renewed?.[at]).toBe(renewed?.[at])
      pairs.set(value, renewed?.[at])
    })
    expect(new Set(pairs.values()).size).toBe(pairs.size)
  }
  const contacts = new Set(items(after, '/contacts', 'data').map(({ id }) => id))
  const linked = items(after, '/conversations', 'conversations').flatMap(({ contacts }) =>
    (contacts as unknown as { contacts: { id: string }[] }).contacts.map(({ id }) => id),
  )
  const known = new Set(items(before, '/contacts', 'data').map(({ id }) => id))
  const linkedBefore = items(before, '/conversations', 'conversations').flatMap(({ contacts }) =>
    (contacts as unknown as { contacts: { id: string }[] }).contacts.map(({ id }) => id),
  )
  expect(linked.map((id) => contacts.has(id))).toEqual(linkedBefore.map((id) => known.has(id)))
})

describe('the spec maps it to the same shapes', () => {
  for (const [stream, list] of [
    ['conversations', 'conversations'],
    ['tickets', 'tickets'],
    ['contacts', 'data'],
  ] as const) {
    test(stream, async () => {
      const [old, renewed] = [
        await mapAll(connector, before, stream, list),
        await mapAll(connector, after, stream, list),
      ]
      expect(renewed.length).toBeGreaterThan(20)
      const shapes = (mapped: typeof old) =>
        mapped.map((item) => shapeOf({ ...item, ...('metric' in item && { [item.metric]: 1 }) } as unknown as Json))
      expect(shapes(renewed)).toEqual(shapes(old))
      const times = (mapped: typeof old) => mapped.map((item) => ('time' in item ? item.time : undefined))
      expect(times(renewed)).toEqual(times(old))
    })
  }
})

test('texts keep their length, line breaks, markup and emptiness', () => {
  const bodies = (exchanges: readonly Exchange[]) =>
    items(exchanges, '/tickets', 'tickets').flatMap(({ ticket_parts }) =>
      (ticket_parts as unknown as { ticket_parts: { body?: string | null }[] }).ticket_parts.flatMap(({ body }) =>
        typeof body === 'string' ? [body] : [],
      ),
    )
  const form = (text: string) => text.replace(/<[^>]*>|\s|[^<>\s]/g, (part) => (part.length > 1 || /\s/.test(part) ? part : '.')) ?? null // biome-ignore format: one line
  const [old, renewed] = [bodies(before), bodies(after)]
  expect(renewed.map(form)).toEqual(old.map(form))
  expect(renewed.filter((text, at) => text !== '' && text === old[at])).toEqual([])
})
