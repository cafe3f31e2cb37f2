/** Counts in how many events each property has a value, with the kinds of the values and samples. */
import { isObject } from '../../lib/json.ts'
import type { Json, JsonObject, Profile } from '../../ports/types.ts'
import type { Property, Spec } from '../../spec/spec.ts'
import { kindOf, type ValueKind } from './mask.ts'

export interface PropertyCoverage {
  readonly name: string
  /** Place of its expression, `file:line:column`. Absent: a member of a spread property, which the events name. */
  readonly place?: string
  /** Events that were mapped with it: fewer than all if its expression is new. */
  readonly events: number
  /** Events that have it. */
  readonly present: number
  /** The kinds of its values, the most frequent first. */
  readonly kinds: readonly ValueKind[]
  /** Up to three different values, as the counter describes them. */
  readonly samples: readonly string[]
}

/** Events with a value of each kind. */
export type KindCounts = { [kind in ValueKind]?: number }

interface Counts {
  readonly kinds: KindCounts
  present: number
  readonly samples: string[]
}

export const MAX_SAMPLES = 3
/** Values that are described: enough to find three different ones, and cheap beside delivery. */
const MAX_DESCRIBED = 10
/** The source may name any number of members of a spread property. */
const MAX_NAMES = 500

/** Of a metric; by any other name, of the profile. */
export function propertiesOf(name: string, { mappings, profile }: Spec): readonly Property[] {
  const mapping = mappings.find(({ metric }) => metric === name)
  return mapping?.properties ?? [...profile.attributes, ...profile.properties]
}

/** Its attributes and its properties, by name. */
export function propertiesOfProfile({ properties, ...attributes }: Profile): JsonObject {
  return { ...attributes, ...(isObject(properties) && properties) }
}

export class PropertyCounter {
  #events = 0
  readonly #counts = new Map<string, Counts>()
  readonly #describe: (value: Json) => string
  /** Attributes whose members the spec names with dots, such as `location.city`. */
  readonly #parents: ReadonlySet<string>

  /** `describe`: a value as its sample shows it. */
  constructor(properties: readonly Property[], describe: (value: Json) => string) {
    this.#describe = describe
    this.#parents = new Set(properties.flatMap(({ name }) => (name.includes('.') ? name.split('.', 1) : [])))
  }

  /** Events that were added. */
  get events(): number {
    return this.#events
  }

  /** By name, of the properties that had a value. */
  get counts(): ReadonlyMap<string, Readonly<Counts>> {
    return this.#counts
  }

  add(properties: JsonObject): void {
    this.#events += 1
    this.#addMembers(properties, '')
  }

  #addMembers(properties: JsonObject, prefix: string): void {
    for (const name in properties) {
      const value = properties[name]
      if (value === undefined || value === null || value === '') continue
      if (this.#parents.has(name) && isObject(value)) this.#addMembers(value, `${name}.`)
      else this.#addValue(prefix + name, value)
    }
  }

  #addValue(name: string, value: Json): void {
    let counts = this.#counts.get(name)
    if (counts === undefined) {
      if (this.#counts.size >= MAX_NAMES) return
      counts = { kinds: {}, present: 0, samples: [] }
      this.#counts.set(name, counts)
    }
    const { kinds, samples } = counts
    const kind = kindOf(value)
    kinds[kind] = (kinds[kind] ?? 0) + 1
    counts.present += 1
    if (samples.length >= MAX_SAMPLES || counts.present > MAX_DESCRIBED) return
    const sample = this.#describe(value)
    if (!samples.includes(sample)) samples.push(sample)
  }
}

/** The kinds, the most frequent first. */
export const rankKinds = (kinds: KindCounts): readonly ValueKind[] =>
  (Object.entries(kinds) as [ValueKind, number][]).sort(([, a], [, b]) => b - a).map(([kind]) => kind)

/** Of events that were all mapped by the same properties. */
export function coverageOf(properties: readonly Property[], { events, counts }: PropertyCounter) {
  const names = new Set(properties.flatMap(({ name, isSpread }) => (isSpread ? [] : [name])))
  const places = new Map(properties.map(({ name, expr }) => [name, expr.place]))
  return [...new Set([...names, ...counts.keys()])].map((name): PropertyCoverage => {
    const { present = 0, kinds = {}, samples = [] } = counts.get(name) ?? {}
    const place = places.get(name)
    return { name, ...(place !== undefined && { place }), events, present, kinds: rankKinds(kinds), samples }
  })
}
