/** Idle tenants cost no statement, whatever their number; what other processes write is noticed by one look at the file. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { delivered, record } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { Isolation } from '../../../runtime/delivery/cut-off.ts'
import { runWorker } from '../../../runtime/delivery/worker.ts'
import { MonotonicClock } from '../../../runtime/lib/monotonic-clock.ts'
import { LANES } from '../../../runtime/ports/types.ts'
import { AppendBuffer } from '../../../runtime/store/sql/append-buffer.ts'
import { Connection } from '../../../runtime/store/sqlite/connection.ts'
import { sqliteStores } from '../../../runtime/store/sqlite/store.ts'
import { silentLogger } from '../../../runtime/system.ts'

const folder = mkdtempSync(join(tmpdir(), 'idle-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Workers of many tenants on one file. */
async function startIdle(tenants: number) {
  const clock = virtualClock()
  const path = join(folder, `${tenants}.db`)
  const stores = await sqliteStores(path, { clock })
  const stop = new AbortController()
  const done: string[] = []
  const working = Array.from({ length: tenants }, (_, i) => {
    const parts = {
      store: stores.of(`tenant ${i}`),
      clock,
      logger: silentLogger,
      concurrency: () => 10,
      isolation: new Isolation(),
      deliver: async ({ id }: { readonly id: string }) => {
        done.push(`${i} ${id}`)
        return delivered()
      },
    }
    return LANES.map((lane) => runWorker(lane, parts, stop.signal))
  }).flat()
  await clock.advance(5_000)
  const end = async () => {
    stop.abort()
    await clock.until(Promise.all(working))
    await stores.close()
  }
  return { clock, path, stores, done, end }
}

/** The statements of a minute. */
async function countStatements(tenants: number): Promise<number> {
  const { clock, end } = await startIdle(tenants)
  const spies = (['get', 'all', 'run', 'exec'] as const).map((method) => vi.spyOn(Connection.prototype, method))
  await clock.advance(60_000)
  const count = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0)
  for (const spy of spies) spy.mockRestore()
  await end()
  return count
}

test('a hundred idle tenants run as many statements as one: two a second for the whole file', async () => {
  const one = await countStatements(1)
  expect(one).toBeLessThanOrEqual(121)
  expect(await countStatements(100)).toBe(one)
})

test('an idle tenant delivers what this process appends at once, and what another one does within two seconds', async () => {
  const { clock, path, stores, done, end } = await startIdle(20)
  await stores.of('tenant 7').append([record('a')])
  await clock.advance(0)
  expect(done).toEqual(['7 a'])
  const other = await sqliteStores(path, { clock })
  await other.of('tenant 9').append([record('b')])
  await clock.advance(2_000)
  expect(done).toEqual(['7 a', '9 b'])
  await other.close()
  await end()
})

test('a process keeps a record in memory only if one of its workers leases it', () => {
  const clock = virtualClock()
  const buffer = new AppendBuffer(new MonotonicClock(clock))
  buffer.add(1, 1, record('received'), false)
  expect(buffer.size).toBe(0)
  buffer.add(1, 2, record('awaited'), true)
  buffer.noteLease(1, 'live')
  buffer.add(1, 3, record('leased soon'), false)
  buffer.add(2, 4, record('of another tenant'), false)
  buffer.add(1, 5, record('of another lane', { lane: 'backfill' }), false)
  expect([buffer.size, buffer.take(3)?.id, buffer.take(3)]).toEqual([2, 'leased soon', undefined])
})
