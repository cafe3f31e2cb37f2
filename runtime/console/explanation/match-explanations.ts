/** Finds the explanation of each value of a mapped event, whose names are those of the destination. */
import { isObject } from '../../lib/json.ts'
import type { PropertyExplanation } from '../../mapping/explain/explain-properties.ts'
import type { Json, JsonObject } from '../../ports/types.ts'
import { type ExplainedValue, type ExplainedValues, findMissing, hasValue } from './explained-values.ts'

type MatchedValues = Pick<ExplainedValues, 'values' | 'missing'>

/** Objects are flattened: `{ location: { city } }` is `location.city`. */
export function matchExplanations(values: JsonObject, explanations: readonly PropertyExplanation[]): MatchedValues {
  return { values: matchMembers(values, explanations), missing: findMissing(explanations) }
}

/** Attributes are explained before properties, which are in an object of their own. */
export function matchProfile(
  { properties, ...attributes }: JsonObject,
  explanations: readonly PropertyExplanation[],
): MatchedValues {
  const own = isObject(properties) ? properties : {}
  // Where both have one name: the last one is that of the property.
  const reversed = [...explanations].reverse()
  const values = [...matchMembers(attributes, explanations), ...matchMembers(own, reversed, 'properties.')]
  return { values, missing: findMissing(explanations) }
}

function matchMembers(
  values: JsonObject,
  explanations: readonly PropertyExplanation[],
  prefix = '',
): readonly ExplainedValue[] {
  const sent = explanations.filter(({ status }) => hasValue(status))
  return Object.entries(values).flatMap(([name, value]) =>
    flatten(name, value).map(([path, one]) => ({
      name: prefix + path,
      value: one,
      explanation: sent.find((each) => each.name === path) ?? sent.find((each) => isOf(name, each)),
    })),
  )
}

function flatten(name: string, value: Json | undefined): readonly (readonly [path: string, value: Json])[] {
  if (value === undefined) return []
  if (!isObject(value)) return [[name, value]]
  return Object.entries(value).flatMap(([member, one]) => flatten(`${name}.${member}`, one))
}

/** Whether a property gives this name, itself or by the `*` in its own: `Plan *` gives `Plan Size`. */
function isOf(name: string, explanation: PropertyExplanation): boolean {
  const [before = '', after] = explanation.name.split('*')
  if (after === undefined) return explanation.name === name
  return name.startsWith(before.trimStart()) && name.endsWith(after) && name.length > before.length + after.length
}
