/** A pool of connections: prepared statements, transactions, and timeouts, so that no lost connection holds a lock for long. */
import type { Writable } from 'node:stream'
import type pg from 'pg'
import { Fault } from '../../ports/fault.ts'
import type { Awaitable, SqlColumn, SqlStatements, SqlValue } from '../../ports/sql.ts'
import { type Driver, numbersOf } from './driver.ts'
import { breaksConnection, poolFault, postgresFault } from './faults.ts'
import { encodeArray, storable } from './parameters.ts'
import type { PostgresSettings } from './settings.ts'

/** Milliseconds to wait for a connection: shorter than a source waits for the answer to its webhook. */
const CONNECT_TIMEOUT = 4_000
/** The server ends a transaction that its client has left: until then it holds the locks of its tenants. Milliseconds. */
const IDLE_IN_TRANSACTION_TIMEOUT = 10_000
/** How much longer than the server this process waits for a statement: the network may have lost both. Milliseconds. */
const ANSWER_MARGIN = 2_000

/**
 * Statements are planned once for each connection, often when the tables are empty: a plan that reads them whole would
 * stay. Every statement is written for its indexes, row by row, as SQLite runs them.
 */
const PLANS = [
  'jit=off',
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'enable_bitmapscan=off',
]

export type ConnectionSettings = Omit<PostgresSettings, 'poolSize'>

/** The options of each connection. It finds its tables by the search path. */
export function clientOptions(driver: Driver, settings: ConnectionSettings): pg.ClientConfig {
  const { connectionString, schema, statementTimeout } = settings
  return {
    connectionString,
    types: numbersOf(driver),
    application_name: 'connector',
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    query_timeout: statementTimeout + ANSWER_MARGIN,
    statement_timeout: statementTimeout,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT,
    options: [`search_path=${schema}`, ...PLANS].map((setting) => `-c ${setting}`).join(' '),
  }
}

/** Has the driver send statements without waiting for the answers to those before; one that cannot (before 8.22) waits. */
const pipelined = (options: pg.ClientConfig): pg.ClientConfig => Object.assign(options, { pipeline: true })

type RowListener = (rows: number) => void

export class ConnectionPool implements SqlStatements {
  readonly #pool: pg.Pool
  readonly #names = new Map<string, string>()
  readonly #onRows: RowListener
  #closed = false

  /** `onRows` is called with the number of rows of each statement for many of them. */
  constructor(driver: Driver, settings: PostgresSettings, onRows: RowListener) {
    this.#onRows = onRows
    this.#pool = new driver.Pool({ ...pipelined(clientOptions(driver, settings)), max: settings.poolSize, min: 0 })
    // An idle connection that the server ends: the pool has dropped it, and the next call opens another.
    this.#pool.on('error', () => undefined)
    // One in use: its statements fail, too, and say it to their callers.
    this.#pool.on('connect', (client) => client.on('error', () => undefined))
  }

  get(statement: string, values: readonly SqlValue[]): Promise<unknown> {
    return this.#once((one) => one.get(statement, values))
  }

  all(statement: string, values: readonly SqlValue[]): Promise<readonly unknown[]> {
    return this.#once((one) => one.all(statement, values))
  }

  run(statement: string, values: readonly SqlValue[]): Promise<undefined> {
    return this.#once((one) => one.run(statement, values))
  }

  allOfColumns(statement: string, columns: readonly SqlColumn[]): Promise<readonly unknown[]> {
    return this.#once((one) => one.allOfColumns(statement, columns))
  }

  runOfColumns(statement: string, columns: readonly SqlColumn[]): Promise<undefined> {
    return this.#once((one) => one.runOfColumns(statement, columns))
  }

  exec(script: string): Promise<void> {
    return this.#once((one) => one.exec(script))
  }

  /**
   * Commits, or rolls back if the work throws. Statements are sent without waiting for those before them, as are the begin
   * and the commit: the first that fails makes the commit a rollback. Work that waits for no answer takes one round trip.
   */
  transaction<T>(work: (statements: SqlStatements) => Awaitable<T>): Promise<T> {
    return this.#once(async (one) => {
      const statements = one.pipelined()
      void statements.run('BEGIN', [])
      try {
        const working = work(statements)
        const result = working instanceof Promise ? await working : working
        void statements.run('COMMIT', [])
        await statements.settled()
        return result
      } catch (error) {
        if (!breaksConnection(error)) void statements.run('ROLLBACK', [])
        await statements.settled().catch(() => undefined)
        throw error
      }
    })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#pool.end().catch(() => undefined)
  }

  async #once<T>(work: (statements: ClientStatements) => Promise<T>): Promise<T> {
    if (this.#closed) throw new Fault('bug', 'store/closed', 'the store was used after it was closed')
    const client = await this.#connect()
    let broken = false
    try {
      return await work(new ClientStatements(client, this.#names, this.#onRows))
    } catch (error) {
      broken = breaksConnection(error)
      throw postgresFault(error)
    } finally {
      client.release(broken)
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect()
    } catch (error) {
      // The driver says the same whether no connection is free or none can be opened.
      const { totalCount, options } = this.#pool as pg.Pool & { readonly options: { readonly max: number } }
      throw totalCount >= options.max ? poolFault(error) : postgresFault(error)
    }
  }
}

/** Not documented by the driver, which uses it in the same way. */
type ClientOnStream = pg.ClientBase & { readonly connection?: { readonly stream?: Writable } }

/** The statements of one connection, each prepared on first use. */
class ClientStatements implements SqlStatements {
  readonly #client: pg.ClientBase
  readonly #names: Map<string, string>
  readonly #onRows: RowListener
  #isGathering = false

  constructor(client: pg.ClientBase, names: Map<string, string>, onRows: RowListener) {
    this.#client = client
    this.#onRows = onRows
    this.#names = names
  }

  async get(statement: string, values: readonly SqlValue[]): Promise<unknown> {
    return (await this.all(statement, values))[0]
  }

  all(text: string, values: readonly SqlValue[]): Promise<readonly unknown[]> {
    return this.#query(text, values.map(storable))
  }

  async run(statement: string, values: readonly SqlValue[]): Promise<undefined> {
    await this.all(statement, values)
  }

  allOfColumns(text: string, columns: readonly SqlColumn[]): Promise<readonly unknown[]> {
    this.#onRows(columns[0]?.values.length ?? 0)
    return this.#query(text, columns.map(encodeArray))
  }

  async runOfColumns(text: string, columns: readonly SqlColumn[]): Promise<undefined> {
    await this.allOfColumns(text, columns)
  }

  async #query(text: string, values: (SqlValue | Buffer)[]): Promise<readonly unknown[]> {
    this.#gather()
    try {
      return (await this.#client.query({ name: this.#nameOf(text), text, values })).rows
    } catch (error) {
      throw postgresFault(error)
    }
  }

  async exec(script: string): Promise<void> {
    try {
      await this.#client.query(script)
    } catch (error) {
      throw postgresFault(error)
    }
  }

  /** What is sent in one turn of the event loop goes to the server by one write. */
  #gather(): void {
    const stream = this.#isGathering ? undefined : (this.#client as ClientOnStream).connection?.stream
    if (stream === undefined) return
    this.#isGathering = true
    stream.cork()
    process.nextTick(() => {
      this.#isGathering = false
      stream.uncork()
    })
  }

  pipelined(): PipelinedStatements {
    return new PipelinedStatements(this)
  }

  #nameOf(text: string): string {
    let name = this.#names.get(text)
    if (name === undefined) {
      name = `s${this.#names.size}`
      this.#names.set(text, name)
    }
    return name
  }
}

/** The statements of a transaction. A failure shows at the next answer, too, and at the end. */
class PipelinedStatements implements SqlStatements {
  readonly isPipelined = true
  readonly #statements: ClientStatements
  readonly #running = new Set<Promise<unknown>>()
  /** Those after it only say that the transaction is aborted. */
  #failure: { readonly error: unknown } | undefined

  constructor(statements: ClientStatements) {
    this.#statements = statements
  }

  get(statement: string, values: readonly SqlValue[]): Promise<unknown> {
    return this.#answer(this.#statements.get(statement, values))
  }

  all(statement: string, values: readonly SqlValue[]): Promise<readonly unknown[]> {
    return this.#answer(this.#statements.all(statement, values))
  }

  run(statement: string, values: readonly SqlValue[]): undefined {
    void this.#answer(this.#statements.run(statement, values))
  }

  allOfColumns(statement: string, columns: readonly SqlColumn[]): Promise<readonly unknown[]> {
    return this.#answer(this.#statements.allOfColumns(statement, columns))
  }

  runOfColumns(statement: string, columns: readonly SqlColumn[]): undefined {
    void this.#answer(this.#statements.runOfColumns(statement, columns))
  }

  exec(script: string): Promise<void> {
    return this.#answer(this.#statements.exec(script))
  }

  /** Resolves when all have been answered. Rejects if one of them failed. */
  async settled(): Promise<void> {
    await Promise.all(this.#running)
    if (this.#failure) throw this.#failure.error
  }

  #answer<T>(answer: Promise<T>): Promise<T> {
    const noted = answer.catch((error: unknown) => {
      this.#failure ??= { error }
      throw this.#failure.error
    })
    const ended = noted.then(
      () => void this.#running.delete(ended),
      () => void this.#running.delete(ended),
    )
    this.#running.add(ended)
    return noted
  }
}
