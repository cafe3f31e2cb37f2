/** Values by name: checkpoints, cached lookups, and the keys of delivered events. */
import type { CacheEntry } from '../../ports/store.ts'
import type { Json } from '../../ports/types.ts'
import type { Connection } from './connection.ts'
import { toInteger } from './row-mapping.ts'

export function readCheckpoint(db: Connection, name: string): Json | undefined {
  const row = db.get<{ value: string }>('SELECT value FROM checkpoints WHERE name = ?', name)
  return row && (JSON.parse(row.value) as Json)
}

/** Writes a checkpoint, or removes it when its value is undefined. */
export function writeCheckpoint(db: Connection, { name, value }: { name: string; value: Json | undefined }): void {
  if (value === undefined) db.run('DELETE FROM checkpoints WHERE name = ?', name)
  else db.run('INSERT OR REPLACE INTO checkpoints (name, value) VALUES (?, ?)', name, JSON.stringify(value))
}

const CACHED = 'SELECT key, value, fetched_at FROM cache WHERE namespace = ? AND key = ?'

export function readCache(db: Connection, namespace: string, keys: readonly string[]): CacheEntry[] {
  return [...new Set(keys)].flatMap((key) => {
    const row = db.get<{ key: string; value: string; fetched_at: number }>(CACHED, namespace, key)
    return row === undefined ? [] : [{ key: row.key, value: JSON.parse(row.value) as Json, at: row.fetched_at }]
  })
}

export function writeCache(db: Connection, namespace: string, { key, value, at }: CacheEntry): void {
  // Null: the source is known to have no such record.
  const json = JSON.stringify(value ?? null)
  const sql = 'INSERT OR REPLACE INTO cache (namespace, key, value, fetched_at) VALUES (?, ?, ?, ?)'
  db.run(sql, namespace, key, json, toInteger(at))
}

export function deleteCache(db: Connection, namespace: string, keys?: readonly string[]): void {
  if (keys === undefined) db.run('DELETE FROM cache WHERE namespace = ?', namespace)
  else for (const key of keys) db.run('DELETE FROM cache WHERE namespace = ? AND key = ?', namespace, key)
}

// One parameter for any number of keys, so one prepared statement serves every call.
const DELIVERED = 'SELECT key FROM delivered_keys WHERE key IN (SELECT value FROM json_each(?))'

export function filterDelivered(db: Connection, keys: readonly string[]): Set<string> {
  const rows =
    keys.length === 1 // once for each delivered event: takes a quarter of the time
      ? db.all<{ key: string }>('SELECT key FROM delivered_keys WHERE key = ?', keys[0] ?? '')
      : db.all<{ key: string }>(DELIVERED, JSON.stringify(keys))
  return new Set(rows.map(({ key }) => key))
}
