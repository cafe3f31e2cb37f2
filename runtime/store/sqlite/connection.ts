/** One open file, its prepared statements and its transactions. Errors leave it as faults. */
import { Fault } from '../../ports/fault.ts'
import type { Engine, Statement, Value } from './engine.ts'
import { storeFault } from './fault.ts'

export class Connection {
  readonly #engine: Engine
  /** By their text. Every statement is a constant of ours, so this stays small. */
  readonly #statements = new Map<string, Statement>()
  #open = true

  constructor(engine: Engine) {
    this.#engine = engine
  }

  get<Row>(sql: string, ...values: Value[]): Row | undefined {
    return this.#try(() => this.#statement(sql).get(...values) as Row | undefined)
  }

  all<Row>(sql: string, ...values: Value[]): Row[] {
    return this.#try(() => this.#statement(sql).all(...values) as Row[])
  }

  /** Returns how many rows changed, and the number of the last one inserted. */
  run(sql: string, ...values: Value[]): { changes: number; seq: number } {
    const { changes, lastInsertRowid } = this.#try(() => this.#statement(sql).run(...values))
    return { changes: Number(changes), seq: Number(lastInsertRowid) }
  }

  exec(sql: string): void {
    this.#try(() => this.#engine.exec(sql))
  }

  /** All or nothing. IMMEDIATE: a writer waits for another process here, and never has to give up half way. */
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

  /** One of the engines lets go of the file only once its statements are collected, so they are forgotten here. */
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
      // After some errors (a full disk) SQLite has rolled back by itself; the first error is the one to tell.
    }
  }

  #statement(sql: string): Statement {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#engine.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }

  #try<T>(work: () => T): T {
    if (!this.#open) throw new Fault('bug', 'store/closed', 'the store was used after it was closed')
    try {
      return work()
    } catch (error) {
      throw storeFault(error)
    }
  }
}
