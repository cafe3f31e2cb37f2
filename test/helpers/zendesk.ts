/** A Zendesk and a collector in memory, in the forms of their APIs, for the example that connects them. */
import { createHmac } from 'node:crypto'
import { createYamlApp } from '../../runtime/cli/yaml-app.ts'
import type { ReceivedEvent } from '../../runtime/conformance/contracts/destination/destination-harness.ts'
import type { JsonObject } from '../../runtime/ports/types.ts'

export const FOLDER = new URL('../../examples/zendesk-to-http/', import.meta.url)

/** As main.ts of the example makes it. */
export const zendeskApp = createYamlApp({
  folder: FOLDER,
  program: 'zendesk-to-http',
  version: '0.1.0',
  homepage: 'https://example.com/zendesk-to-http',
  bugsUrl: 'https://example.com/zendesk-to-http/issues',
})

export const SECRET = 'dGhpcyBpcyBhIHRlc3Qgc2VjcmV0'
export const ENV = {
  ZENDESK_SUBDOMAIN: 'harbour',
  ZENDESK_EMAIL: 'jo@harbour-books.example',
  ZENDESK_API_TOKEN: 'zendesk-token',
  ZENDESK_WEBHOOK_SECRET: SECRET,
  COLLECTOR_URL: 'https://collector.example',
  COLLECTOR_TOKEN: 'collector-token',
}
const BASIC = `Basic ${Buffer.from('jo@harbour-books.example/token:zendesk-token').toString('base64')}`

const HOUR = 3_600_000
const iso = (at: number) => new Date(at).toISOString().replace('.000Z', 'Z')

/** `now`: of the newest change. */
export function createZendesk(now: number, count = 20) {
  const users = Array.from({ length: count }, (_, n) => ({
    id: 5000 + n,
    url: `https://harbour.zendesk.com/api/v2/users/${5000 + n}.json`,
    name: `Quillon Ashgrove ${n}`,
    email: `quillon.${n}@harbour-books.example`,
    role: 'end-user',
    created_at: iso(now - 1000 * HOUR),
    updated_at: iso(now - (count - n) * HOUR),
  }))
  const tickets = Array.from({ length: count }, (_, n) => ({
    id: 100 + n,
    subject: `Where is parcel ${n}?`,
    status: 'open',
    priority: 'normal',
    requester_id: 5000 + n,
    tags: ['delivery'],
    via: { channel: 'web' },
    created_at: iso(now - (count - n) * HOUR),
    updated_at: iso(now - (count - n) * HOUR),
  }))
  const page = (all: readonly { readonly updated_at: string }[], name: string, query: URLSearchParams) => {
    const size = Number(query.get('per_page') ?? 1000)
    const since = Number(query.get('start_time') ?? 0) * 1000
    const first = query.has('cursor')
      ? Number(query.get('cursor')?.slice(1))
      : all.findIndex(({ updated_at }) => Date.parse(updated_at) >= since)
    const from = first < 0 ? all.length : first
    const isLast = from + size >= all.length
    return { [name]: all.slice(from, from + size), after_cursor: `c${from + size}`, end_of_stream: isLast }
  }
  async function fetch({ url, headers }: Request): Promise<Response> {
    const { pathname, searchParams: query } = new URL(url)
    if (headers.get('authorization') !== BASIC)
      return Response.json({ error: "Couldn't authenticate you" }, { status: 401 })
    if (pathname === '/api/v2/users/me.json') return Response.json({ user: users[0] })
    if (pathname === '/api/v2/incremental/tickets/cursor.json') return Response.json(page(tickets, 'tickets', query))
    if (pathname === '/api/v2/incremental/users/cursor.json') return Response.json(page(users, 'users', query))
    const ids = pathname === '/api/v2/users/show_many.json' ? (query.get('ids') ?? '').split(',') : undefined
    if (ids) return Response.json({ users: users.filter(({ id }) => ids.includes(String(id))) })
    const [, kind, id] = /\/(users|articles)\/(\d+)\.json$/.exec(pathname) ?? []
    if (kind === 'articles') return Response.json({ article: { id: Number(id), title: 'Returns', locale: 'en-us' } })
    const user = users.find((one) => String(one.id) === id)
    return user ? Response.json({ user }) : Response.json({ error: 'RecordNotFound' }, { status: 404 })
  }
  return { fetch, tickets, users }
}

/** A webhook as Zendesk posts it. */
export function zendeskEvent(type: string, detail: JsonObject, at: number): JsonObject {
  return {
    account_id: 22129848,
    id: `01HF-${type}-${String(detail.id)}`,
    type: `zen:event-type:${type}`,
    subject: `zen:${type.split('.')[0]}:${String(detail.id)}`,
    time: iso(at),
    zendesk_event_version: '2022-11-06',
    detail,
    event: {},
  }
}

export function signedHeaders(body: string, at: number): Record<string, string> {
  const timestamp = iso(at)
  return {
    'content-type': 'application/json',
    'X-Zendesk-Webhook-Signature-Timestamp': timestamp,
    'X-Zendesk-Webhook-Signature': createHmac('sha256', SECRET)
      .update(timestamp + body)
      .digest('base64'),
  }
}

interface CollectedEvent {
  readonly id: string
  readonly name: string
  readonly time: string
  readonly historical: boolean
  readonly person: JsonObject
  readonly properties: JsonObject
}

/** Counts an id once. */
export function createCollector() {
  const events = new Map<string, ReceivedEvent>()
  const people: unknown[] = []
  async function fetch(request: Request): Promise<Response> {
    if (request.headers.get('authorization') !== 'Bearer collector-token') return new Response(null, { status: 401 })
    const { pathname } = new URL(request.url)
    const body = (await request.json()) as { readonly events?: readonly CollectedEvent[] }
    if (pathname === '/v1/people') people.push(body)
    for (const { id, name, time, historical, person, properties } of body.events ?? [])
      if (!events.has(id))
        events.set(id, { key: id, metric: name, time, profile: person, properties, startsFlows: !historical })
    return Response.json({}, { status: 202 })
  }
  return { fetch, people, events: () => [...events.values()] }
}
