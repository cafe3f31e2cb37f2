/** For tests of the destination: a spec, an event, recorded responses, the schema of our requests, a fake Klaviyo. */
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import type { KlaviyoOptions } from '../../connector/klaviyo/client.ts'
import type { Fetch } from '../../runtime/ports/effects.ts'
import type { Json, MetricEvent } from '../../runtime/ports/types.ts'
import type { DestinationSpec } from '../../runtime/spec/spec.ts'
import { silentLogger, systemClock } from '../../runtime/system.ts'
import schema from '../fixtures/klaviyo/request-bodies.schema.json' with { type: 'json' }

const fast = [{ limit: 100_000, interval: 1 }]

export const limits: DestinationSpec['limits'] = {
  events: 1000,
  request: 4_000_000,
  profile: 95_000,
  string: 100_000,
  properties: 400,
  list: 4000,
  depth: 10,
  key: 255,
  metric: 127,
  email: 100,
}

export const spec: DestinationSpec = {
  name: 'klaviyo',
  host: 'https://a.klaviyo.com',
  headers: {
    revision: '2026-07-15',
    Accept: 'application/vnd.api+json',
    'Content-Type': 'application/vnd.api+json',
  },
  timeout: 5000,
  utilization: 1,
  endpoints: {
    event: { path: '/api/events', windows: fast },
    bulk: { path: '/api/event-bulk-create-jobs', windows: fast },
    profile: { path: '/api/profile-import', windows: fast },
    profileUpdate: { path: '/api/profiles/{id}', windows: fast },
  },
  limits,
  bulkThreshold: 100,
  moveProfiles: true,
  metricPrefix: '',
  permissions: {},
  optionalPermissions: {},
}

export const never = new AbortController().signal

export function options(change: Partial<KlaviyoOptions> = {}): KlaviyoOptions {
  const fetch: Fetch = (request) => globalThis.fetch(request)
  const parts = { fetch, clock: systemClock, random: () => 0, logger: silentLogger }
  return { spec, apiKey: 'pk_test_0123456789', ...parts, ...change }
}

export function event(key: string, change: Partial<MetricEvent> = {}): MetricEvent {
  return {
    kind: 'event',
    metric: 'Created Ticket',
    time: '2026-07-14T09:30:00.000Z',
    key,
    profile: { email: 'ada@harbour-books.example', phone_number: '+353861234567', first_name: 'Ada' },
    properties: { 'Ticket ID': key },
    ...change,
  }
}

export interface Golden {
  readonly says: string
  readonly definition: string
  readonly message: MetricEvent | { readonly kind: 'profile'; readonly profile: MetricEvent['profile'] }
  readonly lane: 'live' | 'backfill'
  readonly body: Json
}

/** A recorded response of Klaviyo, or a golden pair. */
export function fixture<T = Json>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/klaviyo/${name}.json`, import.meta.url), 'utf8')) as T
}

const ajv = new Ajv({ allErrors: true })
formats.default(ajv)
ajv.addSchema(schema, 'klaviyo')

/** Errors of our own schema; empty for a valid body. */
export function schemaErrors(body: Json, definition?: string): readonly string[] {
  const check = ajv.getSchema(definition ? `klaviyo#/definitions/${definition}` : 'klaviyo')
  if (check === undefined) throw new Error(`request-bodies.schema.json has no definition ${definition}`)
  return check(body) ? [] : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

interface Attributes {
  readonly unique_id: string
  readonly metric: { readonly data: { readonly attributes: { readonly name: string } } }
}

/** The keys in a bulk request's text, in order. */
export function keysOf(text: string): string[] {
  const { data } = JSON.parse(text).data.attributes['events-bulk-create'] as {
    data: { attributes: { events: { data: { attributes: Attributes }[] } } }[]
  }
  return data.flatMap(({ attributes }) => attributes.events.data.map((one) => one.attributes.unique_id))
}

/** A request's body as nock passes it: it parses plain JSON only. */
export function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body)
}
