/** What Klaviyo takes, asked before sending: one event too large would fail a request of a thousand. */
import { Fault } from '../../runtime/ports/fault.ts'
import type { Json, MetricEvent, Profile } from '../../runtime/ports/types.ts'
import type { DestinationSpec } from '../../runtime/spec/spec.ts'
import type { LimitName } from './spec-names.ts'

/** `destination.limits` of connector.yaml, by name. One that is not named does not limit. */
export type Limits = DestinationSpec['limits']

export const limitOf = (limits: Limits, name: LimitName): number => limits[name] ?? Number.POSITIVE_INFINITY

/** Klaviyo answers 400 to any other: one's own belong into `properties` (API reference, revision 2026-07-15). */
const ATTRIBUTES: ReadonlySet<string> = new Set([
  'email',
  'phone_number',
  'external_id',
  'first_name',
  'last_name',
  'organization',
  'locale',
  'title',
  'image',
  'location',
  'properties',
])

/** Klaviyo takes no Unix time, and more than three digits of a second made deliveries of others fail. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)$/
/** Of UTF-8, for one of JavaScript's characters, at most. */
const BYTES_A_CHARACTER = 3
/** Refuses only what is surely no address; Klaviyo judges the rest. */
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

/** Throws a data `Fault` that names the limit and the property, never a value. */
export function checkEvent(event: MetricEvent, limits: Limits): void {
  const what = `event "${event.metric.slice(0, 128)}"`
  assertWithin(what, 'its metric name', event.metric.length, 'characters', 'metric', limits)
  assertWithin(what, 'its idempotency key', event.key.length, 'characters', 'key', limits)
  if (event.metric === '') throw refuse('metric', `${what} has no metric name`)
  if (event.key === '') throw refuse('key', `${what} has no idempotency key`)
  if (!ISO_TIME.test(event.time) || Number.isNaN(Date.parse(event.time)))
    throw refuse('time', `${what}: its time is not ISO 8601 with at most milliseconds`)
  const named = Object.entries(event.properties)
  assertWithin(what, 'it', named.length, 'properties', 'properties', limits)
  for (const [name, value] of named) checkValue(what, name, value, 0, limits)
}

/** Throws a data `Fault` as `checkEvent` does, for all but its size. */
export function checkProfile(profile: Profile, limits: Limits): void {
  const { email, phone_number } = profile
  if (!email && !phone_number)
    throw refuse('no-identifier', 'the profile has neither an e-mail address nor a phone number')
  if (email) {
    assertWithin('the profile', 'attribute "email"', email.length, 'characters', 'email', limits)
    if (!EMAIL.test(email)) throw refuse('email', 'the profile: attribute "email" is no e-mail address')
  }
  const unknown = Object.keys(profile).find((name) => !ATTRIBUTES.has(name))
  if (unknown !== undefined)
    throw refuse(
      'attribute',
      `the profile: Klaviyo has no attribute "${unknown}"; put it under properties in the mapping`,
    )
}

/** `bytes` is the size of the whole request. A profile is measured only if what it is in is larger than it may be. */
export function checkSize(bytes: number, profile: Profile, limits: Limits): void {
  if (bytes > limitOf(limits, 'profile'))
    assertWithin('the profile', 'it', Buffer.byteLength(JSON.stringify(profile)), 'bytes', 'profile', limits)
  assertWithin('the event', 'its request', bytes, 'bytes', 'request', limits)
}

function checkValue(what: string, name: string, value: Json | undefined, depth: number, limits: Limits): void {
  // Asked for every value of every event: what is surely short enough is not measured, and nothing is named.
  if (typeof value === 'string' && value.length * BYTES_A_CHARACTER <= limitOf(limits, 'string')) return
  if (typeof value !== 'object' && typeof value !== 'string') return
  const where = `property "${name}"`
  if (typeof value === 'string') assertWithin(what, where, Buffer.byteLength(value), 'bytes', 'string', limits)
  if (typeof value !== 'object' || value === null) return
  assertWithin(what, where, depth + 1, 'levels', 'depth', limits)
  if (Array.isArray(value)) assertWithin(what, where, value.length, 'items', 'list', limits)
  for (const inner of Object.values(value)) checkValue(what, name, inner, depth + 1, limits)
}

function assertWithin(
  what: string,
  where: string,
  count: number,
  unit: string,
  limit: LimitName,
  limits: Limits,
): void {
  const max = limitOf(limits, limit)
  if (count <= max) return
  const message = `${what}: ${where} has ${count} ${unit}, over the limit "${limit}" of ${max}; shorten it in the mapping`
  throw refuse('limit', message)
}

function refuse(code: string, message: string): Fault {
  return new Fault('data', `klaviyo/${code}`, `${message}; not sent`)
}
