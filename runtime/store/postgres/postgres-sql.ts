/** A PostgreSQL schema as the database of stores. */
import type { Clock } from '../../ports/effects.ts'
import type { Awaitable, Sql, SqlColumn, SqlStatements, SqlValue } from '../../ports/sql.ts'
import { ConnectionPool } from './connections.ts'
import type { Driver } from './driver.ts'
import { EarlyStatistics } from './early-statistics.ts'
import { NotificationStream } from './listener.ts'
import { NoticeBatch } from './notice-batch.ts'
import type { PostgresSettings } from './settings.ts'

export class PostgresSql implements Sql {
  readonly dialect = 'postgres'
  readonly #pool: ConnectionPool
  readonly #stream: NotificationStream
  readonly #notices: NoticeBatch

  constructor(driver: Driver, settings: PostgresSettings, clock: Clock) {
    this.#pool = new ConnectionPool(driver, settings, (rows) => statistics.add(rows))
    const statistics = new EarlyStatistics(this.#pool)
    // Schemas of one database do not hear each other.
    const channel = `connector_${settings.schema}`
    this.#stream = new NotificationStream({ driver, settings, clock, channel })
    this.#notices = new NoticeBatch({ pool: this.#pool, clock, channel })
  }

  get(statement: string, values: readonly SqlValue[]): Promise<unknown> {
    return this.#pool.get(statement, values)
  }

  all(statement: string, values: readonly SqlValue[]): Promise<readonly unknown[]> {
    return this.#pool.all(statement, values)
  }

  run(statement: string, values: readonly SqlValue[]): Promise<undefined> {
    return this.#pool.run(statement, values)
  }

  allOfColumns(statement: string, columns: readonly SqlColumn[]): Promise<readonly unknown[]> {
    return this.#pool.allOfColumns(statement, columns)
  }

  runOfColumns(statement: string, columns: readonly SqlColumn[]): Promise<undefined> {
    return this.#pool.runOfColumns(statement, columns)
  }

  exec(script: string): Promise<void> {
    return this.#pool.exec(script)
  }

  transaction<T>(work: (statements: SqlStatements) => Awaitable<T>): Promise<T> {
    return this.#pool.transaction(work)
  }

  notify(tenants: readonly number[]): void {
    this.#notices.add(tenants)
  }

  watch(listener: (tenants?: readonly number[]) => void): () => void {
    return this.#stream.listen((payload) => {
      if (payload === undefined || payload === '') listener()
      else listener(payload.split(',').map(Number))
    })
  }

  async close(): Promise<void> {
    await this.#notices.close()
    await this.#stream.close()
    await this.#pool.close()
  }
}
