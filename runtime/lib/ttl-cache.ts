/** Single things in memory: asked once for all who want one now, and kept for a while. */
import type { Clock } from '../ports/effects.ts'
import type { Json, Lane } from '../ports/types.ts'
import type { MaybePromise } from './maybe-promise.ts'
import { monotonicClock } from './monotonic-clock.ts'

export interface TtlCache {
  /** At once, when it is known. */
  find(key: string, lane: Lane): MaybePromise<Json | undefined>
  forget(key: string): void
}

/** Things remembered, of each lookup. */
const KEPT = 2_000

/** `age`: how long one is kept, in milliseconds; 0 is only as long as it is being asked for. A failure is not kept. */
export function ttlCache(
  age: number,
  clock: Clock,
  get: (key: string, lane: Lane) => Promise<Json | undefined>,
): TtlCache {
  const time = monotonicClock(clock)
  const kept = new Map<string, { readonly at: number; value: MaybePromise<Json | undefined> }>()

  function ask(key: string, lane: Lane, now: number): Promise<Json | undefined> {
    const value = get(key, lane)
    const entry: { readonly at: number; value: MaybePromise<Json | undefined> } = { at: now, value }
    kept.delete(key)
    kept.set(key, entry)
    const forget = () => kept.delete(key)
    const keep = (known: Json | undefined) => {
      entry.value = known
    }
    value.then(age === 0 ? forget : keep, forget)
    for (const oldest of kept.keys()) {
      if (kept.size <= KEPT) break
      kept.delete(oldest)
    }
    return value
  }

  return {
    find(key, lane) {
      const known = kept.get(key)
      const now = time.now()
      return known && now - known.at < age ? known.value : ask(key, lane, now)
    },
    forget: (key) => void kept.delete(key),
  }
}
