/** Leases that no worker holds any more: a lease whose answer was lost, a release that failed. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { delivered, ids, record, settlement } from '../../../../runtime/conformance/contracts/store/fixtures.ts'
import { TestClock } from '../../../../runtime/conformance/contracts/store/test-clock.ts'
import { Fault } from '../../../../runtime/ports/fault.ts'
import type { Sql } from '../../../../runtime/ports/sql.ts'
import type { LeasedRecord } from '../../../../runtime/ports/types.ts'
import { createCore, storesOf } from '../../../../runtime/store/sql/sql-store.ts'
import { openConnection } from '../../../../runtime/store/sqlite/open-connection.ts'
import { SqliteSql } from '../../../../runtime/store/sqlite/sqlite-sql.ts'

const folder = mkdtempSync(join(tmpdir(), 'unknown-leases-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const request = { lane: 'live', limit: 2, leaseMs: 120_000 } as const

/** A store whose next `answersLost.left` transactions are committed, and their answers lost. */
async function unreliable() {
  const clock = new TestClock()
  const inner = new SqliteSql(await openConnection(join(folder, `${randomUUID()}.db`), clock), clock)
  const answersLost = { left: 0 }
  const isAway = { value: false }
  const lost = new Fault('transient', 'store/unreachable', 'the connection was lost')
  const sql: Sql = {
    dialect: 'sqlite',
    get: (...args) => inner.get(...args),
    all: (...args) => inner.all(...args),
    run: (...args) => inner.run(...args),
    exec: (script) => inner.exec(script),
    close: () => inner.close(),
    transaction(work) {
      if (isAway.value) throw lost
      const result = inner.transaction(work)
      if (answersLost.left === 0) return result
      answersLost.left -= 1
      throw lost
    },
  }
  const stores = storesOf(await createCore(sql, { clock }))
  return { stores, answersLost, isAway }
}

test('the records of a call whose answer was lost are leased anew by the next one, as if they had not been', async () => {
  const { stores, answersLost } = await unreliable()
  const store = stores.of('one')
  await store.append(['a', 'b', 'c', 'd'].map((id) => record(id, { orderingKey: id })))
  const held = await store.lease({ ...request, limit: 1 })
  answersLost.left = 2
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

test('a release that fails is made up for by the next call that leases', async () => {
  const { stores, isAway } = await unreliable()
  const store = stores.of('one')
  await store.append(['a', 'b'].map((id) => record(id, { orderingKey: id })))
  const [a, b] = (await store.lease(request)) as [LeasedRecord, LeasedRecord]
  isAway.value = true
  await expect(store.release([a])).rejects.toThrow('the connection was lost')
  isAway.value = false
  expect(ids(await store.lease(request))).toEqual(['a'])
  // Its lease ended; that of the other holds.
  expect(await store.settle([a, b].map((one) => settlement(one, delivered())))).toBe(1)
  await stores.close()
})
