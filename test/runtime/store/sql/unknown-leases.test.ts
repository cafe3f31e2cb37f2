/** A lease whose answer is lost: the database has committed it, and this process does not know its records. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ids, record } from '../../../../runtime/conformance/contracts/store/fixtures.ts'
import { TestClock } from '../../../../runtime/conformance/contracts/store/test-clock.ts'
import { Fault } from '../../../../runtime/ports/fault.ts'
import type { Sql } from '../../../../runtime/ports/sql.ts'
import { createCore, storesOf } from '../../../../runtime/store/sql/sql-store.ts'
import { openConnection } from '../../../../runtime/store/sqlite/open-connection.ts'
import { SqliteSql } from '../../../../runtime/store/sqlite/sqlite-sql.ts'

const folder = mkdtempSync(join(tmpdir(), 'unknown-leases-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const request = { lane: 'live', limit: 2, leaseMs: 120_000 } as const

test('its records are leased anew by the next call, as if they had not been', async () => {
  const clock = new TestClock()
  const inner = new SqliteSql(await openConnection(join(folder, 'store.db'), clock), clock)
  let answersLost = 0
  const sql: Sql = {
    dialect: 'sqlite',
    get: (...args) => inner.get(...args),
    all: (...args) => inner.all(...args),
    run: (...args) => inner.run(...args),
    exec: (script) => inner.exec(script),
    close: () => inner.close(),
    transaction(work) {
      const result = inner.transaction(work)
      if (answersLost === 0) return result
      answersLost -= 1
      throw new Fault('transient', 'store/unreachable', 'the connection was lost')
    },
  }
  const stores = storesOf(await createCore(sql, { clock }))
  const store = stores.of('one')
  await store.append(['a', 'b', 'c', 'd'].map((id) => record(id, { orderingKey: id })))
  const held = await store.lease({ ...request, limit: 1 })
  answersLost = 2
  await expect(store.lease(request)).rejects.toThrow('the connection was lost')
  await expect(store.lease(request)).rejects.toThrow('the connection was lost')
  const leased = await store.lease({ ...request, limit: 10 })
  expect(ids(leased)).toEqual(['b', 'c', 'd'])
  expect(leased.map(({ attempt, cutOffs }) => [attempt, cutOffs])).toEqual([
    [1, undefined],
    [1, undefined],
    [1, undefined],
  ])
  // What it knows to hold stays.
  await store.release(held)
  expect(ids(await store.lease(request))).toEqual(['a'])
  await stores.close()
})
