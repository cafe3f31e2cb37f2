/** The members in which two JSON values differ. An absent member and an undefined one are the same. */
import { isObject } from '../../lib/json.ts'
import type { Json, JsonObject } from '../../ports/types.ts'
import type { MemberPath } from './difference.ts'

export interface ValueDifference {
  readonly member: MemberPath
  readonly expected?: Json
  readonly actual?: Json
}

/**
 * Objects are compared member by member, lists as a whole. `onlyExpected`: members that the expected objects do not name
 * are not compared.
 */
export function diffValues(
  expected: Json | undefined,
  actual: Json | undefined,
  member: MemberPath = [],
  onlyExpected = false,
): readonly ValueDifference[] {
  if (isObject(expected) && isObject(actual)) return diffObjects(expected, actual, member, onlyExpected)
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const isEqual =
      expected.length === actual.length && expected.every((item, at) => equalValues(item, actual[at], onlyExpected))
    if (isEqual) return []
  }
  if (expected === actual) return []
  return [{ member, ...(expected !== undefined && { expected }), ...(actual !== undefined && { actual }) }]
}

const equalValues = (expected: Json | undefined, actual: Json | undefined, onlyExpected = false): boolean =>
  diffValues(expected, actual, [], onlyExpected).length === 0

function diffObjects(
  expected: JsonObject,
  actual: JsonObject,
  member: MemberPath,
  onlyExpected: boolean,
): readonly ValueDifference[] {
  const names = new Set([...Object.keys(expected), ...(onlyExpected ? [] : Object.keys(actual))])
  return [...names].flatMap((name) =>
    diffValues(ownValue(expected, name), ownValue(actual, name), [...member, name], onlyExpected),
  )
}

/** Not what an object inherits: a property may be called `constructor`. */
export const ownValue = (object: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined
