/** `[...]`: lists that are written out. */
import { itemsIn } from './json-size.ts'
import { consumeSteps, fitLength, fitList } from './limits.ts'

/** A list of these. A list among them gives its items; one that is written out within it is given in a list of its own. */
export function list(...parts: readonly unknown[]): unknown[] {
  const all: unknown[] = []
  for (const part of parts) {
    if (Array.isArray(part)) for (const item of part) all.push(item)
    else if (part !== undefined) all.push(part)
  }
  consumeSteps(all.length)
  // Lists of the same lists would grow faster than their number.
  if (all.some(Array.isArray)) fitLength(itemsIn(all))
  return fitList(all)
}

/** What is left of a list that was written out within another, as one item. */
export const boxed = (it: unknown): unknown => (it === undefined ? undefined : [it])
