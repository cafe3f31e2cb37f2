/** Fits the size of a message into Klaviyo's limits: leaves out its largest parts, identifiers never. */
import { isObject } from '../../../runtime/lib/json.ts'
import type { JsonObject, MetricEvent, Profile } from '../../../runtime/ports/types.ts'
import type { ChangeLog, Path } from './change-log.ts'
import { assertWithin, describeExcess, type Limits, limitOf } from './limits.ts'

/** Attributes that are never left out. */
const IDENTIFIERS: ReadonlySet<string> = new Set(['email', 'phone_number', 'external_id'])

/** The profile as the value of its request's `profile`; with the id only for an update of that profile. */
export const profileData = (attributes: Profile, id?: string) => ({
  data: { type: 'profile', ...(id !== undefined && { id }), attributes },
})

/** The same event if its request, of `bytes`, fits. Throws a data `Fault` if even the least of it is too large. */
export function fitEventSize(event: MetricEvent, bytes: number, limits: Limits, changes: ChangeLog): MetricEvent {
  const profile = fitProfileSize(event.profile, bytes, limits, changes)
  const size = profile === event.profile ? bytes : bytes - sizeOf(event.profile) + sizeOf(profile)
  const max = limitOf(limits, 'request')
  if (size <= max) return profile === event.profile ? event : { ...event, profile }
  const reason = describeExcess('request', size, limits)
  const properties = omitLargest(event.properties, size - max, ['properties'], { reason, changes })
  const least = size - sizeOf(event.properties) + sizeOf(properties)
  assertWithin('request', 'the event: its request', least, limits)
  return { ...event, profile, properties }
}

/** The same profile if it fits. It is measured only if its request, of `bytes`, exceeds the profile's limit. */
export function fitProfileSize(profile: Profile, bytes: number, limits: Limits, changes: ChangeLog): Profile {
  const max = limitOf(limits, 'profile')
  const size = bytes <= max ? 0 : sizeOf(profileData(profile))
  if (size <= max) return profile
  const reason = `the profile has ${describeExcess('profile', size, limits)}`
  const fitted = omitLargest(profile, size - max, ['profile'], { reason, changes })
  assertWithin('profile', 'the profile: it', sizeOf(profileData(fitted)), limits)
  return fitted
}

const sizeOf = (value: object): number => Buffer.byteLength(JSON.stringify(value))

interface Report {
  readonly reason: string
  readonly changes: ChangeLog
}

/** Leaves out the largest parts until `excess` bytes are saved, or none is left. */
function omitLargest<T extends JsonObject>(root: T, excess: number, path: Path, { reason, changes }: Report): T {
  const omitted = new Map<JsonObject, Set<string>>()
  const parts = partsOf(root, path).sort((a, b) => b.bytes - a.bytes)
  let rest = excess
  for (const { owner, name, bytes, at } of parts) {
    if (rest <= 0) break
    rest -= bytes
    // The first name of an object frees no comma, if it turns out to be the only one.
    if (!omitted.has(owner)) rest += 1
    omitted.set(owner, (omitted.get(owner) ?? new Set()).add(name))
    changes.add(at, 'omitted', reason)
  }
  return without(root, omitted) as T
}

/** A member that may be left out. */
interface Part {
  readonly owner: JsonObject
  readonly name: string
  readonly at: Path
  /** With its comma. */
  readonly bytes: number
}

/** The members of the objects in `properties`, of the objects in those, and all that is no object. */
function partsOf(owner: JsonObject, path: Path): Part[] {
  return Object.entries(owner).flatMap(([name, value]) => {
    const at = [...path, name]
    if (value === undefined || (path.length === 1 && path[0] === 'profile' && IDENTIFIERS.has(name))) return []
    if (isObject(value) && at.length < 4 && Object.keys(value).length > 0) return partsOf(value, at)
    return [{ owner, name, at, bytes: sizeOf({ [name]: value }) - 1 }]
  })
}

/** A copy of the object without the omitted members. */
function without(value: JsonObject, omitted: ReadonlyMap<JsonObject, ReadonlySet<string>>): JsonObject {
  const names = omitted.get(value)
  const members = Object.entries(value).filter(([name]) => names?.has(name) !== true)
  return Object.fromEntries(
    members.map(([name, member]) => [name, isObject(member) ? without(member, omitted) : member]),
  )
}
