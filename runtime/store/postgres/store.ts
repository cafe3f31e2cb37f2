/** Stores in PostgreSQL: for many tenants, and for many machines. */
import type { Clock } from '../../ports/effects.ts'
import type { Store } from '../../ports/store.ts'
import { systemClock } from '../../system.ts'
import { createCore, type SqlStoreOptions, type SqlStores, storesOf } from '../sql/sql-store.ts'
import { TenantStore } from '../sql/tenant-store.ts'
import { DEFAULT_TENANT } from '../sql/tenants.ts'
import { DatabaseClock, SteadyClock } from './database-clock.ts'
import { loadDriver } from './driver.ts'
import { migrate } from './migrate.ts'
import { PostgresSql } from './postgres-sql.ts'
import { parsePostgresUrl } from './settings.ts'

export interface PostgresOptions extends Partial<SqlStoreOptions> {
  /**
   * The time of leases and due times. Default: that of the database, since the clocks of machines differ.
   */
  readonly clock?: Clock
}

/**
 * Opens the stores of a schema, which is created if there is none, and brings its tables up to date. Any number of
 * processes on any machines may share it.
 *
 * `url`: `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with the driver's parameters (`sslmode=verify-full`) and ours:
 * `schema` (default `connector`), `pool` (connections of this process, default 10), `statement_timeout` (milliseconds,
 * default 20,000). Needs the package `pg`. Throws a `Fault` that says who has to act.
 */
export async function postgresStores(url: string, options: PostgresOptions = {}): Promise<SqlStores> {
  return storesOf(await openCore(url, options))
}

/** The store of one tenant, the one with the empty name. Closing it closes the connections. */
export async function postgresStore(url: string, options: PostgresOptions = {}): Promise<Store> {
  const core = await openCore(url, options)
  return new TenantStore(core, DEFAULT_TENANT, () => core.close())
}

async function openCore(url: string, { clock, ...rest }: PostgresOptions) {
  const settings = parsePostgresUrl(url)
  const sql = new PostgresSql(await loadDriver(), settings, systemClock)
  try {
    await migrate(sql, settings.schema)
    return await createCore(sql, { ...rest, clock: clock ? new SteadyClock(clock) : await databaseClock(sql) })
  } catch (error) {
    await sql.close()
    throw error
  }
}

async function databaseClock(sql: PostgresSql): Promise<DatabaseClock> {
  const clock = new DatabaseClock(sql, systemClock)
  await clock.measure()
  return clock
}
