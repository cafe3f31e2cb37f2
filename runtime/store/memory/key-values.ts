/** The memory store's values by name: checkpoints, cached lookups, and the states of contacts. */
import { newerState } from '../../lib/contact-state.ts'
import type { CacheEntry, Checkpoint, Store } from '../../ports/store.ts'
import type { ContactState, Json } from '../../ports/types.ts'

export class MemoryKeyValues {
  readonly #checkpoints = new Map<string, Json>()
  readonly #contacts = new Map<string, ContactState>()
  readonly #cache = new Map<string, Map<string, CacheEntry>>()

  readCheckpoint(name: string): Json | undefined {
    return this.#checkpoints.get(name)
  }

  writeCheckpoint({ name, value }: Parameters<Store['writeCheckpoints']>[0][number] | Checkpoint): void {
    if (value === undefined) this.#checkpoints.delete(name)
    else this.#checkpoints.set(name, value)
  }

  readContacts(contacts: readonly string[]): ContactState[] {
    return [...new Set(contacts)].map((contact) => this.#contacts.get(contact)).filter((state) => state !== undefined)
  }

  /** Keeps the newer of the known state and this one. */
  writeContact(next: ContactState): void {
    this.#contacts.set(next.contact, newerState(this.#contacts.get(next.contact), next))
  }

  contactsSharing(contact: string, limit: number): string[] {
    const own = this.#contacts.get(contact)
    const shares = ({ contact: other, address, profileId }: ContactState) =>
      other !== contact &&
      ((profileId !== undefined && profileId === own?.profileId) || (address !== undefined && address === own?.address))
    return [...this.#contacts.values()]
      .filter(shares)
      .slice(0, Math.max(0, limit))
      .map((state) => state.contact)
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
