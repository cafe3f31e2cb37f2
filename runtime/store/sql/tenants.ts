/** The tenants of a database: their names, and the numbers by which the tables know them. */

import { statement } from './statement.ts'
import { all, get, run, type Steps } from './steps.ts'

/** The tenant of a store for one, and of files that were written before there were several. */
export const DEFAULT_TENANT = ''

const FIND = statement('SELECT number FROM tenants WHERE name = ?1')
const ADD = statement('INSERT INTO tenants (name) VALUES (?1) ON CONFLICT (name) DO NOTHING')
const LIST = statement('SELECT name FROM tenants ORDER BY name')
const REMOVE = statement('DELETE FROM tenants WHERE number = ?1')

export function* findTenant(name: string): Steps<number | undefined> {
  return (yield* get<{ number: number }>(FIND, name))?.number
}

/** The number of a tenant, which is added if it is new. */
export function* addTenant(name: string): Steps<number> {
  const known = yield* findTenant(name)
  if (known !== undefined) return known
  yield* run(ADD, name)
  return (yield* findTenant(name)) ?? -1
}

export function* listTenants(): Steps<readonly string[]> {
  const rows = yield* all<{ name: string }>(LIST)
  return rows.map(({ name }) => name)
}

/** Names the advisory locks among those of other programs. */
const LOCK_CLASS = 711_204

/** In PostgreSQL, has the writers of a tenant take turns, as SQLite has all writers. Call it before anything is read. */
const LOCK = statement(({ integers }, dialect) =>
  dialect === 'sqlite'
    ? ''
    : `SELECT pg_advisory_xact_lock(${LOCK_CLASS}, number::int) FROM ${integers('?1')} AS t(number)`,
)

export function* lockTenants(tenants: Iterable<number>): Steps<void> {
  const sorted = [...new Set(tenants)].sort((a, b) => a - b)
  yield* run(LOCK, JSON.stringify(sorted))
}

/** Rows that one transaction removes: a webhook may have to wait behind it. */
const PAGE_SIZE = 2_000

// Each record is in an index of its tenant: settled, queued, waiting for a contact, cut off, or being checked.
const RECORDS = [
  'settled_at IS NOT NULL',
  'queue_head IS NOT NULL',
  "queue_head IS NULL AND status = 'deferred' AND cut_offs = 0",
  'cut_offs > 0',
  'lease IS NOT NULL',
].map((condition) => `SELECT seq FROM records WHERE tenant = ?1 AND ${condition}`)
// The rows of a record in other tables go with it.
const DELETE_LARGE = [
  ['records', 'seq', RECORDS.join(' UNION ALL ')],
  ['delivered_keys', 'key', 'SELECT key FROM delivered_keys WHERE tenant = ?1'],
  ['contacts', 'contact', 'SELECT contact FROM contacts WHERE tenant = ?1'],
].map(([table, key, rows]) =>
  statement(`
  DELETE FROM ${table} WHERE tenant = ?1 AND ${key} IN (${rows} LIMIT ${PAGE_SIZE}) RETURNING 1 AS removed`),
)
const SMALL = [
  'tallies',
  'event_kinds',
  'hourly_counts',
  'daily_counts',
  'delivered_days',
  'sends',
  'checkpoints',
  'cache',
]
const DELETE_SMALL = SMALL.map((table) => statement(`DELETE FROM ${table} WHERE tenant = ?1`))

/** Removes a page of the tenant's rows. Returns whether it was the last: then the tenant itself is gone, too. */
export function* deleteTenantPage(tenant: number): Steps<boolean> {
  for (const each of DELETE_LARGE) if ((yield* all(each, tenant)).length > 0) return false
  for (const each of DELETE_SMALL) yield* run(each, tenant)
  yield* run(REMOVE, tenant)
  return true
}
