/** How large a value is, told without following it for ever: parts that are there twice count twice, circles end. */

/** Characters as JSON, about. Stops counting above `most`. */
export const charactersOf = (it: unknown, most: number): number => count(it, most, (text) => text.length + 2)

/** Values within a value, itself included. Stops counting above `most`. */
export const valuesIn = (it: unknown, most: number): number => count(it, most, () => 1)

function count(root: unknown, most: number, costOf: (text: string) => number): number {
  let total = 0
  const waiting = [root]
  while (waiting.length > 0 && total <= most) {
    const it = waiting.pop()
    total += typeof it === 'string' ? costOf(it) : 1
    if (typeof it !== 'object' || it === null || isFunction(it)) continue
    if (Array.isArray(it)) for (const item of it) waiting.push(item)
    else {
      for (const [key, member] of Object.entries(it)) {
        total += costOf(key)
        waiting.push(member)
      }
    }
  }
  return total
}

/** To JSONata; it holds the whole environment that it was made in, of which nothing is ever seen. */
const isFunction = (it: { readonly _jsonata_lambda?: unknown; readonly _jsonata_function?: unknown }): boolean =>
  it._jsonata_lambda === true || it._jsonata_function === true

/** Items of a list and of the lists within it. Stops counting above `most`. */
export function itemsIn(list: readonly unknown[], most: number): number {
  let total = 0
  const waiting: (readonly unknown[])[] = [list]
  for (let each = waiting.pop(); each !== undefined && total <= most; each = waiting.pop()) {
    total += each.length
    for (const item of each) if (Array.isArray(item)) waiting.push(item)
  }
  return total
}
