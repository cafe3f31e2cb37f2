/** Further things a record needs: fetched once, remembered for a while, in few calls for history. */

import { Batcher } from '../lib/batcher.ts'
import { BoundedMap } from '../lib/bounded-map.ts'
import { asArray, asId } from '../lib/json.ts'
import { type MaybePromise, mapMaybe } from '../lib/maybe-promise.ts'
import { MonotonicClock } from '../lib/monotonic-clock.ts'
import { TtlCache } from '../lib/ttl-cache.ts'
import type { Clock } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import type { Json, Lane } from '../ports/types.ts'
import type { SourceClient } from '../source/client.ts'
import type { LookupSpec } from '../spec/spec.ts'

export interface Lookups {
  /** What the source has under this key, or undefined if it has nothing: at once, when it is remembered. Throws a `Fault` when it could not be asked. */
  find(lookup: LookupSpec, key: string, lane: Lane): MaybePromise<Json | undefined>
  /** What was found last under this key, however long ago. Asks nobody. */
  peek(lookup: LookupSpec, key: string): Json | undefined
  /** Drops what is remembered of one key: the source has told us that it changed. */
  invalidate(name: string, key: string): Promise<void>
}

export interface LookupParts {
  readonly client: SourceClient
  readonly store: Pick<Store, 'readCache' | 'writeCache' | 'deleteCache'>
  readonly clock: Clock
  /** Ends requests that nobody waits for any more. */
  readonly signal: AbortSignal
}

/** What history remembers of a contact is trusted for a day; a longer import asks again. */
export const HISTORY_AGE = 24 * 3_600_000
/** A key missing from a table is asked for again at most once in this time. */
const REFRESH = 60_000
/** Values for `peek`, of all lookups together. */
const MAX_RECENT = 2_000

export function createLookups(parts: LookupParts): Lookups {
  const tables = new Map<string, ReturnType<typeof table>>()
  const items = new Map<string, TtlCache>()
  const histories = new Map<string, TtlCache>()

  const tableOf = (lookup: LookupSpec) => getOr(tables, lookup.name, () => table(lookup, parts))
  const itemOf = (lookup: LookupSpec) =>
    getOr(items, lookup.name, () => {
      const fetch = (key: string, lane: Lane) => fetchOne(lookup, key, lane, parts)
      return new TtlCache({ ttl: lookup.ttl, clock: parts.clock, fetch })
    })
  const historyOf = (lookup: LookupSpec) =>
    getOr(histories, lookup.name, () => {
      return new TtlCache({ ttl: lookup.ttl, clock: parts.clock, fetch: history(lookup, parts) })
    })

  const recent = new BoundedMap<string, Json>(MAX_RECENT)
  return {
    find(lookup, key, lane) {
      const from = lane === 'backfill' && lookup.batch ? historyOf : itemOf
      return mapMaybe(lookup.list ? tableOf(lookup)(key) : from(lookup).find(key, lane), (value) => {
        const id = `${lookup.name} ${key}`
        if (value === undefined) recent.delete(id)
        else if (recent.get(id) !== value) recent.set(id, value)
        return value
      })
    },
    peek: ({ name }, key) => recent.get(`${name} ${key}`),
    async invalidate(name, key) {
      recent.delete(`${name} ${key}`)
      items.get(name)?.delete(key)
      histories.get(name)?.delete(key)
      await parts.store.deleteCache(name, [key])
    },
  }
}

/** A small collection, fetched whole. A key it lacks makes it ask again: the thing may be new. */
function table(lookup: LookupSpec, { client, clock, signal }: LookupParts) {
  const { request, records, id } = lookup.list ?? absent(lookup)
  type Rows = ReadonlyMap<string, Json>
  const time = new MonotonicClock(clock)
  let loaded: { readonly at: number; rows: MaybePromise<Rows> } | undefined

  async function load(): Promise<Rows> {
    const answer = await client.request(request, {}, 'live', signal).catch(blameConfig)
    const rows = asArray(await records.evaluate(answer))
    return new Map(rows.flatMap((row) => entryById(row, id)))
  }
  function fresh(age: number): MaybePromise<Rows> {
    const now = time.now()
    if (loaded !== undefined && now - loaded.at < age) return loaded.rows
    const rows = load()
    const mine: typeof loaded = { at: now, rows }
    loaded = mine
    const forget = () => {
      if (loaded === mine) loaded = undefined // a failure is not remembered
    }
    const keep = (all: Rows) => {
      mine.rows = all
    }
    rows.then(keep, forget)
    return rows
  }
  return (key: string): MaybePromise<Json | undefined> =>
    mapMaybe(fresh(lookup.ttl), (rows) => rows.get(key) ?? mapMaybe(fresh(REFRESH), (again) => again.get(key)))
}

/** Undefined inside an object: a batch must answer something for each item. */
interface Found {
  readonly value: Json | undefined
}

/** From the store, or many at a time from the source; one by one what no batch gave (merged things, say). */
function history(lookup: LookupSpec, parts: LookupParts): (key: string) => Promise<Json | undefined> {
  const { store, clock } = parts
  const batcher = new Batcher<string, Found>({
    maxItems: 500,
    lingerMs: 20,
    clock,
    run: async (wanted) => {
      const fetched = await fetchMany(lookup, [...new Set(wanted)], parts)
      const at = clock.now()
      await store.writeCache(
        lookup.name,
        [...fetched].map(([key, value]) => ({ key, value, at })),
      )
      return wanted.map((key) => ({ value: fetched.get(key) ?? undefined }))
    },
  })
  return async (key) => {
    const [known] = await store.readCache(lookup.name, [key])
    if (known !== undefined && known.at >= clock.now() - HISTORY_AGE) return known.value ?? undefined
    return (await batcher.add(key)).value
  }
}

/** Null for what the source does not have. */
async function fetchMany(lookup: LookupSpec, keys: readonly string[], parts: LookupParts): Promise<Map<string, Json>> {
  const { request, records, id, size } = lookup.batch ?? absent(lookup)
  const found = new Map<string, Json>()
  for (let start = 0; start < keys.length; start += size) {
    const chunk = keys.slice(start, start + size)
    const answer = await parts.client.request(request, { ids: chunk }, 'backfill', parts.signal).catch(blameConfig)
    for (const row of asArray(await records.evaluate(answer)))
      for (const [key, value] of entryById(row, id)) found.set(key, value)
  }
  for (const key of keys) if (!found.has(key)) found.set(key, (await fetchOne(lookup, key, 'backfill', parts)) ?? null)
  return found
}

async function fetchOne(lookup: LookupSpec, key: string, lane: Lane, parts: LookupParts): Promise<Json | undefined> {
  const { request, value } = lookup.get ?? absent(lookup)
  // Where we know how a thing says which it is, another one is not taken for it: it would be somebody else's event.
  const id = lookup.batch?.id
  const fits = (answer: Json) => id === undefined || entryById(answer, id)[0]?.[0] === key
  try {
    const answer = await parts.client.request(request, { key }, lane, parts.signal, fits)
    return value ? await value.evaluate(answer) : answer
  } catch (error) {
    // A missing child is normal: people delete things. What cannot be asked is another matter.
    if (error instanceof Fault && (error.details.status === 404 || error.details.status === 410)) return undefined
    throw error
  }
}

/** A whole collection, or a batch, that is refused is nobody's record's fault: an address or a permission is wrong. */
function blameConfig(error: unknown): never {
  if (!(error instanceof Fault) || error.kind !== 'data') throw error
  throw new Fault('config', error.code, error.message, error.details)
}

function absent(lookup: LookupSpec): never {
  throw new Fault('bug', 'bug/lookup', `lookup ${lookup.name} was used in a way its spec does not give`)
}

function entryById(row: Json, id: string): [string, Json][] {
  const key = asId((row as { readonly [name: string]: Json } | null)?.[id])
  return key === undefined ? [] : [[key, row]]
}

function getOr<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
