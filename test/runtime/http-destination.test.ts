/** The destination that a spec describes whole: the contract of destinations, and what its YAML says. */
import { describe, expect, test } from 'vitest'
import type { ReceivedEvent } from '../../runtime/conformance/contracts/destination/destination-harness.ts'
import { event, events, profile } from '../../runtime/conformance/contracts/destination/messages.ts'
import { testDestination } from '../../runtime/conformance/contracts/destination/test-destination.ts'
import { virtualClock } from '../../runtime/conformance/virtual-clock.ts'
import { ConnectionStatsRecorder } from '../../runtime/http/connection-stats.ts'
import { HttpDestination } from '../../runtime/http-destination/http-destination.ts'
import { createStaticAuth } from '../../runtime/ports/auth.ts'
import type { Clock, Fetch } from '../../runtime/ports/effects.ts'
import { Fault, toFault } from '../../runtime/ports/fault.ts'
import type { JsonObject } from '../../runtime/ports/types.ts'
import { silentLogger } from '../../runtime/system.ts'
import { loadDeskSpec } from '../helpers/spec/desk-spec.ts'

const WINDOWS = [{ limit: 50, interval: '1s' }]
const ENTRY =
  '{ "key": key, "event": metric, "time": time, "properties": properties, "person": profile, "historical": historical }'
const SINGLE = {
  events: { headers: { 'Idempotency-Key': 'key' }, body: ENTRY },
  profiles: { method: 'PUT', body: '{ "person": profile }' },
}
const BATCH = {
  events: { batch: 100, body: `{ "entries": [events.(${ENTRY})] }` },
  profiles: { body: '{ "person": profile }' },
}

interface Opening {
  readonly http?: object
  readonly more?: object
  readonly fetch: Fetch
  readonly clock: Clock
}

async function open({ http = SINGLE, more = {}, fetch, clock }: Opening) {
  const { destination: spec, profile } = await loadDeskSpec({
    destination: {
      name: 'collector',
      host: 'https://collector.example',
      timeout: '10s',
      headers: { 'X-Version': '3' },
      endpoints: {
        events: { path: '/v1/events', windows: WINDOWS },
        profiles: { path: '/v1/people', windows: WINDOWS },
      },
      limits: { request: '1MB', string: '10KB' },
      http,
      ...more,
    },
  })
  if (spec.http === undefined) throw new Error('the spec has no http')
  return new HttpDestination({
    spec: { ...spec, http: spec.http },
    identifiers: profile.identifiers,
    auth: createStaticAuth(() => ({ baseUrl: spec.host, headers: { Authorization: 'Bearer a-token' } })),
    stats: new ConnectionStatsRecorder({ side: 'collector', clock, logger: silentLogger }),
    fetch,
    clock,
    random: () => 0.5,
  })
}

interface Entry extends JsonObject {
  readonly key: string
  readonly event: string
  readonly time: string
  readonly properties: JsonObject
  readonly person: JsonObject
  readonly historical: boolean
}

/** A collector as its documentation could describe it. */
function startCollector() {
  const counted = new Map<string, ReceivedEvent>()
  const fetch: Fetch = async (request) => {
    if (new URL(request.url).pathname === '/v1/people') return new Response(null, { status: 204 })
    const body = (await request.json()) as Entry | { readonly entries: readonly Entry[] }
    for (const { key, event, time, properties, person, historical } of 'entries' in body
      ? (body.entries as readonly Entry[])
      : [body])
      if (!counted.has(key))
        counted.set(key, { key, metric: event, time, properties, profile: person, startsFlows: !historical })
    return Response.json({}, { status: 202 })
  }
  return { fetch, received: () => [...counted.values()] }
}

describe.each([
  ['one event in a request', SINGLE],
  ['many events in a request', BATCH],
])('%s', (_, http) => {
  testDestination(
    async ({ clock, wrap }) => {
      const { fetch, received } = startCollector()
      return { destination: await open({ http, clock, fetch: wrap(fetch) }), received }
    },
    { describe, test },
  )
})

const never = new AbortController().signal

/** A destination whose API answers with these statuses in turn, the last one from then on. */
async function answering(
  statuses: readonly number[],
  opening: Partial<Opening> = {},
  headers: Record<string, string> = {},
) {
  const clock = virtualClock()
  const requests: { method: string; path: string; headers: Headers; body: string }[] = []
  const fetch: Fetch = async (request) => {
    const { method, url, headers: sent } = request
    requests.push({ method, path: new URL(url).pathname, headers: sent, body: await request.text() })
    const status = statuses[Math.min(requests.length, statuses.length) - 1] ?? 500
    return new Response(null, { status, headers })
  }
  const destination = await open({ clock, fetch, ...opening })
  const send = (message = event(1)) => clock.until(destination.send(message, never).catch(toFault))
  return { destination, clock, requests, send }
}

test('a request has the method, path and headers of the spec, and the credentials', async () => {
  const { send, requests } = await answering([202])
  await send()
  await send(profile(2) as never)
  expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /v1/events', 'PUT /v1/people'])
  expect(Object.fromEntries(requests[0]?.headers ?? [])).toMatchObject({
    'idempotency-key': 'contract:event:1',
    'content-type': 'application/json',
    'x-version': '3',
    authorization: 'Bearer a-token',
  })
})

test.each([
  [200, {}, 'receipt'],
  [409, {}, 'data'],
  [409, { delivered: [409] }, 'receipt'],
  [422, {}, 'data'],
  [422, { retry: ['4xx'] }, 'transient'],
  [400, { retry: ['4xx'], dead: [400] }, 'data'],
  [404, {}, 'config'],
  [404, { dead: [404] }, 'data'],
  [401, {}, 'config'],
  [402, { paused: [402] }, 'config'],
  [429, {}, 'transient'],
  [500, {}, 'transient'],
  [501, { dead: [501] }, 'data'],
  [302, {}, 'config'],
])('status %d with answers %j is a %s', async (status, answers, expected) => {
  const { send } = await answering([status], { http: { ...SINGLE, answers } })
  const result = await send()
  expect(result instanceof Fault ? result.kind : 'receipt').toBe(expected)
})

test('a passing refusal is retried, and Retry-After is kept', async () => {
  const passing = await answering([503, 202])
  expect(await passing.send()).toMatchObject({ status: 202 })
  const limited = await answering([429], {}, { 'retry-after': '3600' })
  expect(await limited.send()).toMatchObject({ kind: 'transient', details: { retryAfter: 3_600_000 } })
  expect(limited.requests).toHaveLength(1)
})

test('the culprit of a refused batch fails alone, and every other event arrives', async () => {
  const clock = virtualClock()
  const arrived: string[] = []
  const fetch: Fetch = async (request) => {
    const { entries } = (await request.json()) as { readonly entries: readonly Entry[] }
    if (entries.some(({ key }) => key.endsWith(':5'))) return new Response(null, { status: 400 })
    arrived.push(...entries.map(({ key }) => key))
    return new Response(null, { status: 202 })
  }
  const destination = await open({ clock, fetch, http: BATCH })
  const results = await clock.until(destination.sendMany(events(8), 'live', never))
  expect(results.map((result) => result instanceof Fault)).toEqual(Array.from({ length: 8 }, (_, n) => n === 5))
  expect(arrived.sort()).toEqual(
    events(8)
      .filter((_, n) => n !== 5)
      .map(({ key }) => key),
  )
})

test('an event without a person is sent where the spec allows it, and one of an unidentified person is not', async () => {
  const { contact: _, ...anonymous } = event(1, { profile: {} })
  const allowing = await answering([202], { more: { eventsWithoutPerson: true } })
  expect(await allowing.send(anonymous as never)).toMatchObject({ status: 202 })
  expect(await allowing.send(event(1, { profile: {} }))).toMatchObject({ code: 'collector/no-identifier' })
  const refusing = await answering([202])
  expect(await refusing.send(anonymous as never)).toMatchObject({ code: 'collector/no-identifier' })
})

test('without profiles, changes of people alone are accepted and not sent', async () => {
  const { send, requests } = await answering([202], { http: { events: SINGLE.events } })
  expect(await send(profile(1) as never)).toEqual({ status: 204 })
  expect(requests).toEqual([])
})

test('a body that is no object and a header that cannot be sent are faults of the event, without its data', async () => {
  const odd = await answering([202], { http: { events: { body: 'metric' } } })
  expect(await odd.send()).toMatchObject({ kind: 'data', code: 'collector/no-body' })
  const unsafe = await answering([202], {
    http: { events: { headers: { 'X-Title': 'properties.Title' }, body: ENTRY } },
  })
  const fault = await unsafe.send(event(1, { properties: { Title: 'line\nbreak' } }))
  expect(fault).toMatchObject({ kind: 'data', code: 'collector/header' })
  expect((fault as Fault).message).not.toContain('break')
  expect([...odd.requests, ...unsafe.requests]).toEqual([])
})

test('long texts are cut between characters, within objects, too', async () => {
  const { destination } = await answering([202])
  const long = 'é'.repeat(6000)
  const { message, changes } = destination.fit(event(1, { properties: { Title: long, Deep: { List: [long, 1] } } }))
  expect(changes.map(({ field }) => field)).toEqual(['properties.Title', 'properties.Deep.List'])
  expect(message).toMatchObject({ properties: { Title: 'é'.repeat(5000) } })
})
