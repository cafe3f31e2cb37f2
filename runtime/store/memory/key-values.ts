/** The memory store's values by name: checkpoints and cached lookups. */
import type { CacheEntry, Checkpoint, Store } from '../../ports/store.ts'
import type { Json } from '../../ports/types.ts'

export class MemoryKeyValues {
  readonly #checkpoints = new Map<string, Json>()
  readonly #cache = new Map<string, Map<string, CacheEntry>>()

  readCheckpoint(name: string): Json | undefined {
    return this.#checkpoints.get(name)
  }

  writeCheckpoint({ name, value }: Parameters<Store['writeCheckpoints']>[0][number] | Checkpoint): void {
    if (value === undefined) this.#checkpoints.delete(name)
    else this.#checkpoints.set(name, value)
  }

  readCache(namespace: string, keys: readonly string[]): CacheEntry[] {
    const entries = this.#cache.get(namespace)
    return [...new Set(keys)].map((key) => entries?.get(key)).filter((entry) => entry !== undefined)
  }

  writeCache(namespace: string, entries: readonly CacheEntry[]): void {
    const cached = this.#cache.get(namespace) ?? new Map<string, CacheEntry>()
    for (const entry of entries) cached.set(entry.key, { ...entry, value: entry.value ?? null })
    this.#cache.set(namespace, cached)
  }

  deleteCache(namespace: string, keys?: readonly string[]): void {
    if (keys === undefined) this.#cache.delete(namespace)
    else for (const key of keys) this.#cache.get(namespace)?.delete(key)
  }

  /** Deletes lookups fetched before this. */
  pruneCache(before: number): void {
    for (const entries of this.#cache.values())
      for (const { key, at } of entries.values()) if (at < before) entries.delete(key)
  }
}
