/** Stores on a SQL database of a host, with synchronous and with asynchronous calls, against the contract. */
import { describe, expect, test } from 'vitest'
import { record } from '../../../../runtime/conformance/contracts/store/fixtures.ts'
import { TestClock } from '../../../../runtime/conformance/contracts/store/test-clock.ts'
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

test('a page of ten thousand tenants takes as many statements as one of ten', async () => {
  const sql = await syncSql()
  let statements = 0
  const counted: Sql = {
    ...sql,
    all(...call) {
      statements += 1
      return sql.all(...call)
    },
  }
  const stores = await sqlStore(counted, { clock: new TestClock() })
  const add = (tenant: string) => stores.of(tenant).append([record('a')])
  const count = async () => {
    statements = 0
    expect((await stores.findTenants({ offset: 0, limit: 50 })).tenants.length).toBeGreaterThan(0)
    return statements
  }
  for (let i = 0; i < 10; i++) await add(`${i}`)
  const few = await count()
  await Promise.all(Array.from({ length: 10_000 }, (_, i) => add(`t${i}`)))
  expect([few, await count()]).toEqual([4, 4])
  await stores.close()
})

test('tables of version 1 get the columns and the indexes that they lack', async () => {
  const sql = await syncSql()
  const clock = new TestClock()
  const close = sql.close
  const kept: Sql = { ...sql, close: () => undefined }
  await (await sqlStore(kept, { clock })).of('one').append([record('a')])
  await sql.exec('ALTER TABLE tenants DROP COLUMN fault')
  await sql.exec('ALTER TABLE tenants DROP COLUMN owned_since')
  await sql.exec('DROP INDEX records_queue')
  await sql.exec('CREATE INDEX records_queue_head ON records (tenant, lane, due_at, seq) WHERE queue_head = 1')
  await sql.exec('UPDATE table_version SET version = 1')
  const stores = await sqlStore(kept, { clock })
  expect(await stores.claims().claim(1)).toEqual(['one'])
  expect((await stores.of('one').trace('a')).map(({ body }) => body)).toEqual([record('a').body])
  expect((await stores.of('one').lease({ lane: 'live', limit: 1, leaseMs: 1_000 })).map(({ id }) => id)).toEqual(['a'])
  expect((await stores.findTenants({ offset: 0, limit: 1 })).tenants).toMatchObject([{ tenant: 'one', waiting: 1 }])
  await stores.close()
  await close()
})
