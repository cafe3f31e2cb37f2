/** One open file: its prepared statements and its transactions. Throws all errors as faults. */
import { Fault } from '../../ports/fault.ts'
import type { RunResult, SqlValue } from '../../ports/sql.ts'
import { type Engine, type Statement, storeFault } from './engine.ts'

export class Connection {
  readonly #engine: Engine
  /** By SQL text. Every statement is a constant of this program, so the map stays small. */
  readonly #statements = new Map<string, Statement>()
  #open = true

  constructor(engine: Engine) {
    this.#engine = engine
  }

  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    try {
      return this.#statement(sql).get(...values) as Row | undefined
    } catch (error) {
      throw storeFault(error)
    }
  }

  all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    try {
      return this.#statement(sql).all(...values) as Row[]
    } catch (error) {
      throw storeFault(error)
    }
  }

  run(sql: string, ...values: SqlValue[]): RunResult {
    try {
      const { changes, lastInsertRowid } = this.#statement(sql).run(...values)
      return { changes: Number(changes), lastRowid: Number(lastInsertRowid) }
    } catch (error) {
      throw storeFault(error)
    }
  }

  exec(sql: string): void {
    this.#assertOpen()
    try {
      this.#engine.exec(sql)
    } catch (error) {
      throw storeFault(error)
    }
  }

  /** Runs `work` in a transaction. IMMEDIATE: a writer waits for other processes here, and never fails half way. */
  transaction<T>(work: () => T): T {
    this.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.exec('COMMIT')
      return result
    } catch (error) {
      this.#rollBack()
      throw error
    }
  }

  /** Drops the statements, too: the packaged engine releases the file only once they are garbage-collected. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    this.#statements.clear()
    this.#engine.close()
  }

  #rollBack(): void {
    try {
      this.#engine.exec('ROLLBACK')
    } catch {
      // After some errors (a full disk) SQLite has rolled back already; the first error is the one to report.
    }
  }

  #statement(sql: string): Statement {
    this.#assertOpen()
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#engine.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }

  #assertOpen(): void {
    if (!this.#open) throw new Fault('bug', 'store/closed', 'the store was used after it was closed')
  }
}
