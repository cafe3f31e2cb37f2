/** The embedded store: one SQLite file, for one tenant or for many, shared by the processes of one machine. */
import type { Store } from '../../ports/store.ts'
import { createCore, type SqlStoreOptions, type SqlStores, storesOf } from '../sql/sql-store.ts'
import { TenantStore } from '../sql/tenant-store.ts'
import { DEFAULT_TENANT } from '../sql/tenants.ts'
import { openConnection, retryWhileBusy } from './open-connection.ts'
import { SqliteSql } from './sqlite-sql.ts'

export type SqliteOptions = SqlStoreOptions

/**
 * Opens the file, or creates it (mode 600) with its folder, and brings its tables up to date. It holds three file
 * descriptors, however many tenants there are. Throws a `config` fault when the file cannot be opened, is damaged, or has
 * a newer version.
 */
export async function sqliteStores(path: string, options: SqliteOptions): Promise<SqlStores> {
  return storesOf(await openCore(path, options))
}

/** The same with one tenant. Closing the store closes the file. */
export async function sqliteStore(path: string, options: SqliteOptions): Promise<Store> {
  const core = await openCore(path, options)
  return new TenantStore(core, DEFAULT_TENANT, () => core.close())
}

async function openCore(path: string, options: SqliteOptions) {
  const { clock } = options
  const db = await openConnection(path, clock)
  try {
    return await retryWhileBusy(() => createCore(new SqliteSql(db, clock), options), clock)
  } catch (error) {
    db.close()
    throw error
  }
}
