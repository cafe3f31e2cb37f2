/** Finds the values of a record that its declared fields call optional, and takes them away. */
import type { KnownShape } from '../../expression/check/shape.ts'
import { isObject } from '../../lib/json.ts'
import type { Json, JsonObject } from '../../ports/types.ts'

export type Steps = readonly (string | number)[]

export interface OptionalPlace {
  /** The declared field: `contact.name`. */
  readonly field: string
  readonly steps: Steps
}

/** Members that are there and optional, in the order of the record. */
export function findOptionalPlaces(value: Json, shape: KnownShape, steps: Steps = []): readonly OptionalPlace[] {
  if (shape === undefined) return []
  if (Array.isArray(value))
    return value.flatMap((one: Json, index) => findOptionalPlaces(one, shape, [...steps, index]))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, member]): readonly OptionalPlace[] => {
    if (member === undefined || member === null) return []
    const field = shape.fields.has(name) ? name : '*'
    const place = [...steps, name]
    const own = shape.types.get(field)?.isOptional ? [{ field: `${shape.name}.${name}`, steps: place }] : []
    return [...own, ...findOptionalPlaces(member, shape.fields.get(field), place)]
  })
}

/** A value without those at some paths, or with null there. Shares all else with the one before. */
export function takeAway(value: Json, paths: readonly Steps[], as: 'null' | 'absent'): Json {
  if (paths.length === 0) return value
  const within = groupByStep(paths)
  if (Array.isArray(value)) {
    const copy: Json[] = [...value]
    for (const [index, inner] of within) copy[Number(index)] = takeAway(copy[Number(index)] ?? null, inner, as)
    return copy
  }
  if (!isObject(value)) return value
  let changed: JsonObject = value
  for (const [name, inner] of within) {
    // Nothing is left of what lies within.
    const isTaken = inner.some(({ length }) => length === 0)
    if (!isTaken || as === 'null')
      changed = { ...changed, [name]: isTaken ? null : takeAway(changed[name] ?? null, inner, as) }
    else {
      const { [name]: _, ...others } = changed
      changed = others
    }
  }
  return changed
}

/** The rests of paths, by their first steps. */
function groupByStep(paths: readonly Steps[]): ReadonlyMap<string, readonly Steps[]> {
  const groups = new Map<string, Steps[]>()
  for (const [step, ...rest] of paths) {
    const group = groups.get(`${step}`)
    if (group) group.push(rest)
    else groups.set(`${step}`, [rest])
  }
  return groups
}
