/** Statements in both dialects, from one text: the few differences are in the table here. */
import type { SqlColumn, SqlDialect, SqlValue } from '../../ports/sql.ts'

/** The texts of one statement. */
export type Statement = Readonly<Record<SqlDialect, string>>

/** A statement that is run for many rows of values at once. */
export interface StatementOfRows extends Statement {
  /** The types of the values by name, in their order. */
  readonly columns: Readonly<Record<string, SqlColumn['type']>>
}

/** The expressions in which the dialects differ. */
export interface DialectWords {
  /** The values of a JSON array of texts, for `IN`. `parameter`: e.g. `?1`. */
  texts(parameter: string): string
  /** The same of integers. */
  integers(parameter: string): string
  /** A condition that a value is one of those that a query gives: in PostgreSQL an array, so that an index is used. */
  isOneOf(value: string, query: string): string
  /** A condition on the tenant of rows that are found by their numbers: SQLite must not choose an index for it. */
  ofTenant(condition: string): string
  /**
   * After the row to insert: nothing if there is one with this key. No statement has a key twice, and in PostgreSQL the
   * writers of a tenant take turns: a look before costs less than an insertion that may be taken back.
   */
  unlessExists(table: string, key: readonly string[]): string
  /**
   * A condition that an ordering key is a value. SQLite finds it by the part behind its first colon: before it is the
   * workspace, by which the keys of many tenants lie far apart in an index.
   */
  isOrderingKey(value: string): string
  /** Whether a text contains another one. */
  contains(text: string, part: string): string
  /** The text of a member of a JSON object. */
  jsonText(column: string, key: string): string
  /** The greater of two values. */
  greatest(a: string, b: string): string
  /** All rows of a query as one JSON array of arrays. */
  jsonRows(columns: readonly string[], query: string): string
}

/** As in the index of the ordering keys. */
const local = (text: string) => `substr(${text}, instr(${text}, ':') + 1)`

const WORDS: Readonly<Record<SqlDialect, DialectWords>> = {
  sqlite: {
    texts: (parameter) => `(SELECT value FROM json_each(${parameter}))`,
    integers: (parameter) => `(SELECT value FROM json_each(${parameter}))`,
    isOneOf: (value, query) => `${value} IN (${query})`,
    ofTenant: (condition) => `+${condition}`,
    unlessExists: () => 'ON CONFLICT DO NOTHING',
    isOrderingKey: (value) => `${local('ordering_key')} = ${local(value)} AND ordering_key = ${value}`,
    contains: (text, part) => `instr(${text}, ${part}) > 0`,
    jsonText: (column, key) => `json_extract(${column}, '$.${key}')`,
    greatest: (a, b) => `max(${a}, ${b})`,
    jsonRows: (columns, query) =>
      `SELECT json_group_array(json_array(${columns.join(', ')})) AS json FROM (${query}) AS found`,
  },
  postgres: {
    texts: (parameter) => `(SELECT json_array_elements_text(${parameter}::json))`,
    integers: (parameter) => `(SELECT json_array_elements_text(${parameter}::json)::bigint)`,
    isOneOf: (value, query) => `${value} = ANY (ARRAY(${query}))`,
    ofTenant: (condition) => condition,
    unlessExists: (table, key) =>
      `WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE ${key.map((name) => `${name} = :${name}`).join(' AND ')})`,
    isOrderingKey: (value) => `ordering_key = ${value}`,
    contains: (text, part) => `strpos(${text}, ${part}) > 0`,
    jsonText: (column, key) => `(${column}::json ->> '${key}')`,
    greatest: (a, b) => `greatest(${a}, ${b})`,
    jsonRows: (columns, query) =>
      `SELECT coalesce(json_agg(json_build_array(${columns.join(', ')})), '[]')::text AS json FROM (${query}) AS found`,
  },
}

/** A statement with parameters `?1`, `?2` … Ask for what differs by the words of the dialect. */
export function statement(text: string | ((words: DialectWords, dialect: SqlDialect) => string)): Statement {
  const of = (dialect: SqlDialect) => (typeof text === 'string' ? text : text(WORDS[dialect], dialect))
  const postgres = of('postgres')
    // A parameter that is only compared with null has no type.
    .replace(/\?(\d+) IS NULL/g, '?$1::text IS NULL')
    .replace(/\?(\d+)/g, '$$$1')
    // An array can be looked up in an index; a subquery may be joined to all rows of the tenant.
    .replace(/ IN (\(SELECT json_array_elements_text\([^()]*\)(::bigint)?\))/g, ' = ANY (ARRAY$1)')
  return { sqlite: of('sqlite'), postgres }
}

/**
 * A statement that is run for many rows. In the text `:name` is a value of the row; `{ROW :a, :b}` stands for the row to
 * insert; `{FROM}`, `{USING}` and `{,}` for the place where PostgreSQL reads the rows from, in the syntax of the statement.
 * `{RETURNING …}` is for `insertEach`. With `ON CONFLICT … DO UPDATE` no two rows may have the same key.
 */
export function statementOfRows(
  columns: StatementOfRows['columns'],
  text: string | ((words: DialectWords, dialect: SqlDialect) => string),
): StatementOfRows {
  const names = Object.keys(columns)
  const of = (dialect: SqlDialect) => (typeof text === 'string' ? text : text(WORDS[dialect], dialect))
  const arrays = Object.values(columns).map((type, i) => `$${i + 1}::${type === 'integer' ? 'bigint' : 'text'}[]`)
  const given = `given(${names.map((name) => `_${name}`).join(', ')}, _${POSITION})`
  const rows = `unnest(${arrays.join(', ')}) WITH ORDINALITY AS ${given}`
  const sqlite = of('sqlite')
    .replace(ROW, 'VALUES ($1)')
    .replace(RETURNING, '')
    .replace(PLACE, '')
    .replace(VALUE, (_, name: string) => `?${indexOf(names, name)}`)
  const postgres = of('postgres')
    .replace(RETURNING, 'RETURNING $1')
    .replace(ROW, `SELECT $1 {FROM}`)
    .replace(PLACE, (_, word: string) => (word === ',' ? `, ${rows}` : `${word} ${rows}`))
    .replace(VALUE, (_, name: string) => `_${name === POSITION ? name : names[indexOf(names, name) - 1]}`)
  return { columns, sqlite, postgres }
}

/** In PostgreSQL the number of each row, from 1. */
const POSITION = 'position'
const ROW = /\{ROW ([^}]*)\}/
const RETURNING = /\{RETURNING ([^}]*)\}/
const PLACE = /\{(FROM|USING|,)\}/g
/** Not the `::` of a cast. */
const VALUE = /(?<![:\w]):([a-z_]+)\b/g

function indexOf(names: readonly string[], name: string): number {
  const index = names.indexOf(name)
  if (index < 0) throw new TypeError(`a statement names the value "${name}", which its rows do not have`)
  return index + 1
}

/** The rows as the parameters of the statement in PostgreSQL. */
export function columnsOf({ columns }: StatementOfRows, rows: readonly (readonly SqlValue[])[]): readonly SqlColumn[] {
  return Object.values(columns).map((type, i) => ({ type, values: rows.map((row) => row[i] ?? null) }))
}
