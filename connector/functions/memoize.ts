/** Memoizes pure functions of one text. */
import { BoundedMap } from '../../runtime/lib/bounded-map.ts'

// Tenants may share a cache: a result depends on its text alone, and no caller can list the texts.

/** Caches the newest `limit` results. */
export function memoize<T>(limit: number, compute: (text: string) => T): (text: string) => T {
  const results = new BoundedMap<string, T>(limit)
  return (text) => {
    const cached = results.get(text)
    if (cached !== undefined || results.has(text)) return cached as T
    const result = compute(text)
    results.set(text, result)
    return result
  }
}

/** Caches the last result alone: an event and its person's profile often need the same one. */
export function memoizeLast<T>(compute: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly result: T } | undefined
  return (text) => {
    if (last?.text !== text) last = { text, result: compute(text) }
    return last.result
  }
}
