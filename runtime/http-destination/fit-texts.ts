/** Shortens texts that are longer than the destination takes, and says which. */
import { isObject } from '../lib/json.ts'
import type { FieldChange, Json, JsonObject } from '../ports/types.ts'

/** `limit`: bytes of one text. Objects and lists keep their form. */
export function fitTexts(value: JsonObject, limit: number, path: string, changes: FieldChange[]): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      member === undefined ? undefined : fitValue(member, limit, `${path}.${name}`, changes),
    ]),
  )
}

function fitValue(value: Json, limit: number, path: string, changes: FieldChange[]): Json {
  if (Array.isArray(value)) return value.map((one: Json) => fitValue(one, limit, path, changes))
  if (isObject(value)) return fitTexts(value, limit, path, changes)
  if (typeof value !== 'string' || Buffer.byteLength(value) <= limit) return value
  changes.push({ field: path, action: 'shortened', reason: `longer than ${limit} bytes` })
  return cutText(value, limit)
}

/** As many whole characters as fit. */
function cutText(text: string, limit: number): string {
  const cut = Buffer.from(text).subarray(0, limit).toString()
  // A character that was cut in two ends as a replacement character, which may be longer.
  return cut.endsWith('\uFFFD') ? cut.slice(0, -1) : cut
}
