/** Caches fetched values for a limited time; concurrent callers for one key share a fetch. */
import type { Clock } from '../ports/effects.ts'
import type { Json, Lane } from '../ports/types.ts'
import { BoundedMap } from './bounded-map.ts'
import type { MaybePromise } from './maybe-promise.ts'
import { MonotonicClock } from './monotonic-clock.ts'

interface CachedValue {
  readonly fetchedAt: number
  value: MaybePromise<Json | undefined>
}

export interface TtlCacheOptions {
  /** How long a value is cached, milliseconds; 0 shares only concurrent fetches. Failures are never cached. */
  readonly ttl: number
  readonly clock: Clock
  readonly fetch: (key: string, lane: Lane) => Promise<Json | undefined>
}

const MAX_ENTRIES = 2_000

export class TtlCache {
  readonly #options: TtlCacheOptions
  readonly #time: MonotonicClock
  readonly #entries = new BoundedMap<string, CachedValue>(MAX_ENTRIES)

  constructor(options: TtlCacheOptions) {
    this.#options = options
    this.#time = new MonotonicClock(options.clock)
  }

  /** The value itself when it is cached, else a promise of it. */
  find(key: string, lane: Lane): MaybePromise<Json | undefined> {
    const cached = this.#entries.get(key)
    const now = this.#time.now()
    return cached && now - cached.fetchedAt < this.#options.ttl ? cached.value : this.#load(key, lane, now)
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  #load(key: string, lane: Lane, now: number): Promise<Json | undefined> {
    const promise = this.#options.fetch(key, lane)
    const entry: CachedValue = { fetchedAt: now, value: promise }
    this.#entries.set(key, entry)
    const remove = () => this.#entries.delete(key)
    const store = (value: Json | undefined) => {
      entry.value = value
    }
    promise.then(this.#options.ttl === 0 ? remove : store, remove)
    return promise
  }
}
