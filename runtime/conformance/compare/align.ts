/** Pairs two lists in their order, so that the differences are fewest. */

export type Pair<A, B> = readonly [A, B] | readonly [A, undefined] | readonly [undefined, B]

/** Comparisons of a whole table; beyond it items are paired by their positions. */
const MAX_COMPARISONS = 40_000

/** What an item without a partner costs. */
const ALONE = 1

/** `costOf` two partners: 0 for equal ones; a pair that costs 2 or more is no pair. */
export function alignLists<A extends object, B extends object>(
  left: readonly A[],
  right: readonly B[],
  costOf: (a: A, b: B) => number,
): readonly Pair<A, B>[] {
  let start = 0
  for (; start < Math.min(left.length, right.length); start++) {
    const [a, b] = [left[start], right[start]]
    if (a === undefined || b === undefined || costOf(a, b) > 0) break
  }
  const equal = left.slice(0, start).flatMap((a, at) => toPair(a, right[at]))
  const [restLeft, restRight] = [left.slice(start), right.slice(start)]
  const align = restLeft.length * restRight.length > MAX_COMPARISONS ? alignByPosition : alignByCost
  return [...equal, ...align(restLeft, restRight, costOf)]
}

function alignByPosition<A, B>(left: readonly A[], right: readonly B[]): readonly Pair<A, B>[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => toPair(left[at], right[at])).flat()
}

/** The table of an edit distance, read back from its end. */
function alignByCost<A, B>(
  left: readonly A[],
  right: readonly B[],
  costOf: (a: A, b: B) => number,
): readonly Pair<A, B>[] {
  const costs = left.map((a) => right.map((b) => costOf(a, b)))
  const best: number[][] = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0))
  const at = (row: number, column: number) => best[row]?.[column] ?? Number.POSITIVE_INFINITY
  const pairing = (row: number, column: number) => at(row - 1, column - 1) + (costs[row - 1]?.[column - 1] ?? 0)
  for (let row = 0; row <= left.length; row++) {
    for (let column = 0; column <= right.length; column++) {
      if (row === 0 && column === 0) continue
      const choices = [
        row > 0 ? at(row - 1, column) + ALONE : Number.POSITIVE_INFINITY,
        column > 0 ? at(row, column - 1) + ALONE : Number.POSITIVE_INFINITY,
        row > 0 && column > 0 ? pairing(row, column) : Number.POSITIVE_INFINITY,
      ]
      const line = best[row]
      if (line) line[column] = Math.min(...choices)
    }
  }
  const pairs: Pair<A, B>[] = []
  for (let [row, column] = [left.length, right.length]; row > 0 || column > 0; ) {
    const isPair = row > 0 && column > 0 && at(row, column) === pairing(row, column)
    const isLeft = row > 0 && !isPair && at(row, column) === at(row - 1, column) + ALONE
    pairs.push(...toPair(isPair || isLeft ? left[row - 1] : undefined, isLeft ? undefined : right[column - 1]))
    if (isPair || isLeft) row--
    if (!isLeft) column--
  }
  return pairs.reverse()
}

function toPair<A, B>(a: A | undefined, b: B | undefined): readonly Pair<A, B>[] {
  if (a !== undefined && b !== undefined) return [[a, b]]
  if (a !== undefined) return [[a, undefined]]
  return b === undefined ? [] : [[undefined, b]]
}
