/** Questions to JSON from outside, in which anything may stand anywhere. */
import type { Json, JsonObject } from '../ports/types.ts'

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a path of names and positions leads to, if it leads anywhere. */
export function getPath(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let found = value
  for (const step of path) {
    if (typeof found !== 'object' || found === null) return undefined
    found = (found as Readonly<Record<string | number, Json | undefined>>)[step]
  }
  return found
}

/** Ids arrive as strings or numbers; "" and null are none. */
export function asId(value: Json | undefined): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A missing value is an empty list, a single value a list of one. */
export function asArray(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}
