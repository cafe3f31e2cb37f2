/** Stores on a SQL database of a host, with synchronous and with asynchronous calls, against the contract. */
import { describe, test } from 'vitest'
import { testStore } from '../../../../runtime/conformance/contracts/store/test-store.ts'
import { testStores } from '../../../../runtime/conformance/contracts/store/test-stores.ts'
import type { Sql, SqlStatements } from '../../../../runtime/ports/sql.ts'
import { sqlStore } from '../../../../runtime/store/sql/sql-store.ts'
import { openEngine } from '../../../../runtime/store/sqlite/engine.ts'

/** As a host writes it: a dozen lines over a driver. */
async function syncSql(): Promise<Sql> {
  const db = await openEngine(':memory:')
  db.exec('PRAGMA foreign_keys = ON')
  const statements = {
    get: (text, values) => db.prepare(text).get(...values),
    all: (text, values) => db.prepare(text).all(...values),
    run: (text, values) => void db.prepare(text).run(...values),
    exec: (script) => db.exec(script),
  } satisfies SqlStatements
  return {
    ...statements,
    dialect: 'sqlite',
    transaction(work) {
      db.exec('BEGIN IMMEDIATE')
      const commit = <T>(result: T): T => {
        db.exec('COMMIT')
        return result
      }
      const rollBack = (error: unknown) => {
        db.exec('ROLLBACK')
        throw error
      }
      try {
        const result = work(statements)
        return result instanceof Promise ? result.then(commit, rollBack) : commit(result)
      } catch (error) {
        return rollBack(error)
      }
    },
    close: () => db.close(),
  }
}

/** The same with a promise for each call. */
async function asyncSql(): Promise<Sql> {
  const sql = await syncSql()
  const later: SqlStatements = {
    get: async (...call) => sql.get(...call),
    all: async (...call) => sql.all(...call),
    run: async (...call) => sql.run(...call),
    exec: async (...call) => sql.exec(...call),
  }
  return { ...sql, ...later, transaction: (work) => sql.transaction(() => work(later)) }
}

const programs = { count: 15 }
describe.each([
  ['synchronous', syncSql],
  ['asynchronous', asyncSql],
])('%s', (_, open) => {
  testStore(async (options) => (await sqlStore(await open(), options)).of('one'), { describe, test }, { programs })
  testStores(async (options) => sqlStore(await open(), options), { describe, test })
})
