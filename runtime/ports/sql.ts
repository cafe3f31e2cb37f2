/** The SQL database under a store: about five verbs, synchronous or asynchronous, in the dialect of SQLite or of PostgreSQL. */

/** Numbers are integers within 2^53. A driver that returns 64-bit integers as texts or bigints has to turn them into numbers. */
export type SqlValue = string | number | null

/** A synchronous driver returns the value itself: a transaction then runs to its end in one turn of the event loop. */
export type Awaitable<T> = T | Promise<T>

export type SqlDialect = 'sqlite' | 'postgres'

/** What a statement did. Of a driver for SQLite that knows it; otherwise the store asks by a further statement. */
export interface RunResult {
  /** The number of rows changed by this statement, without those changed by the actions of foreign keys. */
  readonly changes: number
  /** The rowid of the row that was inserted last. */
  readonly lastRowid: number
}

/** The values of many rows in one column: a parameter of the type `bigint[]` or `text[]`. */
export interface SqlColumn {
  readonly type: 'integer' | 'text'
  readonly values: readonly SqlValue[]
}

/** The statements of one connection, or of one transaction. */
export interface SqlStatements {
  /** Of a transaction: statements are sent without waiting for the answers to those before, all of which its end waits for. */
  readonly isPipelined?: boolean
  /** The first row, or undefined. Parameters are `?1`, `?2` …, in the dialect of PostgreSQL `$1`, `$2` … */
  get(statement: string, values: readonly SqlValue[]): Awaitable<unknown>
  all(statement: string, values: readonly SqlValue[]): Awaitable<readonly unknown[]>
  run(statement: string, values: readonly SqlValue[]): Awaitable<RunResult | undefined>
  /** In the dialect of PostgreSQL alone: `all` and `run` for many rows at once, each parameter a column of them. */
  allOfColumns?(statement: string, columns: readonly SqlColumn[]): Awaitable<readonly unknown[]>
  runOfColumns?(statement: string, columns: readonly SqlColumn[]): Awaitable<RunResult | undefined>
  /** Runs a script of several statements without parameters. */
  exec(script: string): Awaitable<void>
}

/**
 * A database, for `sqlStore`. Statements are constants of the store: a driver may keep them prepared, by their text.
 *
 * Errors: throw a `Fault`. A `transient` one (`store/busy`, `store/io`) makes the store's callers try again later, any
 * other stops them. Faults with the code `store/busy` promise that nothing was written: the store repeats the transaction.
 */
export interface Sql extends SqlStatements {
  readonly dialect: SqlDialect
  /**
   * Runs `work` in a transaction and commits it, or rolls back if it throws. Resolves once the commit is durable. A
   * synchronous driver has to take the lock for writing at the start (`BEGIN IMMEDIATE`).
   */
  transaction<T>(work: (statements: SqlStatements) => Awaitable<T>): Awaitable<T>
  /**
   * Calls `listener` after another process may have changed the tables, within a few seconds: with the tenants' numbers
   * where it knows them. Returns the function that stops it. Absent: the database is this process's alone.
   */
  watch?(listener: (tenants?: readonly number[]) => void): () => void
  /** Tells the watchers of all processes, soon, that these tenants have new records. Absent: `watch` finds out by itself. */
  notify?(tenants: readonly number[]): void
  close(): Awaitable<void>
}
