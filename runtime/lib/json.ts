/** Reads JSON of unknown shape. */
import type { Json, JsonObject } from '../ports/types.ts'

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a path of member names and indexes. */
export function getPath(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let found = value
  for (const step of path) {
    if (typeof found !== 'object' || found === null) return undefined
    found = (found as Readonly<Record<string | number, Json | undefined>>)[step]
  }
  return found
}

/** Reads an id: a number or a non-empty string. */
export function asId(value: Json | undefined): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Turns a missing value into an empty list, a single value into a list of one. */
export function asArray(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}
