/** Both stores against the contract, and the URLs that open them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { record } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import { TestClock } from '../../../runtime/conformance/contracts/store/test-clock.ts'
import { testStore } from '../../../runtime/conformance/contracts/store/test-store.ts'
import { type StoresFactory, testStores } from '../../../runtime/conformance/contracts/store/test-stores.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { memoryStores } from '../../../runtime/store/memory/stores.ts'
import { openStore } from '../../../runtime/store/open.ts'
import { sqliteStore, sqliteStores } from '../../../runtime/store/sqlite/store.ts'

const folder = mkdtempSync(join(tmpdir(), 'store-'))
let files = 0
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const runner = { describe, test }
// Other programs at each run.
const programs = { seed: Date.now() % 1e9 }
describe('memory', () => testStore(memoryStore, runner, { programs }))
describe('sqlite', () =>
  testStore((options) => sqliteStore(join(folder, `${++files}.db`), options), runner, { programs }))

describe('stores in memory', () => testStores(memoryStores, runner))
const newStores: StoresFactory = (options) => sqliteStores(join(folder, `${++files}.db`), options)
describe('stores in SQLite', () => testStores(newStores, runner))

describe('openStore', () => {
  const clock = new TestClock()

  test.each(['memory:', `sqlite:${join(folder, 'by-url.db')}`])('opens %s', async (url) => {
    const store = await openStore(url, { clock })
    expect(await store.append([record('a')])).toEqual({ added: 1 })
    await store.close()
  })

  const refusals = [
    { url: 'postgres://user:secret@host/db?schema=Bad', code: 'store/invalid-url' },
    { url: 'postgresql://user:secret@', code: 'store/invalid-url' },
    { url: 'postgres://user:secret@host/db?pool=0', code: 'store/invalid-url' },
    { url: 'mysql://user:secret@host/db', code: 'store/invalid-url' },
    { url: 'sqlite:', code: 'store/invalid-url' },
    { url: '', code: 'store/invalid-url' },
  ]
  test.each(refusals)('rejects $url with $code, without quoting it', async ({ url, code }) => {
    const refused = openStore(url, { clock })
    await expect(refused).rejects.toMatchObject({ kind: 'config', code })
    await expect(refused).rejects.not.toThrow(/secret/)
  })
})
