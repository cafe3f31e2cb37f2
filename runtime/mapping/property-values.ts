/** Turns the values of expressions into properties: types and missing values. */

import type { Bindings } from '../expression/expression.ts'
import { compileObjectBuilder, type MemberName } from '../expression/object-builder.ts'
import { isObject, isUnsafeNumber } from '../lib/json.ts'
import { type MaybePromise, mapMaybe } from '../lib/maybe-promise.ts'
import { Fault } from '../ports/fault.ts'
import type { FieldChange, Json, JsonObject } from '../ports/types.ts'
import type { Property, PropertyType } from '../spec/spec.ts'
import { createSpread, type SpreadOptions } from './spread.ts'

/** Thrown by a property whose absence skips the event. Caught by `mapEvent` alone. */
export class SkipSignal extends Error {
  readonly reason: string
  constructor(reason: string) {
    super(reason)
    this.reason = reason
  }
}

/** All properties as one object; a promise only if an expression is interpreted. Spreads add to `omissions`. */
export type EvaluateProperties = (item: Json, bindings: Bindings, omissions?: FieldChange[]) => MaybePromise<JsonObject>

/** Each missing value is omitted, replaced by a default, or skips the event, as its property declares. */
export function createPropertyEvaluator(
  properties: readonly Property[],
  nameOf = ({ name }: Property): MemberName => [name],
): EvaluateProperties {
  // Compiled on first use, like an expression.
  let evaluate: EvaluateProperties | undefined
  const compile = () =>
    compileObjectBuilder(
      properties.map((property) => ({
        name: nameOf(property),
        expr: property.expr,
        finish: isPlain(property) ? undefined : (value) => applyMissingRule(property, coerceProperty(value, property)),
      })),
    )
  return (item, bindings) => {
    evaluate ??= compile()
    return evaluate(item, bindings)
  }
}

/** Adds the members of spread objects, after the properties written one by one. `head`: the object that gets them. */
export function addSpreads(
  evaluate: EvaluateProperties,
  spreads: readonly Property[],
  { head, ...options }: SpreadOptions & { readonly head?: string },
): EvaluateProperties {
  if (spreads.length === 0) return evaluate
  const evaluateObjects = createPropertyEvaluator(spreads)
  const spread = createSpread(spreads, options)
  return (item, bindings, omissions = []) =>
    mapMaybe(evaluate(item, bindings), (own) =>
      mapMaybe(evaluateObjects(item, bindings), (objects) => {
        const added = spread(objects, omissions)
        return head === undefined ? { ...own, ...added } : { ...own, [head]: { ...asObject(own[head]), ...added } }
      }),
    )
}

const asObject = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})

/** Splits a name at its dot: `location.city` is the member `city` of `location`. */
export const toMemberName = ({ name }: Pick<Property, 'name'>): MemberName =>
  name.split('.', 2) as unknown as MemberName

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

/** Coerces where no guess is needed; any other value is a fault that names the property. */
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
      // A double would change its digits, and they may be those of an id.
      if (typeof value === 'string' && isUnsafeNumber(value)) return value
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
