/** The memory store's values by name: checkpoints, cached lookups, and the states of contacts. */
import { newerState } from '../../lib/contact-state.ts'
import type { Clock } from '../../ports/effects.ts'
import type { CacheEntry, Checkpoint, Store } from '../../ports/store.ts'
import type { ContactState, EventSend, Json, Profile } from '../../ports/types.ts'

type KeyValueMethods =
  | 'readCheckpoint'
  | 'writeCheckpoints'
  | 'compareAndSwapCheckpoint'
  | 'readContacts'
  | 'contactsSharing'
  | 'readCache'
  | 'writeCache'
  | 'deleteCache'
  | 'beginSends'
  | 'readSends'
  | 'forgetSends'
  | 'moveSends'

export class MemoryKeyValues implements Pick<Store, KeyValueMethods> {
  readonly #checkpoints = new Map<string, Json>()
  readonly #contacts = new Map<string, ContactState>()
  readonly #cache = new Map<string, Map<string, CacheEntry>>()
  protected readonly clock: Clock
  readonly #sends = new Map<string, { readonly at: number; readonly send: EventSend }>()

  constructor(clock: Clock) {
    this.clock = clock
  }

  async readCheckpoint(name: string): Promise<Json | undefined> {
    return this.#checkpoints.get(name)
  }

  async writeCheckpoints(entries: Parameters<Store['writeCheckpoints']>[0]): Promise<void> {
    for (const entry of entries) this.writeCheckpoint(entry)
  }

  async compareAndSwapCheckpoint(name: string, from: string | undefined, to: string | undefined): Promise<boolean> {
    if (this.#checkpoints.get(name) !== from) return false
    this.writeCheckpoint({ name, value: to })
    return true
  }

  protected writeCheckpoint({ name, value }: Parameters<Store['writeCheckpoints']>[0][number] | Checkpoint): void {
    if (value === undefined) this.#checkpoints.delete(name)
    else this.#checkpoints.set(name, value)
  }

  async readContacts(contacts: readonly string[]): Promise<readonly ContactState[]> {
    return [...new Set(contacts)].map((contact) => this.#contacts.get(contact)).filter((state) => state !== undefined)
  }

  /** Keeps the newer of the known state and this one. */
  protected writeContact(next: ContactState): void {
    this.#contacts.set(next.contact, newerState(this.#contacts.get(next.contact), next))
  }

  async contactsSharing(contact: string, limit: number): Promise<readonly string[]> {
    const own = this.#contacts.get(contact)
    const shares = ({ contact: other, address, profileId }: ContactState) =>
      other !== contact &&
      ((profileId !== undefined && profileId === own?.profileId) || (address !== undefined && address === own?.address))
    return [...this.#contacts.values()]
      .filter(shares)
      .slice(0, Math.max(0, limit))
      .map((state) => state.contact)
  }

  async beginSends(sends: readonly EventSend[]): Promise<readonly EventSend[]> {
    const known = await this.readSends(sends.map(({ key }) => key))
    const at = this.clock.now()
    for (const send of sends) if (!this.#sends.has(send.key)) this.#sends.set(send.key, { at, send })
    return known
  }

  async readSends(keys: readonly string[]): Promise<readonly EventSend[]> {
    return keys.flatMap((key) => this.#sends.get(key)?.send ?? [])
  }

  async forgetSends(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#sends.delete(key)
  }

  async moveSends(contact: string, identifiers: Profile): Promise<void> {
    for (const [key, { at, send }] of this.#sends)
      if (send.contact === contact) this.#sends.set(key, { at, send: { ...send, identifiers } })
  }

  async readCache(namespace: string, keys: readonly string[]): Promise<readonly CacheEntry[]> {
    const entries = this.#cache.get(namespace)
    return [...new Set(keys)].map((key) => entries?.get(key)).filter((entry) => entry !== undefined)
  }

  async writeCache(namespace: string, entries: readonly CacheEntry[]): Promise<void> {
    const cached = this.#cache.get(namespace) ?? new Map<string, CacheEntry>()
    for (const entry of entries) cached.set(entry.key, { ...entry, value: entry.value ?? null })
    this.#cache.set(namespace, cached)
  }

  async deleteCache(namespace: string, keys?: readonly string[]): Promise<void> {
    if (keys === undefined) this.#cache.delete(namespace)
    else for (const key of keys) this.#cache.get(namespace)?.delete(key)
  }

  protected pruneSends(before: number): void {
    for (const [key, { at }] of this.#sends) if (at < before) this.#sends.delete(key)
  }

  /** Deletes lookups fetched before this. */
  protected pruneCache(before: number): void {
    for (const entries of this.#cache.values())
      for (const { key, at } of entries.values()) if (at < before) entries.delete(key)
  }
}
