/**
 * The store's logic as generators of database calls, written once and run in either way: against a synchronous driver to
 * the end in one turn of the event loop, against an asynchronous one with a promise for each call.
 */
import { mapMaybe } from '../../lib/maybe-promise.ts'
import type { Awaitable, RunResult, Sql, SqlDialect, SqlStatements, SqlValue } from '../../ports/sql.ts'
import { columnsOf, type Statement, type StatementOfRows } from './statement.ts'

/** Calls the database; `yield*` gives its answer. */
type Call = (statements: SqlStatements, dialect: SqlDialect) => Awaitable<unknown>

/** Logic of the store that returns `T`. Combine it by `yield*`. */
export type Steps<T> = Generator<Call, T, unknown>

/** For the few places in which more than the words of a statement differ. */
export function* dialectInUse(): Steps<SqlDialect> {
  return (yield (_, dialect) => dialect) as SqlDialect
}

/** The first row, or undefined. */
export function* get<Row>(statement: Statement, ...values: SqlValue[]): Steps<Row | undefined> {
  return (yield (sql, dialect) => sql.get(statement[dialect], values)) as Row | undefined
}

export function* all<Row>(statement: Statement, ...values: SqlValue[]): Steps<readonly Row[]> {
  return (yield (sql, dialect) => sql.all(statement[dialect], values)) as readonly Row[]
}

/** A statement that gives rows, with its values. */
export interface RowQuery {
  readonly statement: Statement
  readonly values: readonly SqlValue[]
}

/** The rows of several statements, in PostgreSQL by one round trip. */
export function* allAtOnce(queries: readonly RowQuery[]): Steps<readonly (readonly unknown[])[]> {
  if ((yield* dialectInUse()) === 'postgres')
    return (yield (sql) =>
      Promise.all(
        queries.map(({ statement, values }) => sql.all(statement.postgres, values)),
      )) as readonly (readonly unknown[])[]
  const found: (readonly unknown[])[] = []
  for (const { statement, values } of queries) found.push(yield* all(statement, ...values))
  return found
}

/** A statement that is empty in the dialect is left out. */
export function* run(statement: Statement, ...values: SqlValue[]): Steps<void> {
  yield (sql, dialect) => (statement[dialect] === '' ? undefined : sql.run(statement[dialect], values))
}

/** Runs a script of several statements. */
export function* exec(script: string): Steps<void> {
  yield (sql) => sql.exec(script)
}

/** Runs the statement for each row of values: in SQLite one after another, in PostgreSQL as one statement. */
export function* runEach(statement: StatementOfRows, rows: readonly (readonly SqlValue[])[]): Steps<void> {
  if (rows.length === 0) return
  yield (sql, dialect) => {
    if (dialect === 'postgres') return sql.runOfColumns?.(statement.postgres, columnsOf(statement, rows))
    return forEachRow(rows, (values) => sql.run(statement.sqlite, values))
  }
}

/** As `runEach`, with all the rows that it returns. */
export function allEach<Row>(
  statement: StatementOfRows,
  rows: readonly (readonly SqlValue[])[],
): Steps<readonly Row[]> {
  return readEach(statement, rows, (sql, values, found) =>
    mapMaybe(sql.all(statement.sqlite, values), (more) => void found.push(...more)),
  )
}

/** The same, but a pipelined transaction goes on without the rows: they are there at its end. */
export function* allEachLater<Row>(
  statement: StatementOfRows,
  rows: readonly (readonly SqlValue[])[],
): Steps<Awaitable<readonly Row[]>> {
  if (rows.length === 0) return []
  // Not the promise itself, for which the steps would wait.
  const sent = yield (sql) =>
    sql.isPipelined === true ? { rows: sql.allOfColumns?.(statement.postgres, columnsOf(statement, rows)) } : undefined
  return sent === undefined ? yield* allEach<Row>(statement, rows) : (sent as { rows: Promise<readonly Row[]> }).rows
}

/** The same for a statement that returns at most one row for each: faster in SQLite. */
export function getEach<Row>(
  statement: StatementOfRows,
  rows: readonly (readonly SqlValue[])[],
): Steps<readonly Row[]> {
  return readEach(statement, rows, (sql, values, found) =>
    mapMaybe(sql.get(statement.sqlite, values), (row) => {
      if (row !== undefined) found.push(row)
    }),
  )
}

type ReadOne = (sql: SqlStatements, values: readonly SqlValue[], found: unknown[]) => Awaitable<void>

function* readEach<Row>(
  statement: StatementOfRows,
  rows: readonly (readonly SqlValue[])[],
  readOne: ReadOne,
): Steps<readonly Row[]> {
  if (rows.length === 0) return []
  return (yield (sql, dialect) => {
    if (dialect === 'postgres') return sql.allOfColumns?.(statement.postgres, columnsOf(statement, rows))
    const found: unknown[] = []
    return mapMaybe(
      forEachRow(rows, (values) => readOne(sql, values, found)),
      () => found,
    )
  }) as readonly Row[]
}

/**
 * Inserts the rows that do not conflict. Gives for each of them what PostgreSQL returns (`{RETURNING …}`); in SQLite
 * `inserted` makes it of the row's index and number: faster than `RETURNING`, which fills a table for each statement.
 */
export function* insertEach<Row>(
  statement: StatementOfRows,
  rows: readonly (readonly SqlValue[])[],
  inserted: (index: number, rowid: number) => Row,
): Steps<readonly Row[]> {
  if (rows.length === 0) return []
  return (yield (sql, dialect) => {
    if (dialect === 'postgres') return sql.allOfColumns?.(statement.postgres, columnsOf(statement, rows))
    const found: Row[] = []
    let index = 0
    const add = ({ changes, lastRowid }: RunResult) => {
      if (changes > 0) found.push(inserted(index, lastRowid))
      index += 1
    }
    const insert = (values: readonly SqlValue[]) =>
      mapMaybe(sql.run(statement.sqlite, values), (result) =>
        mapMaybe(result ?? (sql.get(LAST_RUN, []) as Awaitable<RunResult>), add),
      )
    return mapMaybe(forEachRow(rows, insert), () => found)
  }) as readonly Row[]
}

const LAST_RUN = 'SELECT changes() AS changes, last_insert_rowid() AS "lastRowid"'

/** Runs the steps to their end. */
export function drive<T>(steps: Steps<T>, statements: SqlStatements, dialect: SqlDialect): Awaitable<T> {
  return advance(steps, steps.next(), statements, dialect)
}

/** Runs steps on the database, outside a transaction. */
export const query = <T>(sql: Sql, steps: Steps<T>): Awaitable<T> => drive(steps, sql, sql.dialect)

/** Runs steps in a transaction of their own. */
export function transact<T>(sql: Pick<Sql, 'transaction' | 'dialect'>, steps: Steps<T>): Awaitable<T> {
  return sql.transaction((statements) => drive(steps, statements, sql.dialect))
}

function advance<T>(
  steps: Steps<T>,
  first: IteratorResult<Call, T>,
  statements: SqlStatements,
  dialect: SqlDialect,
): Awaitable<T> {
  let step = first
  while (step.done !== true) {
    const answer = step.value(statements, dialect)
    if (answer instanceof Promise) return resume(steps, answer, statements, dialect)
    step = steps.next(answer)
  }
  return step.value
}

async function resume<T>(
  steps: Steps<T>,
  answer: Promise<unknown>,
  statements: SqlStatements,
  dialect: SqlDialect,
): Promise<T> {
  return advance(steps, steps.next(await answer), statements, dialect)
}

function forEachRow(
  rows: readonly (readonly SqlValue[])[],
  work: (values: readonly SqlValue[]) => unknown,
): Awaitable<void> {
  let index = 0
  for (const values of rows) {
    index += 1
    const answer = work(values)
    if (answer instanceof Promise) return answer.then(() => forEachRow(rows.slice(index), work))
  }
}
