/** From what an expression gives to what is sent: types, missing values, time. */

import type { Bindings } from '../expression/expression.ts'
import { compileObjectBuilder, type MemberName } from '../expression/object-builder.ts'
import type { MaybePromise } from '../lib/maybe-promise.ts'
import { Fault } from '../ports/fault.ts'
import type { Json, JsonObject } from '../ports/types.ts'
import type { Property, PropertyType } from '../spec/spec.ts'

/** Thrown by a property whose absence means "do not send": caught by the map alone. */
export class SkipSignal extends Error {
  readonly reason: string
  constructor(reason: string) {
    super(reason)
    this.reason = reason
  }
}

/** Properties as one object: at once, or as a promise where one of them had to be interpreted. */
export type EvaluateProperties = (item: Json, bindings: Bindings) => MaybePromise<JsonObject>

/** Makes an object of properties; what is missing is omitted, defaulted or skips, as each says. */
export function propertyEvaluator(
  properties: readonly Property[],
  nameOf = ({ name }: Property): MemberName => [name],
): EvaluateProperties {
  // An expression is compiled when it is first asked for; so is this.
  let run: EvaluateProperties | undefined
  const make = () =>
    compileObjectBuilder(
      properties.map((property) => ({
        name: nameOf(property),
        expr: property.expr,
        finish: isPlain(property) ? undefined : (value) => applyMissingRule(property, coerceProperty(value, property)),
      })),
    )
  return (item, bindings) => {
    run ??= make()
    return run(item, bindings)
  }
}

/** `location.city` is the member `city` of `location`. */
export const nested = ({ name }: Pick<Property, 'name'>): MemberName => name.split('.', 2) as unknown as MemberName

const isPlain = ({ type, whenMissing }: Property): boolean => type === undefined && whenMissing.action === 'omit'

/** Absent, null and "" are missing. Zero, false, {} and [] are values. */
export function isMissing(value: Json | undefined): value is undefined | null | '' {
  return value === undefined || value === null || value === ''
}

function applyMissingRule({ whenMissing }: Property, value: Json | undefined): Json | undefined {
  if (!isMissing(value)) return value
  switch (whenMissing.action) {
    case 'omit':
      return undefined
    case 'default':
      return whenMissing.value
    case 'skip':
      throw new SkipSignal(whenMissing.reason)
  }
}

/** Coerces what can be without guessing; anything else is a fault that names the property. */
function coerceProperty(value: Json | undefined, { name, type, expr }: Property): Json | undefined {
  if (type === undefined || isMissing(value)) return value
  const coerced = coerce(value, type)
  if (coerced !== undefined) return coerced
  throw new Fault('config', 'mapping/wrong-type', `property "${name}" is not a ${type}`, {
    place: expr.place,
    permanent: true,
  })
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
