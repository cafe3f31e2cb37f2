/** A SQLite file as the database of stores: synchronous, so that a transaction runs in one turn of the event loop. */
import type { Clock } from '../../ports/effects.ts'
import type { RunResult, Sql, SqlStatements, SqlValue } from '../../ports/sql.ts'
import type { Connection } from './connection.ts'

/** How often a process that waits looks for writes of others: one number of the file, which is in memory. Milliseconds. */
const LOOK_EVERY = 1_000

export class SqliteSql implements Sql {
  readonly dialect = 'sqlite'
  readonly #db: Connection
  readonly #clock: Clock

  constructor(db: Connection, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  get(statement: string, values: readonly SqlValue[]): unknown {
    return this.#db.get(statement, ...values)
  }

  all(statement: string, values: readonly SqlValue[]): readonly unknown[] {
    return this.#db.all(statement, ...values)
  }

  run(statement: string, values: readonly SqlValue[]): RunResult {
    return this.#db.run(statement, ...values)
  }

  exec(script: string): void {
    this.#db.exec(script)
  }

  transaction<T>(work: (statements: SqlStatements) => T): T {
    return this.#db.transaction(() => work(this))
  }

  watch(listener: () => void): () => void {
    const stopped = new AbortController()
    void this.#watch(listener, stopped.signal)
    return () => stopped.abort()
  }

  async #watch(listener: () => void, signal: AbortSignal): Promise<void> {
    for (let known = this.#version(); !signal.aborted; ) {
      await this.#clock.sleep(LOOK_EVERY, signal)
      if (signal.aborted) return
      const version = this.#version()
      if (version !== known) listener()
      known = version
    }
  }

  /** Changes whenever another connection has committed (https://sqlite.org/pragma.html#pragma_data_version). */
  #version(): number | undefined {
    try {
      return this.#db.get<{ data_version: number }>('PRAGMA data_version')?.data_version
    } catch {
      return undefined
    }
  }

  close(): void {
    try {
      // Moves the log into the file: a copy of the file alone is then the whole store.
      this.#db.get('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // A full disk, say: the next process reads the log.
    } finally {
      this.#db.close()
    }
  }
}
