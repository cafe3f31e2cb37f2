/** Counts in how many events each property has a value, with the kinds of the values and samples. */
import { isObject } from '../lib/json.ts'
import { PROFILE } from '../mapping/map-profile.ts'
import type { Json, JsonObject, Profile } from '../ports/types.ts'
import type { Property, Spec } from '../spec/spec.ts'
import { kindOf, type ValueKind } from './mask.ts'

export interface PropertyCoverage {
  readonly name: string
  /** Place of its expression, `file:line:column`. Absent: a member of a spread property, which the events name. */
  readonly place?: string
  /** Events that have it. */
  readonly present: number
  /** The kinds of its values, the most frequent first. */
  readonly kinds: readonly ValueKind[]
  /** Up to three different values, as the counter describes them. */
  readonly samples: readonly string[]
}

const SAMPLES = 3

/** What has properties: the profile, and each metric. */
export const namesIn = ({ mappings }: Spec): readonly string[] => [PROFILE, ...mappings.map(({ metric }) => metric)]

/** Of a metric, or of `Profile`. */
export function propertiesOf(metric: string, { mappings, profile }: Spec): readonly Property[] {
  if (metric === PROFILE) return [...profile.attributes, ...profile.properties]
  return mappings.find((mapping) => mapping.metric === metric)?.properties ?? []
}

/** Its attributes and its properties, by name. */
export function propertiesOfProfile({ properties, ...attributes }: Profile): JsonObject {
  return { ...attributes, ...(isObject(properties) && properties) }
}

export class PropertyCounter {
  readonly #counts = new Map<string, Counts>()
  readonly #describe: (value: Json) => string
  readonly #parents: ReadonlySet<string>

  /** `describe`: a value as its sample shows it. */
  constructor(properties: readonly Property[], describe: (value: Json) => string) {
    this.#describe = describe
    this.#parents = new Set(properties.flatMap(({ name }) => (name.includes('.') ? name.split('.', 1) : [])))
    for (const { name, expr, isSpread } of properties)
      if (!isSpread) this.#counts.set(name, { place: expr.place, present: 0, kinds: new Map(), samples: new Set() })
  }

  add(properties: JsonObject): void {
    for (const [name, value] of flatten(properties, this.#parents)) {
      const counts = this.#counts.get(name) ?? { present: 0, kinds: new Map(), samples: new Set() }
      this.#counts.set(name, counts)
      const kind = kindOf(value)
      counts.present += 1
      counts.kinds.set(kind, (counts.kinds.get(kind) ?? 0) + 1)
      if (counts.samples.size < SAMPLES) counts.samples.add(this.#describe(value))
    }
  }

  result(): readonly PropertyCoverage[] {
    return [...this.#counts].map(([name, { place, present, kinds, samples }]) => ({
      name,
      ...(place !== undefined && { place }),
      present,
      kinds: [...kinds].sort(([, a], [, b]) => b - a).map(([kind]) => kind),
      samples: [...samples],
    }))
  }
}

interface Counts {
  readonly place?: string
  present: number
  readonly kinds: Map<ValueKind, number>
  readonly samples: Set<string>
}

/** Nested attributes by the dotted names that the spec gives them, such as `location.city`. */
function* flatten(
  properties: JsonObject,
  parents: ReadonlySet<string>,
  prefix = '',
): Generator<[name: string, value: Json]> {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === '') continue
    if (isObject(value) && parents.has(name)) yield* flatten(value, parents, `${name}.`)
    else yield [prefix + name, value]
  }
}
