/** Validation rules for the bodies of events and profiles. */
import { isObject } from '../../../runtime/lib/json.ts'
import type { Json } from '../../../runtime/ports/types.ts'
import { type FieldRule, type Fields, isList, pointerStep, type ValueCheck, type Violation } from './rules.ts'
import {
  currencyChecks,
  emailChecks,
  equals,
  KB,
  maxBytes,
  maxEntries,
  metricNameChecks,
  NOT_A_TIME,
  payloadCheck,
  phoneChecks,
  timeChecks,
  uniqueIdChecks,
} from './values.ts'

const TEXT: FieldRule = { kinds: ['string', 'null'] }
const COORDINATE: FieldRule = { kinds: ['string', 'number', 'null'] }
const OBJECT: FieldRule = { kinds: ['object'] }
const OBJECT_OR_NULL: FieldRule = { kinds: ['object', 'null'] }

// The first revision with the flag. The behaviour of older ones is undocumented, so they reject it here.
const BACKFILL: FieldRule = { kinds: ['boolean', 'null'], since: '2026-07-15' }

const orNull = (rule: FieldRule): FieldRule => ({ ...rule, kinds: [...rule.kinds, 'null'] })
const need = (rule: FieldRule): FieldRule => ({ ...rule, required: true })

/** An object of a fixed set of fields. */
const object = (resource: string, fields: Fields, checks: readonly ValueCheck[] = []): FieldRule => ({
  kinds: ['object'],
  resource,
  fields,
  checks,
})

/** A JSON:API resource: `{ type, attributes }` and further members. */
function resource(
  type: string,
  attributes: Fields,
  beside: Fields = {},
  checks: readonly ValueCheck[] = [],
): FieldRule {
  const fields = {
    type: need({ kinds: ['string'], checks: equals(type) }),
    attributes: need(object(type, attributes)),
    ...beside,
  }
  return object(type, fields, checks)
}

/** `{ data: … }` round a resource, or round a list of them. */
const wrapped = (data: FieldRule): FieldRule => object('document', { data: need(data) })
const list = (items: FieldRule, checks: readonly ValueCheck[] = []): FieldRule => ({ kinds: ['array'], items, checks })

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
  email: { kinds: ['string', 'null'], checks: emailChecks },
  phone_number: { kinds: ['string', 'null'], checks: phoneChecks },
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

const identified: ValueCheck = (value) => {
  const { id, attributes } = isObject(value) ? value : {}
  const given = isObject(attributes) ? IDENTIFIERS.map((name) => attributes[name]) : []
  if ([id, ...given].some((identifier) => identifier !== undefined && identifier !== null)) return []
  return [{ at: '/attributes', detail: `A profile needs at least one identifier: id, ${IDENTIFIERS.join(', ')}.` }]
}

const EVENT: Fields = {
  metric: need(
    wrapped(resource('metric', { name: need({ kinds: ['string'], checks: metricNameChecks }), service: TEXT })),
  ),
  properties: need({ kinds: ['object'], checks: [maxEntries(400, 'properties'), payloadCheck] }),
  time: { kinds: ['string', 'null'], checks: timeChecks, otherwise: NOT_A_TIME },
  value: { kinds: ['number', 'null'] },
  value_currency: { kinds: ['string', 'null'], checks: currencyChecks },
  unique_id: { kinds: ['string', 'null'], checks: uniqueIdChecks },
  backfill: BACKFILL,
}

const EVENT_PROFILE_CHECKS: readonly ValueCheck[] = [identified, maxBytes(95 * KB, 'profile of an event')]

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
  resource('profile', PROFILE, { id: TEXT, meta: orNull(META) }, [identified, maxBytes(100 * KB, 'profile')]),
)

/** Every event of a bulk request with its pointer below the list of entries, even in a malformed body. */
function* eventsOf(entries: Json): Generator<{ readonly event: Json | undefined; readonly at: string }> {
  for (const [i, entry] of (isList(entries) ? entries : []).entries()) {
    const events = dig(entry, 'attributes', 'events', 'data')
    for (const [j, event] of (isList(events) ? events : []).entries()) {
      yield { event, at: `${pointerStep(i)}/attributes/events/data${pointerStep(j)}` }
    }
  }
}

function atMostEvents(limit: number): ValueCheck {
  return (entries) => {
    const count = [...eventsOf(entries)].length
    return count > limit ? [{ detail: `At most ${limit} events are accepted in a request, got ${count}.` }] : []
  }
}

// Klaviyo says "for the same profile and metric". Any repetition is rejected here: two addresses may be one profile.
function eachIdOnce(entries: Json): readonly Violation[] {
  const seen = new Set<Json>()
  const violations: Violation[] = []
  for (const { event, at } of eventsOf(entries)) {
    const id = dig(event, 'attributes', 'unique_id')
    if (typeof id !== 'string') continue
    if (seen.has(id))
      violations.push({ at: `${at}/attributes/unique_id`, detail: 'unique_id is repeated in this request.' })
    seen.add(id)
  }
  return violations
}

function dig(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((inner, name) => (isObject(inner) ? inner[name] : undefined), value)
}
