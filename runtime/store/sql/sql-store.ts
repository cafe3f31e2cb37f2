/** Stores on a SQL database: one for each tenant, with a tenant in every key. */
import type { Clock, ProcessIdentity } from '../../ports/effects.ts'
import type { Sql } from '../../ports/sql.ts'
import type { Stores } from '../../ports/stores.ts'
import type { TenantClaims } from '../../ports/tenant-claims.ts'
import { systemSelf } from '../../system.ts'
import { SqlCore } from './sql-core.ts'
import { SQLITE_TABLES } from './sqlite-tables.ts'
import { statement } from './statement.ts'
import { exec, get, run, type Steps, transact } from './steps.ts'
import { TenantStore } from './tenant-store.ts'

/** Stores that also know who works on which tenant. */
export interface SqlStores extends Stores {
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

/** The version of the tables: a later program can bring them up to date. */
const VERSION = 1

async function createTables(sql: Sql): Promise<void> {
  await sql.exec('CREATE TABLE IF NOT EXISTS table_version (version INTEGER NOT NULL)')
  await transact(sql, createMissing())
}

const READ_VERSION = statement('SELECT version FROM table_version')
const WRITE_VERSION = statement('INSERT INTO table_version (version) VALUES (?1)')

function* createMissing(): Steps<void> {
  if ((yield* get(READ_VERSION)) !== undefined) return
  yield* exec(SQLITE_TABLES)
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
    list: () => core.listTenants(),
    delete: (tenant) => core.deleteTenant(tenant),
    claims: (options = {}) => core.claims(options.claimMs),
    close: () => core.close(),
  }
}
