/** A SQL database of the host under the connector's store: a driver with the API of `node:sqlite`, in five verbs. */
import { DatabaseSync } from '@photostructure/sqlite' // or of `node:sqlite`, from Node 22.13 on
import { Fault, type Sql, type SqlStatements } from 'intercom-to-klaviyo/runtime'

export function databaseSql(path: string): Sql {
  const db = new DatabaseSync(path)
  // FULL: what is committed survives a power cut. Only then may a webhook be answered 200.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')

  const prepared = new Map<string, ReturnType<typeof db.prepare>>()
  const prepare = (text: string) => {
    const statement = prepared.get(text) ?? db.prepare(text)
    prepared.set(text, statement)
    return statement
  }
  const statements: SqlStatements = {
    get: (text, values) => prepare(text).get(...values),
    all: (text, values) => prepare(text).all(...values),
    run(text, values) {
      const { changes, lastInsertRowid } = prepare(text).run(...values)
      return { changes: Number(changes), lastRowid: Number(lastInsertRowid) }
    },
    exec: (script) => db.exec(script),
  }

  const transaction: Sql['transaction'] = (work) => {
    try {
      db.exec('BEGIN IMMEDIATE')
    } catch (cause) {
      // Nothing was written: the store tries the transaction again.
      throw new Fault('transient', 'store/busy', 'the database is locked', { cause })
    }
    try {
      const result = work(statements)
      db.exec('COMMIT')
      return result
    } catch (error) {
      db.exec('ROLLBACK')
      throw error
    }
  }
  return { dialect: 'sqlite', ...statements, transaction, close: () => db.close() }
}
