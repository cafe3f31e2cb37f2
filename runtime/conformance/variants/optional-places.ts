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

/** A value without that of a place, or with null there. Shares all else with the one before. */
export function takeAway(value: Json, [step, ...rest]: Steps, as: 'null' | 'absent'): Json {
  if (step === undefined) return null
  if (Array.isArray(value)) {
    const copy: Json[] = [...value]
    copy[Number(step)] = takeAway(copy[Number(step)] ?? null, rest, as)
    return copy
  }
  if (!isObject(value)) return value
  if (rest.length > 0 || as === 'null') return { ...value, [step]: takeAway(value[step] ?? null, rest, as) }
  const { [step]: _, ...others } = value as JsonObject
  return others
}
