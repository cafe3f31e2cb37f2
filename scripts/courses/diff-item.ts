/** The smallest change that makes one item of another. */

import { isObject } from '../../runtime/lib/json.ts'
import type { Json, JsonObject } from '../../runtime/ports/types.ts'

export interface WrittenChange {
  readonly set?: JsonObject
  readonly remove?: readonly string[]
}

export function diffItem(before: Json, after: Json): WrittenChange {
  const set: Record<string, Json> = {}
  const remove: string[] = []
  diffInto(before, after, '', { set, remove })
  return { ...(Object.keys(set).length > 0 && { set }), ...(remove.length > 0 && { remove }) }
}

interface Changes {
  readonly set: Record<string, Json>
  readonly remove: string[]
}

function diffInto(before: Json | undefined, after: Json, path: string, changes: Changes): void {
  if (JSON.stringify(before) === JSON.stringify(after)) return
  const at = (name: string | number) => (path === '' ? `${name}` : `${path}.${name}`)
  if (isObject(before) && isObject(after)) {
    for (const [name, value] of Object.entries(after)) diffInto(before[name], value ?? null, at(name), changes)
    for (const name of Object.keys(before)) if (!(name in after)) changes.remove.push(at(name))
  } else if (Array.isArray(before) && Array.isArray(after) && isPart(after, before)) {
    const left = new Set(after.map((one) => JSON.stringify(one)))
    for (let index = before.length - 1; index >= 0; index--)
      if (!left.has(JSON.stringify(before[index]))) changes.remove.push(at(index))
  } else if (Array.isArray(before) && Array.isArray(after) && after.length >= before.length && before.length > 0)
    for (const [index, value] of after.entries()) diffInto(before[index], value as Json, at(index), changes)
  else changes.set[path] = after
}

/** Whether a list is another one without some of its elements. */
function isPart(list: readonly unknown[], of: readonly unknown[]): boolean {
  const texts = of.map((one) => JSON.stringify(one))
  return (
    list.length < of.length &&
    new Set(texts).size === texts.length &&
    list.every((one) => texts.includes(JSON.stringify(one)))
  )
}
