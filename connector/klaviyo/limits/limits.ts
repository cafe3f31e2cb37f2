/** Klaviyo's limits, and the checks of what is never shortened: one invalid event would fail a request of a thousand. */
import { Fault } from '../../../runtime/ports/fault.ts'
import type { MetricEvent, Profile } from '../../../runtime/ports/types.ts'
import type { DestinationSpec } from '../../../runtime/spec/spec.ts'
import type { LimitName } from '../spec-rules.ts'

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
/** Rejects only what cannot be an address; Klaviyo validates the rest. */
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

/** Checks the metric, the key and the time. Throws a data `Fault` that quotes no value. */
export function checkEvent({ metric, key, time }: MetricEvent, limits: Limits): void {
  const subject = `event "${metric.slice(0, 128)}"`
  assertWithin('metric', `${subject}: its metric name`, metric.length, limits)
  assertWithin('key', `${subject}: its idempotency key`, key.length, limits)
  if (metric === '') throw limitFault('metric', `${subject} has no metric name`)
  if (key === '') throw limitFault('key', `${subject} has no idempotency key`)
  if (!ISO_TIME.test(time) || Number.isNaN(Date.parse(time)))
    throw limitFault('time', `${subject}: its time is not ISO 8601 with at most milliseconds`)
}

/** Checks the identifiers and the names of the attributes. Throws a data `Fault`, as `checkEvent` does. */
export function checkProfile(profile: Profile, limits: Limits): void {
  const { email, phone_number } = profile
  if (!email && !phone_number)
    throw limitFault('no-identifier', 'the profile has neither an e-mail address nor a phone number')
  if (email) {
    assertWithin('email', 'the profile: attribute "email"', email.length, limits)
    if (!EMAIL.test(email)) throw limitFault('email', 'the profile: attribute "email" is not an e-mail address')
  }
  const unknown = Object.keys(profile).find((name) => !ATTRIBUTES.has(name))
  if (unknown !== undefined)
    throw limitFault(
      'attribute',
      `the profile: Klaviyo has no attribute "${unknown}"; put it under properties in the mapping`,
    )
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

/** `150000 bytes, over the limit "string" of 100000`. */
export function describeExcess(limit: LimitName, count: number, limits: Limits): string {
  return `${count} ${UNITS[limit]}, over the limit "${limit}" of ${limitOf(limits, limit)}`
}

/** Throws a data `Fault` that names the limit. */
export function assertWithin(limit: LimitName, part: string, count: number, limits: Limits): void {
  if (count <= limitOf(limits, limit)) return
  throw limitFault('limit', `${part} has ${describeExcess(limit, count, limits)}; shorten it in the mapping`)
}

function limitFault(code: string, message: string): Fault {
  return new Fault('data', `klaviyo/${code}`, `${message}; not sent`)
}
