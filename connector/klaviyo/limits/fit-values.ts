/** Fits each value of a message into Klaviyo's limits: one long text must not cost the event. */
import { isObject } from '../../../runtime/lib/json.ts'
import type { Json, JsonObject, MetricEvent, Profile } from '../../../runtime/ports/types.ts'
import type { ChangeLog, Path } from './change-log.ts'
import { cutText } from './cut-text.ts'
import { fitRevenue } from './fit-revenue.ts'
import { describeExcess, type Limits, limitOf } from './limits.ts'

/** The most UTF-8 bytes that one UTF-16 code unit takes. */
const MAX_BYTES_PER_UNIT = 3

/** The same event if every value fits. Identifiers, the key, the metric and the time are left to `checkEvent`. */
export function fitEventValues(mapped: MetricEvent, limits: Limits, changes: ChangeLog): MetricEvent {
  const event = fitRevenue(mapped, changes)
  const fitter = new ValueFitter(limits, changes)
  const properties = fitter.fitCount(fitter.fitMembers(event.properties, ['properties'], 1))
  const profile = fitProfileValues(event.profile, limits, changes)
  if (properties === event.properties && profile === event.profile) return event
  return { ...event, properties, profile }
}

/** The same profile if every property fits. */
export function fitProfileValues(profile: Profile, limits: Limits, changes: ChangeLog): Profile {
  const { properties } = profile
  if (!isObject(properties)) return profile
  const fitted = new ValueFitter(limits, changes).fitMembers(properties, ['profile', 'properties'], 1)
  return fitted === properties ? profile : { ...profile, properties: fitted }
}

class ValueFitter {
  readonly #limits: Limits
  readonly #maxBytes: number
  readonly #maxItems: number
  readonly #maxLevel: number
  readonly #maxProperties: number
  readonly #changes: ChangeLog

  constructor(limits: Limits, changes: ChangeLog) {
    this.#limits = limits
    this.#maxBytes = limitOf(limits, 'string')
    this.#maxItems = limitOf(limits, 'list')
    this.#maxLevel = limitOf(limits, 'depth')
    this.#maxProperties = limitOf(limits, 'properties')
    this.#changes = changes
  }

  /** Leaves out the last properties over their number. */
  fitCount(properties: JsonObject): JsonObject {
    const names = Object.keys(properties)
    if (names.length <= this.#maxProperties) return properties
    const fitted = { ...properties } as Record<string, Json | undefined>
    const reason = describeExcess('properties', names.length, this.#limits)
    for (const name of names.slice(this.#maxProperties)) {
      delete fitted[name]
      this.#changes.add(['properties', name], 'omitted', reason)
    }
    return fitted
  }

  /** `level` is the object's own; `properties` are the first. */
  fitMembers(members: JsonObject, path: Path, level: number): JsonObject {
    let fitted: Record<string, Json | undefined> | undefined
    for (const name in members) {
      const member = members[name]
      // Runs for every value of every event, so a value that surely fits is neither measured nor given a path.
      if (this.#surelyFits(member)) continue
      const value = this.#fit(member as Json, [...path, name], level + 1)
      if (value === member) continue
      fitted ??= { ...members }
      if (value === undefined) delete fitted[name]
      else fitted[name] = value
    }
    return fitted ?? members
  }

  #surelyFits(value: Json | undefined): boolean {
    if (typeof value === 'string') return value.length * MAX_BYTES_PER_UNIT <= this.#maxBytes
    if (typeof value === 'number') return !isWideInteger(value)
    return typeof value !== 'object' || value === null
  }

  /** Undefined: the value is left out. */
  #fit(value: Json, path: Path, level: number): Json | undefined {
    if (typeof value === 'string') return this.#fitText(value, path)
    if (typeof value === 'number') return isWideInteger(value) ? this.#toText(value, path) : value
    if (typeof value !== 'object' || value === null) return value
    if (level > this.#maxLevel) {
      this.#changes.add(path, 'omitted', describeExcess('depth', level, this.#limits))
      return undefined
    }
    return isObject(value) ? this.fitMembers(value, path, level) : this.#fitList(value as readonly Json[], path, level)
  }

  #fitText(text: string, path: Path): string {
    const count = text.length * MAX_BYTES_PER_UNIT <= this.#maxBytes ? 0 : Buffer.byteLength(text)
    if (count <= this.#maxBytes) return text
    this.#changes.add(path, 'shortened', describeExcess('string', count, this.#limits))
    return cutText(text, this.#maxBytes)
  }

  #fitList(list: readonly Json[], path: Path, level: number): readonly Json[] {
    const { length } = list
    const first = length > this.#maxItems ? list.slice(0, this.#maxItems) : list
    if (length > this.#maxItems) this.#changes.add(path, 'shortened', describeExcess('list', length, this.#limits))
    if (first.every((item) => this.#surelyFits(item))) return first
    const items = first.map((item, index) => this.#fit(item, [...path, index], level + 1))
    if (items.every((item, index) => item === first[index])) return first
    return items.filter((item) => item !== undefined)
  }

  #toText(value: number, path: Path): string {
    this.#changes.add(path, 'sent as text', 'an integer of more than 64 bits')
    return String(value)
  }
}

/** Klaviyo's integers have 64 bits. From 1e21 on, JSON has an exponent, which makes it a float. */
function isWideInteger(value: number): boolean {
  return value >= 2 ** 63 || value < -(2 ** 63) ? Math.abs(value) < 1e21 : false
}
