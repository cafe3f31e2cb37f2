/** Another program holds the lock of the file: writes wait without stopping the event loop, and none is lost. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ids, record } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import type { Clock } from '../../../runtime/ports/effects.ts'
import { openConnection } from '../../../runtime/store/sqlite/open-connection.ts'
import { sqliteStore } from '../../../runtime/store/sqlite/store.ts'
import { systemClock } from '../../../runtime/system.ts'

const folder = mkdtempSync(join(tmpdir(), 'store-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Sleeps last a millisecond, and a day passes in a few hundred of them. */
function fastClock(): Clock {
  let now = 0
  return {
    now: () => now,
    sleep: (ms) => {
      now += ms
      return systemClock.sleep(1)
    },
  }
}

test('a write waits for the lock while the event loop turns, and shares its transaction with later ones', async () => {
  const path = join(folder, 'wait.db')
  const store = await sqliteStore(path, { clock: systemClock })
  const other = await openConnection(path, systemClock)
  other.exec('BEGIN IMMEDIATE')
  let turns = 0
  const turning = setInterval(() => turns++, 5)
  const first = store.append([record('a')])
  await systemClock.sleep(300)
  const second = store.append([record('b')])
  await systemClock.sleep(100)
  // Of eighty, less those for which SQLite itself waited.
  expect(turns).toBeGreaterThan(10)
  expect(await store.backlog('live')).toEqual({ records: 0 })
  other.exec('ROLLBACK')
  expect(await Promise.all([first, second])).toEqual([{ added: 1 }, { added: 1 }])
  clearInterval(turning)
  other.close()
  await store.close()
})

test('a write that waits too long fails as busy, and nothing of it is written', async () => {
  const path = join(folder, 'long.db')
  const store = await sqliteStore(path, { clock: fastClock() })
  const other = await openConnection(path, systemClock)
  other.exec('BEGIN IMMEDIATE')
  await expect(store.append([record('a')])).rejects.toMatchObject({ kind: 'transient', code: 'store/busy' })
  other.exec('ROLLBACK')
  await store.append([record('b')])
  expect(ids(await store.lease({ lane: 'live', limit: 9, leaseMs: 1_000 }))).toEqual(['b'])
  other.close()
  await store.close()
})

test('opening waits for the lock, and says what to do when it waited too long', async () => {
  const path = join(folder, 'open.db')
  const other = await openConnection(path, systemClock)
  other.exec('BEGIN IMMEDIATE')
  const opening = sqliteStore(path, { clock: systemClock })
  await systemClock.sleep(200)
  other.exec('ROLLBACK')
  await (await opening).close()
  other.exec('BEGIN IMMEDIATE')
  await expect(sqliteStore(path, { clock: fastClock() })).rejects.toThrow(
    /another program locks the store file.+Close it/,
  )
  other.close()
}, 60_000)
