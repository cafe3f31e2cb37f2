/** Stores on a SQL database: one for each tenant, with a tenant in every key. */
import type { Clock, ProcessIdentity } from '../../ports/effects.ts'
import type { Sql } from '../../ports/sql.ts'
import type { Stores } from '../../ports/stores.ts'
import type { TenantClaims } from '../../ports/tenant-claims.ts'
import type { TenantSearch } from '../../ports/tenant-search.ts'
import { systemSelf } from '../../system.ts'
import { findTenants } from './find-tenants.ts'
import { SqlCore } from './sql-core.ts'
import { SQLITE_STEPS, SQLITE_TABLES } from './sqlite-tables.ts'
import { statement } from './statement.ts'
import { exec, get, run, type Steps, transact } from './steps.ts'
import { TenantStore } from './tenant-store.ts'
import { listTenants } from './tenants.ts'

/** Stores that also know who works on which tenant, and find tenants for the console. */
export interface SqlStores extends Stores, TenantSearch {
  /**
   * For `runTenants`: the claims of this process among all that share the database. `claimMs`: how long a claim holds
   * without being renewed, the same in all processes. Default: 20,000.
   */
  claims(options?: { readonly claimMs?: number }): TenantClaims
}

export interface SqlStoreOptions {
  readonly clock: Clock
  /** This process. Leases of processes that it knows to have exited are free at once. Default: `systemSelf`. */
  readonly self?: ProcessIdentity
}

/**
 * The stores on a database. In the dialect of SQLite it creates the tables in an empty database; those of PostgreSQL come
 * from the store of `./store/postgres`. Closing the stores closes the database.
 */
export async function sqlStore(sql: Sql, options: SqlStoreOptions): Promise<SqlStores> {
  if (sql.dialect === 'sqlite') await createTables(sql)
  return storesOf(await createCore(sql, options))
}

/** The version of the tables. */
const VERSION = 1 + SQLITE_STEPS.length

async function createTables(sql: Sql): Promise<void> {
  await sql.exec('CREATE TABLE IF NOT EXISTS table_version (version INTEGER NOT NULL)')
  await transact(sql, createOrUpdate())
}

const READ_VERSION = statement('SELECT version FROM table_version')
const CLEAR_VERSION = statement('DELETE FROM table_version')
const WRITE_VERSION = statement('INSERT INTO table_version (version) VALUES (?1)')

function* createOrUpdate(): Steps<void> {
  const version = (yield* get<{ version: number }>(READ_VERSION))?.version
  if (version === VERSION) return
  if (version === undefined) yield* exec(SQLITE_TABLES)
  else for (const step of SQLITE_STEPS.slice(version - 1)) yield* exec(step)
  yield* run(CLEAR_VERSION)
  yield* run(WRITE_VERSION, VERSION)
}

/** Adds this process to those that use the database. */
export async function createCore(sql: Sql, options: SqlStoreOptions): Promise<SqlCore> {
  const { clock, self = systemSelf } = options
  const core = new SqlCore(sql, { clock, self })
  await core.register()
  return core
}

export function storesOf(core: SqlCore): SqlStores {
  return {
    of: (tenant) => new TenantStore(core, tenant, async () => core.endWaits(tenant)),
    list: () => core.readAll(listTenants()),
    findTenants: (query) => core.readAll(findTenants(query, core.clock.now())),
    delete: (tenant) => core.deleteTenant(tenant),
    claims: (options = {}) => core.claims(options.claimMs),
    close: () => core.close(),
  }
}
