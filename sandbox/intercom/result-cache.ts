/** The sorted matches of one query, kept and brought up to date, so that a further page costs no new scan. */
import type { Collection, DatedRecord } from '../data/collection.ts'

/** A match: which record, and what it is sorted by. */
export interface Match {
  readonly index: number
  readonly value: number | string
}

export interface ResultCache {
  /** Up to `size` matches behind `from`, which need not be one of them. */
  page(
    from: Match | undefined,
    size: number,
    descending: boolean,
  ): { readonly found: readonly Match[]; readonly total: number; readonly more: boolean }
}

/**
 * `find` says whether a record matches and what it is sorted by. Scans the `candidates` (all, if absent) once,
 * then only what has changed.
 */
export function createResultCache<T extends DatedRecord>(
  collection: Collection<T>,
  find: (index: number) => Match | undefined,
  candidates?: readonly number[],
): ResultCache {
  let version = collection.changes.length
  let matches = sorted(candidates ?? Array.from({ length: collection.size }, (_, index) => index))

  function sorted(indexes: readonly number[]): Match[] {
    return indexes.flatMap((index) => find(index) ?? []).sort(compare)
  }

  function refresh(): void {
    if (version === collection.changes.length) return
    const changed = new Set(collection.changes.slice(version))
    version = collection.changes.length
    matches = merged(
      matches.filter(({ index }) => !changed.has(index)),
      sorted([...changed]),
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

/** Of two sorted lists, one. */
function merged(long: readonly Match[], short: readonly Match[]): Match[] {
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
