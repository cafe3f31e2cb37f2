/** What was looked up last, for pages that show an event and must not ask the source for each. */
import type { Json } from '../ports/types.ts'

const KEPT = 2_000

/** By kind and key; the oldest go first. */
export function recentValues() {
  const kept = new Map<string, Json>()
  return {
    get: (name: string, key: string) => kept.get(`${name} ${key}`),
    put(name: string, key: string, value: Json | undefined) {
      const id = `${name} ${key}`
      if (kept.get(id) === value) return
      kept.delete(id)
      if (value !== undefined) kept.set(id, value)
      for (const oldest of kept.keys()) {
        if (kept.size <= KEPT) break
        kept.delete(oldest)
      }
    },
  }
}
