/** Both stores against the contract, and the URLs that open them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { openStore } from '../../../runtime/store/open.ts'
import { sqliteStore } from '../../../runtime/store/sqlite/store.ts'
import { testStore } from '../../contract/store.ts'
import { record, TestClock } from '../../contract/store-fixtures.ts'

const folder = mkdtempSync(join(tmpdir(), 'store-'))
let files = 0
afterAll(() => rmSync(folder, { recursive: true, force: true }))

testStore('memory', async (options) => memoryStore(options))
testStore('sqlite', (options) => sqliteStore(join(folder, `${++files}.db`), options))

describe('openStore', () => {
  const clock = new TestClock()

  test.each(['memory:', `sqlite:${join(folder, 'by-url.db')}`])('opens %s', async (url) => {
    const store = await openStore(url, { clock })
    expect(await store.append([record('a')])).toEqual({ added: 1 })
    await store.close()
  })

  const refusals = [
    { url: 'postgres://user:secret@host/db', code: 'store/postgres' },
    { url: 'postgresql://user:secret@host/db', code: 'store/postgres' },
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
