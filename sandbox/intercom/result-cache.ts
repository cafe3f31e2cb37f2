/** The sorted matches of one query, kept and brought up to date, so that a further page costs no new scan. */
import type { Collection, Row } from '../data/collection.ts'

/** A match: which record, and what it is sorted by. */
export interface Found {
  readonly index: number
  readonly value: number | string
}

export interface View {
  /** Up to `size` matches behind `from`, which need not be one of them. */
  page(
    from: Found | undefined,
    size: number,
    descending: boolean,
  ): { readonly found: readonly Found[]; readonly total: number; readonly more: boolean }
}

/**
 * `find` says whether a record matches and what it is sorted by. Scans the `candidates` (all, if absent) once,
 * then only what has changed.
 */
export function viewOf<T extends Row>(
  collection: Collection<T>,
  find: (index: number) => Found | undefined,
  candidates?: readonly number[],
): View {
  let version = collection.changes.length
  let matches = sorted(candidates ?? Array.from({ length: collection.size }, (_, index) => index))

  function sorted(indexes: readonly number[]): Found[] {
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

function compare(a: Found, b: Found): number {
  if (a.value !== b.value) return a.value < b.value ? -1 : 1
  return a.index - b.index
}

/** Of two sorted lists, one. */
function merged(long: readonly Found[], short: readonly Found[]): Found[] {
  const result: Found[] = []
  let from = 0
  for (const one of short) {
    const to = countBefore(long, one, from)
    for (; from < to; from++) result.push(long[from] as Found)
    result.push(one)
  }
  return result.concat(long.slice(from))
}

/** How many of a sorted list come before `from`; at least `low` of them do. */
function countBefore(list: readonly Found[], from: Found, low = 0): number {
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compare(list[middle] as Found, from) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** As `countBefore`, and `from` itself. */
function countUpTo(list: readonly Found[], from: Found): number {
  const before = countBefore(list, from)
  const at = list[before]
  return at !== undefined && compare(at, from) === 0 ? before + 1 : before
}
