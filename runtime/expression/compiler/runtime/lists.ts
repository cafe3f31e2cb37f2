/** Array constructors: `[...]`. */

import { countItems } from './json-size.ts'
import { checkList, checkListLength, consumeSteps } from './limits.ts'

/** Arrays among the parts are flattened into it. A nested constructor arrives wrapped in an array of its own. */
export function makeArray(...parts: readonly unknown[]): unknown[] {
  const items: unknown[] = []
  for (const part of parts) {
    if (Array.isArray(part)) for (const item of part) items.push(item)
    else if (part !== undefined) items.push(part)
  }
  consumeSteps(items.length)
  // Lists of the same lists would grow faster than the number of items shows.
  if (items.some(Array.isArray)) checkListLength(countItems(items))
  return checkList(items)
}

/** Makes the result of a filtered, nested constructor one item. */
export const wrapInArray = (value: unknown): unknown => (value === undefined ? undefined : [value])
