/** Records of many tenants in one commit are neighbours in the indexes by id and by ordering key, so that they share pages. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { record } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import { TestClock } from '../../../runtime/conformance/contracts/store/test-clock.ts'
import { openEngine } from '../../../runtime/store/sqlite/engine.ts'
import { sqliteStores } from '../../../runtime/store/sqlite/store.ts'

const folder = mkdtempSync(join(tmpdir(), 'store-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const TENANTS = 100
const COMMIT = 64
const FRAME = 24 + 4_096

test('a record of a commit over 100 tenants writes few pages', async () => {
  const path = join(folder, 'store.db')
  const stores = await sqliteStores(path, { clock: new TestClock() })
  const tenants = Array.from({ length: TENANTS }, (_, i) => stores.of(`tenant-${i}`))
  let n = 0
  const append = async (commits: number) => {
    for (let i = 0; i < commits; i++)
      await Promise.all(
        Array.from({ length: COMMIT }, () => {
          const [tenant, id] = [n % TENANTS, String(n++)]
          const lookupIds = [id, `notif_${id}`]
          const rest = { orderingKey: `app${tenant}:conversation:${id}`, body: 'x'.repeat(2_000), lookupIds }
          return tenants[tenant]?.append([record(`app${tenant}:topic:notif_${id}`, rest)])
        }),
      )
  }
  // Enough that each tenant has pages of its own where the tenant comes first.
  await append(200)
  const db = await openEngine(path)
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  await append(10)
  const pages = statSync(`${path}-wal`).size / FRAME
  db.close()
  await stores.close()
  // 2.9; with the tenant first in every index they were 4.9.
  expect(pages / (10 * COMMIT)).toBeLessThan(3.5)
}, 30_000)
