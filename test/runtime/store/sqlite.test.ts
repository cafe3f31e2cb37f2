/** SQLite only: file permissions, sharing between processes, and files that cannot be used. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import {
  delivered,
  event,
  ids,
  record,
  settlement,
  single,
} from '../../../runtime/conformance/contracts/store/fixtures.ts'
import { TestClock } from '../../../runtime/conformance/contracts/store/test-clock.ts'
import { createProcessIdentity, type ProcessFacts } from '../../../runtime/lib/process-identity.ts'
import type { Awaitable, SqlStatements } from '../../../runtime/ports/sql.ts'
import type { SourceRecord } from '../../../runtime/ports/types.ts'
import { GroupCommit } from '../../../runtime/store/sql/group-commit.ts'
import type { Steps } from '../../../runtime/store/sql/steps.ts'
import type { Connection } from '../../../runtime/store/sqlite/connection.ts'
import { storeFault } from '../../../runtime/store/sqlite/engine.ts'
import { openConnection } from '../../../runtime/store/sqlite/open-connection.ts'
import { type SqliteOptions, sqliteStore, sqliteStores } from '../../../runtime/store/sqlite/store.ts'

const folder = mkdtempSync(join(tmpdir(), 'store-'))
let files = 0
const newFile = () => join(folder, `${++files}.db`)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const clock = new TestClock()
const open = (path: string, options: Partial<SqliteOptions> = {}) => sqliteStore(path, { clock, ...options })
const identity = (facts: Partial<ProcessFacts>) =>
  createProcessIdentity({ pid: 1, start: 'start', machine: 'a', isAlive: () => true, ...facts })
const request = { lane: 'live', limit: 10, leaseMs: 3_600_000 } as const

test('tenants are listed and claimed once they have written', async () => {
  const stores = await sqliteStores(newFile(), { clock })
  const claims = stores.claims()
  expect([await stores.list(), await claims.claim(9)]).toEqual([[], []])
  for (const tenant of ['shop', '']) await stores.of(tenant).append([record('r1')])
  expect([await stores.list(), [...(await claims.claim(9))].sort()]).toEqual([
    ['', 'shop'],
    ['', 'shop'],
  ])
  await stores.close()
})

describe('the file', () => {
  test('is ignored by git in a folder created for it; an existing folder gets no .gitignore', async () => {
    await (await open(join(folder, 'data', 'store.db'))).close()
    expect(readFileSync(join(folder, 'data', '.gitignore'), 'utf8')).toBe('*\n')
    mkdirSync(join(folder, 'theirs'))
    await (await open(join(folder, 'theirs', 'store.db'))).close()
    expect(existsSync(join(folder, 'theirs', '.gitignore'))).toBe(false)
  })

  test('is created with its folder, readable by its owner alone', async () => {
    const path = join(folder, 'deep', 'er', 'store.db')
    const store = await open(path)
    await store.append([record('a')])
    const modes = [path, `${path}-wal`, `${path}-shm`].map((file) => (statSync(file).mode & 0o777).toString(8))
    expect(modes).toEqual(['600', '600', '600'])
    expect((statSync(join(folder, 'deep', 'er')).mode & 0o777).toString(8)).toBe('700')
    await store.close()
    // One engine deletes its log only once statements are collected; it has to be empty at once.
    expect(statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0)
  })

  test('has all data when it is opened again', async () => {
    const path = newFile()
    const first = await open(path)
    await first.append([record('a'), record('b')], { name: 'page', value: 7 })
    await first.writeCache('team', [{ key: '1', value: 'Support', at: 5 }])
    const [a] = await first.lease({ ...request, limit: 1 })
    if (a) await first.settle([settlement(a, delivered(event('M', { key: 'k' })))])
    await first.close()
    const again = await open(path)
    expect(await again.readCheckpoint('page')).toBe(7)
    expect(await again.readCache('team', ['1'])).toHaveLength(1)
    expect(await again.filterDelivered(['k'])).toEqual(new Set(['k']))
    expect(await again.tallies()).toHaveLength(1)
    expect(ids(await again.lease(request))).toEqual(['b'])
    await again.close()
  })

  test('uses WAL, synchronous FULL and foreign keys', async () => {
    const db = await openConnection(newFile(), clock)
    const pragma = (name: string) => Object.values(db.get<object>(`PRAGMA ${name}`) ?? {})[0]
    expect(['journal_mode', 'synchronous', 'foreign_keys'].map(pragma)).toEqual(['wal', 2, 1])
    db.close()
  })

  const unusable: [what: string, code: string, spoil: (path: string) => unknown][] = [
    [
      'is not a database',
      'store/corrupt',
      (path) => writeFileSync(path, 'not a database, but longer than a page'.repeat(99)),
    ],
    ['is a folder', 'store/unopenable', (path) => mkdirSync(path)],
    ['has a newer version', 'store/newer', (path) => openConnection(path, clock).then(fromTheFuture)],
  ]
  const fromTheFuture = (db: Connection) => {
    db.exec('PRAGMA user_version = 99')
    db.close()
  }
  test.each(unusable)('is rejected when it %s: %s', async (_, code, spoil) => {
    const path = newFile()
    await spoil(path)
    await expect(open(path)).rejects.toMatchObject({ name: 'Fault', kind: 'config', code })
  })

  test.each([
    [5, 'transient', 'store/busy'],
    [13, 'config', 'store/full'],
    [522, 'transient', 'store/io'],
    [1299, 'bug', 'store/unexpected'],
  ])('result code %i becomes a %s fault %s without a quote', (errcode, kind, code) => {
    const fault = storeFault(Object.assign(new Error('near "secret"'), { errcode }))
    expect(fault).toMatchObject({ kind, code })
    expect(fault.message).not.toContain('secret')
  })

  test('throws store/closed when it is used after close', async () => {
    const store = await open(newFile())
    await store.close()
    await expect(store.append([record('a')])).rejects.toMatchObject({ code: 'store/closed' })
    await expect(store.trace('a')).rejects.toMatchObject({ code: 'store/closed' })
  })
})

const NO_TENANTS: ReadonlyMap<string, number> = new Map()

/** Steps that call no database. */
function* give<T>(value: T): Steps<T> {
  yield* []
  return value
}

describe('group commit', () => {
  test('commits concurrent writes in one transaction', async () => {
    let transactions = 0
    const transaction = <T>(work: (statements: SqlStatements) => Awaitable<T>) => {
      transactions += 1
      return work({} as SqlStatements)
    }
    const sql = { transaction, dialect: 'sqlite' } as const
    const commits = new GroupCommit({ sql, clock, begin: () => give(NO_TENANTS), onRollback: () => undefined })
    const write = (n: number) => commits.write(undefined, () => give(n))
    expect(await Promise.all([1, 2, 3].map(write))).toEqual([1, 2, 3])
    await write(4)
    expect(transactions).toBe(2)
  })

  test('a failed transaction rejects every caller and writes nothing', async () => {
    const store = await open(newFile())
    const broken = { ...record('b'), body: null } as unknown as SourceRecord
    const results = await Promise.allSettled([
      store.append([record('a')], { name: 'page', value: 1 }),
      store.append([broken]),
      store.append([record('c')]),
    ])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(await store.readCheckpoint('page')).toBeUndefined()
    expect(await store.append([record('a'), record('c')])).toEqual({ added: 2 })
    await store.close()
  })
})

describe('owners of leases', () => {
  test('two stores on one file lease no record twice', async () => {
    const path = newFile()
    const [one, two] = await Promise.all([open(path), open(path)])
    await one.append([record('a'), record('b')])
    expect(ids(await two.lease({ ...request, limit: 1 }))).toEqual(['a'])
    expect(ids(await one.lease(request))).toEqual(['b'])
    await one.close()
    expect(ids(await two.lease(request))).toEqual(['b'])
    await two.close()
  })

  const others = [
    { who: 'a dead process', theirs: { pid: 4711 }, runs: false, back: true },
    { who: 'a running process', theirs: { pid: 4711 }, runs: true, back: false },
    { who: 'an earlier process with our pid', theirs: { start: 'earlier' }, runs: true, back: true },
    { who: 'another store of this process', theirs: {}, runs: true, back: false },
    { who: 'a process of another machine with our pid', theirs: { start: 'x', machine: 'b' }, runs: true, back: false },
    { who: 'a process of another machine', theirs: { pid: 4711, machine: 'b' }, runs: false, back: false },
  ]
  test.each(others)(
    'when another store opens the file, $who loses its leases: $back',
    async ({ theirs: facts, runs, back }) => {
      const path = newFile()
      const theirs = await open(path, { self: identity(facts) })
      await theirs.append([record('a')])
      const held = single(await theirs.lease(request))
      const ours = await open(path, { self: identity({ isAlive: () => runs }) })
      expect(single(await ours.trace('a')).status).toBe(back ? 'pending' : 'leased')
      // It counts as an attempt: the record may be what killed the process.
      expect(await ours.lease(request)).toEqual([])
      const again = await ours.lease({ ...request, cutOff: 'once' })
      expect(again).toMatchObject(back ? [{ id: 'a', attempt: 2, cutOffs: 1 }] : [])
      expect(await theirs.settle([settlement(held, delivered())])).toBe(back ? 0 : 1)
      await Promise.all([ours.close(), theirs.close()])
    },
  )

  test('a process that dies later loses its leases at the next lease of another', async () => {
    const path = newFile()
    let runs = true
    const ours = await open(path, { self: identity({ isAlive: () => runs }) })
    const theirs = await open(path, { self: identity({ pid: 4711 }) })
    await theirs.append([record('a')])
    await theirs.lease(request)
    expect(await ours.lease(request)).toEqual([])
    runs = false
    expect(ids(await ours.lease(request))).toEqual([])
    expect(ids(await ours.lease({ ...request, cutOff: 'once' }))).toEqual(['a'])
    await Promise.all([ours.close(), theirs.close()])
  })

  test('a record that two processes died with is tried when this one has outlived the last; after three at once', async () => {
    const path = newFile()
    const alive = new Set<number>()
    const openAs = (pid: number) => {
      alive.clear()
      alive.add(pid)
      return open(path, { self: identity({ pid, isAlive: (one) => alive.has(one) }) })
    }
    const repeatedly = { ...request, cutOff: 'repeatedly' } as const
    const first = await openAs(1)
    await first.append([record('a')])
    await first.lease(request)
    const second = await openAs(2)
    clock.advance(5_000)
    expect(ids(await second.lease({ ...request, cutOff: 'once' }))).toEqual(['a'])
    const third = await openAs(3)
    expect(await third.mostCutOffs('live')).toBe(0)
    clock.advance(6_999)
    expect(await third.lease(repeatedly)).toEqual([])
    clock.advance(1)
    expect(await third.mostCutOffs('live')).toBe(2)
    expect(await third.lease(repeatedly)).toMatchObject([{ id: 'a', cutOffs: 2 }])
    const fourth = await openAs(4)
    expect(await fourth.lease(repeatedly)).toMatchObject([{ id: 'a', cutOffs: 3 }])
    await Promise.all([first, second, third, fourth].map((store) => store.close()))
  })
})
