/** Validation rules for the bodies of events and profiles. */
import { getPath, isObject } from '../../../runtime/lib/json.ts'
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

const nullable = (rule: FieldRule): FieldRule => ({ ...rule, kinds: [...rule.kinds, 'null'] })
const required = (rule: FieldRule): FieldRule => ({ ...rule, required: true })

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
    type: required({ kinds: ['string'], checks: equals(type) }),
    attributes: required(object(type, attributes)),
    ...beside,
  }
  return object(type, fields, checks)
}

/** `{ data: … }` round a resource, or round a list of them. */
const wrapped = (data: FieldRule): FieldRule => object('document', { data: required(data) })
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
  patch_properties: nullable(
    object('patch_properties', {
      append: OBJECT_OR_NULL,
      unappend: OBJECT_OR_NULL,
      unset: { kinds: ['string', 'array', 'null'], items: { kinds: ['string'] } },
    }),
  ),
  patch_identifiers: nullable(object('patch_identifiers', { append: OBJECT, unappend: OBJECT })),
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
  location: nullable(LOCATION),
  properties: { ...OBJECT_OR_NULL, checks: [payloadCheck] },
}

// Removed from the profile endpoints in 2025-10-15, still in the events' schemas.
const EVENT_PROFILE: Fields = { ...PROFILE, anonymous_id: TEXT }

const IDENTIFIERS = ['email', 'phone_number', 'external_id', 'anonymous_id', '_kx']

const requireIdentifier: ValueCheck = (value) => {
  const { id, attributes } = isObject(value) ? value : {}
  const given = isObject(attributes) ? IDENTIFIERS.map((name) => attributes[name]) : []
  if ([id, ...given].some((identifier) => identifier !== undefined && identifier !== null)) return []
  return [{ at: '/attributes', detail: `A profile needs at least one identifier: id, ${IDENTIFIERS.join(', ')}.` }]
}

const EVENT: Fields = {
  metric: required(
    wrapped(resource('metric', { name: required({ kinds: ['string'], checks: metricNameChecks }), service: TEXT })),
  ),
  properties: required({ kinds: ['object'], checks: [maxEntries(400, 'properties'), payloadCheck] }),
  time: { kinds: ['string', 'null'], checks: timeChecks, otherwise: NOT_A_TIME },
  value: { kinds: ['number', 'null'] },
  value_currency: { kinds: ['string', 'null'], checks: currencyChecks },
  unique_id: { kinds: ['string', 'null'], checks: uniqueIdChecks },
  backfill: BACKFILL,
}

const EVENT_PROFILE_CHECKS: readonly ValueCheck[] = [requireIdentifier, maxBytes(95 * KB, 'profile of an event')]

/** A single event's profile has `meta` inside its attributes. */
const SINGLE_EVENT_PROFILE = resource(
  'profile',
  { ...EVENT_PROFILE, meta: nullable(META) },
  { id: TEXT },
  EVENT_PROFILE_CHECKS,
)
/** Everywhere else `meta` is beside the attributes. */
const BULK_EVENT_PROFILE = resource('profile', EVENT_PROFILE, { id: TEXT, meta: nullable(META) }, EVENT_PROFILE_CHECKS)

/** `POST /api/events` */
export const CREATE_EVENT = wrapped(resource('event', { ...EVENT, profile: required(wrapped(SINGLE_EVENT_PROFILE)) }))

const ENTRY = resource('event-bulk-create', {
  backfill: BACKFILL,
  profile: required(wrapped(BULK_EVENT_PROFILE)),
  events: required(wrapped(list(resource('event', EVENT)))),
})

/** `POST /api/event-bulk-create-jobs` */
export const BULK_CREATE_EVENTS = wrapped(
  resource('event-bulk-create-job', {
    'events-bulk-create': required(wrapped(list(ENTRY, [atMostEvents(1_000), uniqueIdsOnce]))),
  }),
)

/** `POST /api/profile-import` */
export const IMPORT_PROFILE = wrapped(
  resource('profile', PROFILE, { id: TEXT, meta: nullable(META) }, [requireIdentifier, maxBytes(100 * KB, 'profile')]),
)

const { _kx, ...UPDATABLE } = PROFILE

/** `PATCH /api/profiles/{id}`: the id is required, an identifier is not. */
export const UPDATE_PROFILE = wrapped(
  resource('profile', UPDATABLE, { id: required({ kinds: ['string'] }), meta: nullable(META) }, [
    maxBytes(100 * KB, 'profile'),
  ]),
)

/** Every event of a bulk request with its pointer below the list of entries, even in a malformed body. */
function* eventsOf(entries: Json): Generator<{ readonly event: Json | undefined; readonly at: string }> {
  for (const [i, entry] of (isList(entries) ? entries : []).entries()) {
    const events = getPath(entry, 'attributes', 'events', 'data')
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
function uniqueIdsOnce(entries: Json): readonly Violation[] {
  const seen = new Set<Json>()
  const violations: Violation[] = []
  for (const { event, at } of eventsOf(entries)) {
    const id = getPath(event, 'attributes', 'unique_id')
    if (typeof id !== 'string') continue
    if (seen.has(id))
      violations.push({ at: `${at}/attributes/unique_id`, detail: 'unique_id is repeated in this request.' })
    seen.add(id)
  }
  return violations
}
