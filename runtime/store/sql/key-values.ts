/** Values by name: checkpoints, and cached lookups. */
import type { CacheEntry } from '../../ports/store.ts'
import type { Json } from '../../ports/types.ts'
import { toInteger } from './row-mapping.ts'
import { statement, statementOfRows } from './statement.ts'
import { get, getEach, run, runEach, type Steps } from './steps.ts'

const CHECKPOINT = statement('SELECT value FROM checkpoints WHERE tenant = ?1 AND name = ?2')

export function* readCheckpoint(tenant: number, name: string): Steps<Json | undefined> {
  const row = yield* get<{ value: string }>(CHECKPOINT, tenant, name)
  return row && (JSON.parse(row.value) as Json)
}

export interface CheckpointChange {
  readonly name: string
  /** Undefined removes it. */
  readonly value: Json | undefined
}

const WRITE_CHECKPOINT = statementOfRows(
  { tenant: 'integer', name: 'text', value: 'text' },
  `INSERT INTO checkpoints (tenant, name, value) {ROW :tenant, :name, :value}
  ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value`,
)
const DELETE_CHECKPOINT = statementOfRows(
  { tenant: 'integer', name: 'text' },
  'DELETE FROM checkpoints {USING} WHERE tenant = :tenant AND name = :name',
)

/** The last change of a name holds. */
export function* writeCheckpoints(tenant: number, changes: readonly CheckpointChange[]): Steps<void> {
  const last = [...new Map(changes.map(({ name, value }) => [name, value]))]
  yield* runEach(
    DELETE_CHECKPOINT,
    last.flatMap(([name, value]) => (value === undefined ? [[tenant, name]] : [])),
  )
  yield* runEach(
    WRITE_CHECKPOINT,
    last.flatMap(([name, value]) => (value === undefined ? [] : [[tenant, name, JSON.stringify(value)]])),
  )
}

export interface CheckpointSwap {
  readonly name: string
  readonly from: string | undefined
  readonly to: string | undefined
}

/** Writes `to` if the value is `from`. Returns whether it was. */
export function* swapCheckpoint(tenant: number, { name, from, to }: CheckpointSwap): Steps<boolean> {
  const matches = (yield* readCheckpoint(tenant, name)) === from
  if (matches) yield* writeCheckpoints(tenant, [{ name, value: to }])
  return matches
}

const CACHE_KEY = { tenant: 'integer', namespace: 'text', key: 'text' } as const
const CACHED = statementOfRows(
  CACHE_KEY,
  'SELECT key, value, fetched_at FROM cache{,} WHERE tenant = :tenant AND namespace = :namespace AND key = :key',
)

interface CacheRow {
  readonly key: string
  readonly value: string
  readonly fetched_at: number
}

export function* readCache(tenant: number, namespace: string, keys: readonly string[]): Steps<readonly CacheEntry[]> {
  const rows = yield* getEach<CacheRow>(
    CACHED,
    [...new Set(keys)].map((key) => [tenant, namespace, key]),
  )
  return rows.map(({ key, value, fetched_at: at }) => ({ key, value: JSON.parse(value) as Json, at }))
}

const WRITE_CACHE = statementOfRows(
  { ...CACHE_KEY, value: 'text', fetched_at: 'integer' },
  `INSERT INTO cache (tenant, namespace, key, value, fetched_at) {ROW :tenant, :namespace, :key, :value, :fetched_at}
  ON CONFLICT (tenant, namespace, key) DO UPDATE SET value = excluded.value, fetched_at = excluded.fetched_at`,
)

export function writeCache(tenant: number, namespace: string, entries: readonly CacheEntry[]): Steps<void> {
  const last = new Map(entries.map((entry) => [entry.key, entry]))
  return runEach(
    WRITE_CACHE,
    // Null: the source is known to have no such record.
    [...last.values()].map(({ key, value, at }) => [
      tenant,
      namespace,
      key,
      JSON.stringify(value ?? null),
      toInteger(at),
    ]),
  )
}

const DELETE_CACHED = statementOfRows(
  CACHE_KEY,
  'DELETE FROM cache {USING} WHERE tenant = :tenant AND namespace = :namespace AND key = :key',
)
const DELETE_NAMESPACE = statement('DELETE FROM cache WHERE tenant = ?1 AND namespace = ?2')
const PRUNE_CACHE = statement('DELETE FROM cache WHERE tenant = ?1 AND fetched_at < ?2')

export function deleteCache(tenant: number, namespace: string, keys?: readonly string[]): Steps<void> {
  if (keys === undefined) return run(DELETE_NAMESPACE, tenant, namespace)
  return runEach(
    DELETE_CACHED,
    keys.map((key) => [tenant, namespace, key]),
  )
}

export const pruneCache = (tenant: number, before: number): Steps<void> => run(PRUNE_CACHE, tenant, before)
