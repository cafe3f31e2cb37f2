/** The request bodies the local Klaviyo takes, as tables of rules. */
import { isObject } from '../../runtime/lib/json.ts'
import type { Json } from '../../runtime/ports/types.ts'
import { type Check, type Complaint, type Fields, isList, type Rule, step } from './rules.ts'
import {
  atMost,
  bytes,
  currency,
  email,
  exactly,
  KB,
  metricName,
  NOT_A_TIME,
  payload,
  phone,
  time,
  uniqueId,
} from './values.ts'

const TEXT: Rule = { kinds: ['string', 'null'] }
const COORDINATE: Rule = { kinds: ['string', 'number', 'null'] }
const OBJECT: Rule = { kinds: ['object'] }
const OBJECT_OR_NULL: Rule = { kinds: ['object', 'null'] }

// The first revision that knows the flag; what an older one does with it is undocumented, so it is refused.
const BACKFILL: Rule = { kinds: ['boolean', 'null'], since: '2026-07-15' }

const orNull = (rule: Rule): Rule => ({ ...rule, kinds: [...rule.kinds, 'null'] })
const need = (rule: Rule): Rule => ({ ...rule, required: true })

/** An object of a fixed set of fields. */
const object = (resource: string, fields: Fields, checks: readonly Check[] = []): Rule => ({
  kinds: ['object'],
  resource,
  fields,
  checks,
})

/** A JSON:API resource: `{ type, attributes }`, and what may stand beside. */
function resource(type: string, attributes: Fields, beside: Fields = {}, checks: readonly Check[] = []): Rule {
  const fields = {
    type: need({ kinds: ['string'], checks: exactly(type) }),
    attributes: need(object(type, attributes)),
    ...beside,
  }
  return object(type, fields, checks)
}

/** `{ data: … }` round a resource, or round a list of them. */
const wrapped = (data: Rule): Rule => object('document', { data: need(data) })
const list = (items: Rule, checks: readonly Check[] = []): Rule => ({ kinds: ['array'], items, checks })

const LOCATION = object('location', {
  address1: TEXT,
  address2: TEXT,
  city: TEXT,
  country: TEXT,
  latitude: COORDINATE,
  longitude: COORDINATE,
  region: TEXT,
  zip: TEXT,
  timezone: TEXT,
  ip: TEXT,
})

const META = object('meta', {
  patch_properties: orNull(
    object('patch_properties', {
      append: OBJECT_OR_NULL,
      unappend: OBJECT_OR_NULL,
      unset: { kinds: ['string', 'array', 'null'], items: { kinds: ['string'] } },
    }),
  ),
  patch_identifiers: orNull(object('patch_identifiers', { append: OBJECT, unappend: OBJECT })),
})

const PROFILE: Fields = {
  email: { kinds: ['string', 'null'], checks: email },
  phone_number: { kinds: ['string', 'null'], checks: phone },
  external_id: TEXT,
  _kx: TEXT,
  first_name: TEXT,
  last_name: TEXT,
  organization: TEXT,
  locale: TEXT,
  title: TEXT,
  image: TEXT,
  location: orNull(LOCATION),
  properties: OBJECT_OR_NULL,
}

// Gone from the profile endpoints since 2025-10-15, still in the events' schemas.
const EVENT_PROFILE: Fields = { ...PROFILE, anonymous_id: TEXT }

const IDENTIFIERS = ['email', 'phone_number', 'external_id', 'anonymous_id', '_kx']

const identified: Check = (value) => {
  const { id, attributes } = isObject(value) ? value : {}
  const given = isObject(attributes) ? IDENTIFIERS.map((name) => attributes[name]) : []
  if ([id, ...given].some((identifier) => identifier !== undefined && identifier !== null)) return []
  return [{ at: '/attributes', detail: `A profile needs at least one identifier: id, ${IDENTIFIERS.join(', ')}.` }]
}

const EVENT: Fields = {
  metric: need(wrapped(resource('metric', { name: need({ kinds: ['string'], checks: metricName }), service: TEXT }))),
  properties: need({ kinds: ['object'], checks: [atMost(400, 'properties'), payload] }),
  time: { kinds: ['string', 'null'], checks: time, otherwise: NOT_A_TIME },
  value: { kinds: ['number', 'null'] },
  value_currency: { kinds: ['string', 'null'], checks: currency },
  unique_id: { kinds: ['string', 'null'], checks: uniqueId },
  backfill: BACKFILL,
}

const EVENT_PROFILE_CHECKS: readonly Check[] = [identified, bytes(95 * KB, 'profile of an event')]

/** `meta` stands inside a profile's attributes here … */
const PROFILE_OF_ONE = resource('profile', { ...EVENT_PROFILE, meta: orNull(META) }, { id: TEXT }, EVENT_PROFILE_CHECKS)
/** … and beside them everywhere else. */
const PROFILE_OF_MANY = resource('profile', EVENT_PROFILE, { id: TEXT, meta: orNull(META) }, EVENT_PROFILE_CHECKS)

/** `POST /api/events` */
export const CREATE_EVENT = wrapped(resource('event', { ...EVENT, profile: need(wrapped(PROFILE_OF_ONE)) }))

const ENTRY = resource('event-bulk-create', {
  backfill: BACKFILL,
  profile: need(wrapped(PROFILE_OF_MANY)),
  events: need(wrapped(list(resource('event', EVENT)))),
})

/** `POST /api/event-bulk-create-jobs` */
export const BULK_CREATE_EVENTS = wrapped(
  resource('event-bulk-create-job', {
    'events-bulk-create': need(wrapped(list(ENTRY, [atMostEvents(1_000), eachIdOnce]))),
  }),
)

/** `POST /api/profile-import` */
export const IMPORT_PROFILE = wrapped(
  resource('profile', PROFILE, { id: TEXT, meta: orNull(META) }, [identified, bytes(100 * KB, 'profile')]),
)

/** Every event of a bulk request with its pointer below the list of entries, however ill-formed the rest is. */
function* eventsOf(entries: Json): Generator<{ readonly event: Json | undefined; readonly at: string }> {
  for (const [i, entry] of (isList(entries) ? entries : []).entries()) {
    const events = dig(entry, 'attributes', 'events', 'data')
    for (const [j, event] of (isList(events) ? events : []).entries()) {
      yield { event, at: `${step(i)}/attributes/events/data${step(j)}` }
    }
  }
}

function atMostEvents(limit: number): Check {
  return (entries) => {
    const count = [...eventsOf(entries)].length
    return count > limit ? [{ detail: `At most ${limit} events are accepted in a request, got ${count}.` }] : []
  }
}

// Klaviyo says "for the same profile and metric". Any repeat is refused here: two addresses may be one profile.
function eachIdOnce(entries: Json): readonly Complaint[] {
  const seen = new Set<Json>()
  const complaints: Complaint[] = []
  for (const { event, at } of eventsOf(entries)) {
    const id = dig(event, 'attributes', 'unique_id')
    if (typeof id !== 'string') continue
    if (seen.has(id))
      complaints.push({ at: `${at}/attributes/unique_id`, detail: 'unique_id is repeated in this request.' })
    seen.add(id)
  }
  return complaints
}

function dig(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((inner, name) => (isObject(inner) ? inner[name] : undefined), value)
}
