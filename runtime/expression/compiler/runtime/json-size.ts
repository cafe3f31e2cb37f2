/** How large a value is. Parts that are in it many times count each time, and are looked at once: they may be too many. */

/** Characters as JSON, about: what `plain` makes of it. Infinite for what holds itself. */
export const charactersOf = (it: unknown): number => measure(it, (text) => text.length + 2, 3, new Map())

/** Values within a value, itself included. */
export const valuesIn = (it: unknown): number => measure(it, () => 1, 0, new Map())

type Known = Map<object, number>

function measure(it: unknown, ofText: (text: string) => number, ofKey: number, known: Known): number {
  if (typeof it === 'string') return ofText(it)
  if (typeof it !== 'object' || it === null) return 1
  const before = known.get(it)
  if (before !== undefined) return before
  known.set(it, Number.POSITIVE_INFINITY)
  let total = 1
  if (Array.isArray(it)) for (const item of it) total += measure(item, ofText, ofKey, known)
  else if (!isFunction(it)) {
    for (const [key, member] of Object.entries(it)) {
      total += (ofKey && key.length + ofKey) + measure(member, ofText, ofKey, known)
    }
  }
  known.set(it, total)
  return total
}

/** One of the interpreter's own, with all the places it was made in. */
const isFunction = (it: object): boolean => Object.values(it).some((member) => typeof member === 'function')

/** Items of a list and of the lists within it. */
export const itemsIn = (list: readonly unknown[]): number => nested(list, new Map())

function nested(list: readonly unknown[], known: Known): number {
  const before = known.get(list)
  if (before !== undefined) return before
  let total = list.length
  for (const item of list) if (Array.isArray(item)) total += nested(item, known)
  known.set(list, total)
  return total
}
