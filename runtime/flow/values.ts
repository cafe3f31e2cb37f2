/** From what an expression gives to what is sent: types, missing values, time. */

import type { Bindings } from '../expression/expression.ts'
import { Fault } from '../fault.ts'
import type { Property, PropertyType } from '../spec/spec.ts'
import type { Json, JsonObject } from '../types.ts'

/** Thrown by a property whose absence means "do not send": caught by the map alone. */
export class Skip extends Error {
  readonly reason: string
  constructor(reason: string) {
    super(reason)
    this.reason = reason
  }
}

/** Evaluates properties to an object; what is missing is omitted, defaulted or skips, as each says. */
export async function evaluateAll(
  properties: readonly Property[],
  item: Json,
  bindings: Bindings,
): Promise<JsonObject> {
  const values: [string, Json][] = []
  for (const property of properties) {
    const value = settle(property, typed(await property.expr.evaluate(item, bindings), property))
    if (value !== undefined) values.push([property.name, value])
  }
  return Object.fromEntries(values)
}

/** Absent, null and "" are missing. Zero, false, {} and [] are values. */
export function isMissing(value: Json | undefined): value is undefined | null | '' {
  return value === undefined || value === null || value === ''
}

function settle({ missing }: Property, value: Json | undefined): Json | undefined {
  if (!isMissing(value)) return value
  switch (missing.action) {
    case 'omit':
      return undefined
    case 'default':
      return missing.value
    case 'skip':
      throw new Skip(missing.reason)
  }
}

/** Coerces what can be without guessing; anything else is a fault that names the property. */
function typed(value: Json | undefined, { name, type, expr }: Property): Json | undefined {
  if (type === undefined || isMissing(value)) return value
  const coerced = coerce(value, type)
  if (coerced !== undefined) return coerced
  throw new Fault('config', 'mapping/type', `property "${name}" is not a ${type}`, { place: expr.place, dead: true })
}

function coerce(value: Json, type: PropertyType): Json | undefined {
  switch (type) {
    case 'list':
      return Array.isArray(value) ? value : [value]
    case 'string':
      return typeof value === 'object' ? undefined : String(value)
    case 'number': {
      const number = typeof value === 'string' ? Number(value) : value
      return typeof number === 'number' && Number.isFinite(number) ? number : undefined
    }
    case 'boolean':
      if (typeof value === 'boolean') return value
      return value === 'true' ? true : value === 'false' ? false : undefined
    case 'object':
      return typeof value === 'object' && !Array.isArray(value) ? value : undefined
  }
}

/** Sets `location.city` as `{ location: { city } }`. */
export function nest(values: JsonObject): JsonObject {
  const out: Record<string, Json | undefined> = {}
  for (const [name, value] of Object.entries(values)) {
    const [head, tail] = name.split('.', 2)
    if (tail === undefined || head === undefined) out[name] = value
    else out[head] = { ...(out[head] as JsonObject | undefined), [tail]: value }
  }
  return out
}

/** Milliseconds of a moment given in Unix seconds or ISO 8601; undefined if it is neither. */
export function moment(value: Json | undefined): number | undefined {
  if (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value)) return moment(Number(value))
  const ms = typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isFinite(ms) && ms > 0 ? ms : undefined
}
