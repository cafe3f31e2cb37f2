/** Fetches the lookups of records: each value once, cached for a while, in batches for history. */

import type { Expression } from '../expression/expression.ts'
import { Batcher } from '../lib/batcher.ts'
import { BoundedMap } from '../lib/bounded-map.ts'
import { ageOf } from '../lib/iso-time.ts'
import { asArray, asId, asList } from '../lib/json.ts'
import { type MaybePromise, mapMaybe } from '../lib/maybe-promise.ts'
import { MonotonicClock } from '../lib/monotonic-clock.ts'
import { TtlCache } from '../lib/ttl-cache.ts'
import type { Clock } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import type { Json, Lane } from '../ports/types.ts'
import type { SourceClient } from '../source/client.ts'
import type { LookupSpec } from '../spec/spec.ts'
import { observeLookup } from './observe-lookups.ts'

export interface Lookups {
  /** The source's value for a key, or undefined if it has none: at once when cached. Throws a `Fault` of the request. */
  find(lookup: LookupSpec, key: string, lane: Lane): MaybePromise<Json | undefined>
  /** The value last found for a key, of whatever age: by this process, or stored by an import. Sends no request. */
  peek(lookup: LookupSpec, key: string): MaybePromise<Json | undefined>
  /** Drops the cached value of a key after the source reported a change. */
  invalidate(name: string, key: string): Promise<void>
}

export interface LookupParts {
  readonly client: SourceClient
  readonly store: Pick<Store, 'readCache' | 'writeCache' | 'deleteCache'>
  readonly clock: Clock
  /** Ends requests when the connector closes. */
  readonly signal: AbortSignal
}

/** How long a stored value of history is valid. A longer import fetches it again. */
export const HISTORY_TTL = 24 * 3_600_000
/** A key missing from a list makes it reload at most this often. */
const RELOAD_EVERY = 60_000
/** Values for `peek`, of each lookup. */
const MAX_RECENT = 2_000

export function createLookups(parts: LookupParts): Lookups {
  return new SourceLookups(parts)
}

class SourceLookups implements Lookups {
  readonly #parts: LookupParts
  readonly #lists = new Map<string, ListCache>()
  readonly #items = new Map<string, TtlCache>()
  readonly #histories = new Map<string, TtlCache>()
  readonly #recent = new Map<string, BoundedMap<string, Json>>()

  constructor(parts: LookupParts) {
    this.#parts = parts
  }

  find(lookup: LookupSpec, key: string, lane: Lane): MaybePromise<Json | undefined> {
    const found = this.#cacheOf(lookup, lane).find(key, lane)
    if (!(found instanceof Promise)) return this.#remember(lookup, key, found)
    return found.then((value) => this.#remember(lookup, key, value))
  }

  peek({ name }: LookupSpec, key: string): MaybePromise<Json | undefined> {
    return this.#recent.get(name)?.get(key) ?? this.#readStored(name, key)
  }

  async #readStored(name: string, key: string): Promise<Json | undefined> {
    const [stored] = await this.#parts.store.readCache(name, [key])
    return stored?.value ?? undefined
  }

  #remember({ name }: LookupSpec, key: string, value: Json | undefined): Json | undefined {
    const recent = getOrCreate(this.#recent, name, () => new BoundedMap<string, Json>(MAX_RECENT))
    if (value === undefined) recent.delete(key)
    else if (recent.get(key) !== value) recent.set(key, value)
    return value
  }

  async invalidate(name: string, key: string): Promise<void> {
    this.#recent.get(name)?.delete(key)
    this.#items.get(name)?.delete(key)
    this.#histories.get(name)?.delete(key)
    await this.#parts.store.deleteCache(name, [key])
  }

  #cacheOf(lookup: LookupSpec, lane: Lane): ListCache | TtlCache {
    const parts = this.#parts
    const { name, ttl } = lookup
    if (lookup.list) return getOrCreate(this.#lists, name, () => new ListCache(lookup, parts))
    const { clock } = parts
    if (lane === 'backfill' && lookup.batch)
      return getOrCreate(this.#histories, name, () => new TtlCache({ ttl, clock, fetch: batchFetcher(lookup, parts) }))
    const fetch = (key: string, itemLane: Lane) => fetchOneObserved(lookup, key, itemLane, parts)
    return getOrCreate(this.#items, name, () => new TtlCache({ ttl, clock, fetch }))
  }
}

type Rows = ReadonlyMap<string, Json>

/** A small collection, fetched whole. A missing key reloads it: the row may be new. */
class ListCache {
  readonly #lookup: LookupSpec
  readonly #parts: LookupParts
  readonly #time: MonotonicClock
  #loaded: { readonly at: number; rows: MaybePromise<Rows> } | undefined

  constructor(lookup: LookupSpec, parts: LookupParts) {
    this.#lookup = lookup
    this.#parts = parts
    this.#time = new MonotonicClock(parts.clock)
  }

  find(key: string): MaybePromise<Json | undefined> {
    return mapMaybe(
      this.#rows(this.#lookup.ttl),
      (rows) => rows.get(key) ?? mapMaybe(this.#rows(RELOAD_EVERY), (reloaded) => reloaded.get(key)),
    )
  }

  #rows(ttl: number): MaybePromise<Rows> {
    const now = this.#time.now()
    if (this.#loaded !== undefined && now - this.#loaded.at < ttl) return this.#loaded.rows
    const observed = { lookup: this.#lookup.name, lane: 'live', count: (rows: Rows) => rows.size } as const
    const promise = observeLookup(observed, () => this.#load())
    const entry: { readonly at: number; rows: MaybePromise<Rows> } = { at: now, rows: promise }
    this.#loaded = entry
    const store = (rows: Rows) => {
      entry.rows = rows
    }
    const removeFailed = () => {
      if (this.#loaded === entry) this.#loaded = undefined
    }
    promise.then(store, removeFailed)
    return promise
  }

  async #load(): Promise<Rows> {
    const { request, records, id } = this.#lookup.list ?? undeclared(this.#lookup)
    const { client, signal } = this.#parts
    const accepts = hasList(records)
    const answer = await client.request(request, { lane: 'live', signal, accepts }).catch(rethrowAsConfig)
    return new Map(asArray(await records.evaluate(answer)).flatMap((row) => entryById(row, id)))
  }
}

/** Wraps the value: the batcher needs an answer other than undefined for each key. */
interface FetchedValue {
  readonly value: Json | undefined
}

/** Fetches from the store, else many keys at a time from the source, else one by one (merged contacts, say). */
function batchFetcher(lookup: LookupSpec, parts: LookupParts): (key: string) => Promise<Json | undefined> {
  const { store, clock } = parts
  const batcher = new Batcher<string, FetchedValue>({
    maxItems: 500,
    lingerMs: 20,
    clock,
    run: async (keys) => {
      const unique = [...new Set(keys)]
      const observed = { lookup: lookup.name, lane: 'backfill', keys: unique.length, count: countValues } as const
      const fetched = await observeLookup(observed, () => fetchMany(lookup, unique, parts))
      const at = clock.now()
      await store.writeCache(
        lookup.name,
        [...fetched].map(([key, value]) => ({ key, value, at })),
      )
      return keys.map((key) => ({ value: fetched.get(key) ?? undefined }))
    },
  })
  return async (key) => {
    const [stored] = await store.readCache(lookup.name, [key])
    if (stored !== undefined && ageOf(stored.at, clock.now()) <= HISTORY_TTL) return stored.value ?? undefined
    return (await batcher.add(key)).value
  }
}

const countValues = (fetched: ReadonlyMap<string, Json>) =>
  [...fetched.values()].filter((value) => value !== null).length

/** Null for a key that the source does not have. */
async function fetchMany(lookup: LookupSpec, keys: readonly string[], parts: LookupParts): Promise<Map<string, Json>> {
  const { request, records, id, size } = lookup.batch ?? undeclared(lookup)
  const { client, signal } = parts
  const fetched = new Map<string, Json>()
  for (let start = 0; start < keys.length; start += size) {
    const bindings = { ids: keys.slice(start, start + size) }
    const options = { bindings, lane: 'backfill', signal, accepts: hasList(records) } as const
    const answer = await client.request(request, options).catch(rethrowAsConfig)
    for (const row of asArray(await records.evaluate(answer)))
      for (const [key, value] of entryById(row, id)) fetched.set(key, value)
  }
  for (const key of keys)
    if (!fetched.has(key)) fetched.set(key, (await fetchOne(lookup, key, 'backfill', parts)) ?? null)
  return fetched
}

function fetchOneObserved(...[lookup, key, lane, parts]: Parameters<typeof fetchOne>): Promise<Json | undefined> {
  const observed = {
    lookup: lookup.name,
    lane,
    keys: 1,
    count: (value: Json | undefined) => (value === undefined ? 0 : 1),
  }
  return observeLookup(observed, () => fetchOne(lookup, key, lane, parts))
}

async function fetchOne(
  lookup: LookupSpec,
  key: string,
  lane: Lane,
  { client, signal }: LookupParts,
): Promise<Json | undefined> {
  const { request, value, id = lookup.batch?.id } = lookup.get ?? undeclared(lookup)
  const accepts = async (answer: Json) => {
    const resource = value === undefined ? answer : await value.evaluate(answer)
    // Refuses a resource with another id, whose event would go to another person, and one without any.
    return resource !== undefined && (id === undefined || entryById(resource, id)[0]?.[0] === key)
  }
  try {
    const answer = await client.request(request, { bindings: { key }, lane, signal, accepts })
    return value ? await value.evaluate(answer) : answer
  } catch (error) {
    // A deleted resource is normal. A failed request is not.
    if (error instanceof Fault && (error.details.status === 404 || error.details.status === 410)) return undefined
    throw error
  }
}

/** Accepts an answer with a list, empty or not: one without it would pass for an empty one. */
const hasList = (records: Expression) => async (answer: Json) => asList(await records.evaluate(answer)) !== undefined

/** No record is to blame when a whole list or batch is refused: an address or a permission is wrong. */
function rethrowAsConfig(error: unknown): never {
  if (!(error instanceof Fault) || error.kind !== 'data') throw error
  throw new Fault('config', error.code, error.message, error.details)
}

function undeclared(lookup: LookupSpec): never {
  throw new Fault('bug', 'bug/lookup', `lookup ${lookup.name} was used in a way that its spec does not declare`)
}

function entryById(row: Json, id: string): [string, Json][] {
  const key = asId((row as { readonly [name: string]: Json } | null)?.[id])
  return key === undefined ? [] : [[key, row]]
}

function getOrCreate<V>(map: Map<string, V>, key: string, create: () => V): V {
  const existing = map.get(key)
  if (existing !== undefined) return existing
  const created = create()
  map.set(key, created)
  return created
}
