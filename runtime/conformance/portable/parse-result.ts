/** Reads a line that an engine of any language wrote as the result of a case. */
import { isObject } from '../../lib/json.ts'
import type { Json, JsonObject } from '../../ports/types.ts'
import type { CaseResult } from '../types.ts'

/** The result, or what is wrong with the line. */
export function parseResult(line: string, id: string): CaseResult | string {
  let value: Json
  try {
    value = JSON.parse(line) as Json
  } catch {
    return 'the engine wrote a line that is no JSON'
  }
  if (!isObject(value)) return 'the engine wrote a line that is no object'
  if (value.id !== id)
    return `the engine answered ${value.id === undefined ? 'without an id' : `the case ${JSON.stringify(value.id)}`}, and another one was due`
  const { occurrences } = value
  if (!Array.isArray(occurrences)) return 'the result has no list "occurrences"'
  for (const [index, one] of occurrences.entries()) {
    const problem = isObject(one) ? describeOccurrence(one) : 'it is no object'
    if (problem !== undefined) return `occurrence ${index + 1} of the result is wrong: ${problem}`
  }
  return { id, occurrences } as unknown as CaseResult
}

function describeOccurrence({
  metric,
  skipped,
  fault,
  key,
  time,
  profile,
  properties,
}: JsonObject): string | undefined {
  if (typeof metric !== 'string') return '"metric" is no text'
  if (skipped !== undefined) return typeof skipped === 'string' ? undefined : '"skipped" is no text'
  if (fault !== undefined)
    return isObject(fault) && typeof fault.code === 'string' ? undefined : '"fault" has no "code"'
  if (!isObject(profile)) return 'it has neither "skipped" nor "fault", so it needs a "profile"'
  if (metric === 'Profile') return undefined
  if (typeof key !== 'string') return '"key" is no text'
  if (typeof time !== 'string' || new Date(time).toJSON() !== time)
    return '"time" is no time in ISO 8601 with milliseconds, such as 2026-01-10T08:00:50.000Z'
  return isObject(properties) ? undefined : '"properties" is no object'
}
