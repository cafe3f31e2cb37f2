/** Checks Klaviyo's limits before sending: one oversized event would fail a request of a thousand. */
import { Fault } from '../../runtime/ports/fault.ts'
import type { Json, MetricEvent, Profile } from '../../runtime/ports/types.ts'
import type { DestinationSpec } from '../../runtime/spec/spec.ts'
import type { LimitName } from './spec-names.ts'

/** `destination.limits` of connector.yaml, by name. An absent limit does not apply. */
export type Limits = DestinationSpec['limits']

export const limitOf = (limits: Limits, name: LimitName): number => limits[name] ?? Number.POSITIVE_INFINITY

/** Klaviyo answers 400 to any other: custom ones belong in `properties` (API reference, revision 2026-07-15). */
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

/** Klaviyo rejects Unix time; more than three fraction digits failed Segment's deliveries (action-destinations #2407). */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)$/
/** The most UTF-8 bytes that one UTF-16 code unit takes. */
const MAX_BYTES_PER_CHARACTER = 3
/** Rejects only what cannot be an address; Klaviyo validates the rest. */
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

/** Throws a data `Fault` that names the limit and the property, never a value. */
export function checkEvent(event: MetricEvent, limits: Limits): void {
  const subject = `event "${event.metric.slice(0, 128)}"`
  const check = new LimitCheck(subject, limits)
  check.assertWithin('metric', 'its metric name', event.metric.length)
  check.assertWithin('key', 'its idempotency key', event.key.length)
  if (event.metric === '') throw limitFault('metric', `${subject} has no metric name`)
  if (event.key === '') throw limitFault('key', `${subject} has no idempotency key`)
  if (!ISO_TIME.test(event.time) || Number.isNaN(Date.parse(event.time)))
    throw limitFault('time', `${subject}: its time is not ISO 8601 with at most milliseconds`)
  const properties = Object.entries(event.properties)
  check.assertWithin('properties', 'it', properties.length)
  for (const [name, value] of properties) check.assertValue(name, value, 0)
}

/** Throws a data `Fault`, as `checkEvent` does. The size is left to `checkSize`. */
export function checkProfile(profile: Profile, limits: Limits): void {
  const { email, phone_number } = profile
  if (!email && !phone_number)
    throw limitFault('no-identifier', 'the profile has neither an e-mail address nor a phone number')
  if (email) {
    new LimitCheck('the profile', limits).assertWithin('email', 'attribute "email"', email.length)
    if (!EMAIL.test(email)) throw limitFault('email', 'the profile: attribute "email" is not an e-mail address')
  }
  const unknown = Object.keys(profile).find((name) => !ATTRIBUTES.has(name))
  if (unknown !== undefined)
    throw limitFault(
      'attribute',
      `the profile: Klaviyo has no attribute "${unknown}"; put it under properties in the mapping`,
    )
}

/** `bytes` is the size of the whole request. The profile is measured only if the request exceeds the profile's limit. */
export function checkSize(bytes: number, profile: Profile, limits: Limits): void {
  if (bytes > limitOf(limits, 'profile'))
    new LimitCheck('the profile', limits).assertWithin('profile', 'it', Buffer.byteLength(JSON.stringify(profile)))
  if (bytes > limitOf(limits, 'request'))
    new LimitCheck('the event', limits).assertWithin('request', 'its request', bytes)
}

/** The unit of each limit. */
const UNITS: Readonly<Record<LimitName, string>> = {
  events: 'events',
  request: 'bytes',
  profile: 'bytes',
  string: 'bytes',
  properties: 'properties',
  list: 'items',
  depth: 'levels',
  key: 'characters',
  metric: 'characters',
  email: 'characters',
}

/** Checks one event or profile, which its faults name. */
class LimitCheck {
  readonly #subject: string
  readonly #limits: Limits

  constructor(subject: string, limits: Limits) {
    this.#subject = subject
    this.#limits = limits
  }

  assertWithin(limit: LimitName, part: string, count: number): void {
    const max = limitOf(this.#limits, limit)
    if (count <= max) return
    const excess = `${part} has ${count} ${UNITS[limit]}, over the limit "${limit}" of ${max}`
    throw limitFault('limit', `${this.#subject}: ${excess}; shorten it in the mapping`)
  }

  assertValue(name: string, value: Json | undefined, depth: number): void {
    // Runs for every value of every event: skips measuring strings that cannot exceed the limit.
    if (typeof value === 'string' && value.length * MAX_BYTES_PER_CHARACTER <= limitOf(this.#limits, 'string')) return
    if (typeof value !== 'object' && typeof value !== 'string') return
    const part = `property "${name}"`
    if (typeof value === 'string') this.assertWithin('string', part, Buffer.byteLength(value))
    if (typeof value !== 'object' || value === null) return
    this.assertWithin('depth', part, depth + 1)
    if (Array.isArray(value)) this.assertWithin('list', part, value.length)
    for (const inner of Object.values(value)) this.assertValue(name, inner, depth + 1)
  }
}

function limitFault(code: string, message: string): Fault {
  return new Fault('data', `klaviyo/${code}`, `${message}; not sent`)
}
