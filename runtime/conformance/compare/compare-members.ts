/** Compares one occurrence with what a case expects of it. */
import { isObject } from '../../lib/json.ts'
import { PROFILE } from '../../mapping/map-profile.ts'
import type { Json, JsonObject } from '../../ports/types.ts'
import type { CaseOccurrence, ExpectedOccurrence, ProfileOccurrence } from '../types.ts'
import { outcomeOf, withoutWorkspace } from './describe-outcome.ts'
import { diffValues, ownValue, type ValueDifference } from './diff-values.ts'

const COMPARED = ['time', 'contact', 'value', 'currency'] as const

/** Both are sent. Names the members as the spec does: `profile` and `properties` first. */
export function compareMembers(
  expected: ExpectedOccurrence,
  actual: CaseOccurrence,
  workspace: string,
): readonly ValueDifference[] {
  if (outcomeOf(expected) !== 'sent' || 'skipped' in actual || 'fault' in actual) return []
  const event: JsonObject =
    'key' in actual ? { ...actual, key: withoutWorkspace(actual.key, workspace) } : { ...actual }
  const { has, without = [], profileHas } = expected
  const whole = isProfile(actual) ? 'profile' : 'properties'
  const found: JsonObject = isObject(event[whole]) ? event[whole] : {}
  return [
    ...diffValues(expected.key, expected.key === undefined ? undefined : event.key, ['key']),
    ...COMPARED.flatMap((name) =>
      expected[name] === undefined ? [] : diffValues(expected[name], event[name], [name]),
    ),
    ...diffWhole(expected.properties, event.properties, 'properties'),
    ...(has === undefined ? [] : diffValues(has, found, [whole], true)),
    ...without.flatMap((name) => diffValues(undefined, ownValue(found, name), [whole, name])),
    ...(whole === 'profile' ? diffCustom(without, found.properties) : []),
    ...diffWhole(expected.profile, event.profile, 'profile'),
    ...(profileHas === undefined ? [] : diffValues(profileHas, event.profile ?? {}, ['profile'], true)),
  ]
}

const diffWhole = (expected: JsonObject | undefined, actual: Json | undefined, name: string) =>
  expected === undefined ? [] : diffValues(expected, actual ?? {}, [name])

/** Of the profile, `without` also names its custom properties. */
const diffCustom = (without: readonly string[], custom: Json | undefined) =>
  isObject(custom)
    ? without.flatMap((name) => diffValues(undefined, ownValue(custom, name), ['profile', 'properties', name]))
    : []

export const isProfile = (occurrence: CaseOccurrence): occurrence is ProfileOccurrence =>
  occurrence.metric === PROFILE && 'profile' in occurrence && !('key' in occurrence)
