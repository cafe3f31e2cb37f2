/** Caches the sorted matches of a query and updates them incrementally: the next page needs no scan. */
import type { Collection, DatedRecord } from '../data/collection.ts'

/** A matching record and its sort value. */
export interface Match {
  readonly index: number
  readonly value: number | string
}

export interface ResultCache {
  /** Up to `size` matches after `from`, which need not be a match. */
  page(
    from: Match | undefined,
    size: number,
    descending: boolean,
  ): { readonly found: readonly Match[]; readonly total: number; readonly more: boolean }
}

/**
 * `find` returns a record's match, if it is one. Scans the `candidates` (default: all) once, then only changed records.
 */
export function createResultCache<T extends DatedRecord>(
  collection: Collection<T>,
  find: (index: number) => Match | undefined,
  candidates?: readonly number[],
): ResultCache {
  let version = collection.changes.length
  let matches = findMatches(candidates ?? Array.from({ length: collection.size }, (_, index) => index))

  function findMatches(indexes: readonly number[]): Match[] {
    return indexes.flatMap((index) => find(index) ?? []).sort(compare)
  }

  function refresh(): void {
    if (version === collection.changes.length) return
    const changed = new Set(collection.changes.slice(version))
    version = collection.changes.length
    matches = mergeSorted(
      matches.filter(({ index }) => !changed.has(index)),
      findMatches([...changed]),
    )
  }

  return {
    page(from, size, descending) {
      refresh()
      const total = matches.length
      if (!descending) {
        const start = from ? countUpTo(matches, from) : 0
        return { found: matches.slice(start, start + size), total, more: start + size < total }
      }
      const end = from ? countBefore(matches, from) : total
      return { found: matches.slice(Math.max(0, end - size), end).reverse(), total, more: end > size }
    },
  }
}

function compare(a: Match, b: Match): number {
  if (a.value !== b.value) return a.value < b.value ? -1 : 1
  return a.index - b.index
}

/** Merges two sorted lists. */
function mergeSorted(long: readonly Match[], short: readonly Match[]): Match[] {
  const result: Match[] = []
  let from = 0
  for (const one of short) {
    const to = countBefore(long, one, from)
    for (; from < to; from++) result.push(long[from] as Match)
    result.push(one)
  }
  return result.concat(long.slice(from))
}

/** How many of a sorted list come before `from`; at least `low` of them do. */
function countBefore(list: readonly Match[], from: Match, low = 0): number {
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compare(list[middle] as Match, from) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** As `countBefore`, and `from` itself. */
function countUpTo(list: readonly Match[], from: Match): number {
  const before = countBefore(list, from)
  const at = list[before]
  return at !== undefined && compare(at, from) === 0 ? before + 1 : before
}
