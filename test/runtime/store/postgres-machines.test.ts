/** Several processes on one schema of PostgreSQL: opening, notices, restarts of the server, and claims of tenants. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ids, record } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import { TestClock } from '../../../runtime/conformance/contracts/store/test-clock.ts'
import type { ProcessIdentity } from '../../../runtime/ports/effects.ts'
import type { Stores } from '../../../runtime/ports/stores.ts'
import { type PostgresOptions, postgresStores } from '../../../runtime/store/postgres/store.ts'
import { type PostgresServer, startPostgres } from '../../helpers/processes/postgres.ts'

let server: PostgresServer
let schemas = 0
const opened: Stores[] = []
beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(async () => {
  await Promise.all(opened.map((stores) => stores.close()))
  await server?.remove()
})

const never = new AbortController().signal
const request = { lane: 'live', limit: 100, leaseMs: 60_000 } as const
const machine = (name: string): ProcessIdentity => ({ id: `1.${name}@${name}/0`, hasExited: () => false })

/** Stores of two machines on a schema of their own. */
async function twoMachines(options: PostgresOptions = {}) {
  const url = server.url(`two_${++schemas}`)
  const a = await postgresStores(url, { self: machine('a'), ...options })
  const b = await postgresStores(url, { self: machine('b'), ...options })
  opened.push(a, b)
  return { url, a, b }
}

test('ten processes that open a new schema at once find it whole', async () => {
  const url = server.url('opened_at_once')
  const all = await Promise.all(Array.from({ length: 10 }, () => postgresStores(`${url}&pool=2`)))
  await Promise.all(all.map((stores, i) => stores.of('one').append([record(`r${i}`, { orderingKey: `${i}` })])))
  expect(await all[0]?.of('one').backlog('live')).toMatchObject({ records: 10 })
  await Promise.all(all.map((stores) => stores.close()))
})

test('tables of another program, and of a newer version, are refused and left alone', async () => {
  const { url, a } = await twoMachines()
  await a.close()
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: server.url() })
  await client.connect()
  const [, schema] = /schema=(\w+)/.exec(url) ?? []
  await client.query(`UPDATE ${schema}.store_version SET version = 99`)
  await expect(postgresStores(url)).rejects.toMatchObject({ kind: 'config', code: 'store/newer' })
  await client.query('CREATE SCHEMA theirs; CREATE TABLE theirs.records (title text)')
  await expect(postgresStores(server.url('theirs'))).rejects.toMatchObject({ kind: 'config', code: 'store/foreign' })
  await client.end()
})

test('an append by one machine wakes the wait of another, also after the server was restarted', async () => {
  const { a, b } = await twoMachines()
  const store = a.of('one')
  await store.lease(request)
  const waitFor = async (id: string) => {
    const from = performance.now()
    const waiting = store.wait('live', 60_000, never)
    // Not before it listens.
    await new Promise((resolve) => setTimeout(resolve, 100))
    await b.of('one').append([record(id, { orderingKey: id })])
    await waiting
    expect(ids(await store.lease(request))).toContain(id)
    return performance.now() - from
  }
  expect(await waitFor('first')).toBeLessThan(5_000)
  await server.stop('immediate')
  await expect(b.of('one').append([record('lost')])).rejects.toMatchObject({ kind: 'transient' })
  await server.start()
  expect(await waitFor('second')).toBeLessThan(10_000)
}, 30_000)

describe('claims', () => {
  test('of two machines that claim at once, each tenant has one owner', async () => {
    const { a, b } = await twoMachines()
    for (let i = 0; i < 20; i++) await a.of(`t${i}`).append([record(`r${i}`)])
    const [mine, theirs] = [a.claims(), b.claims()]
    const claimed = await Promise.all([mine.claim(5), theirs.claim(5), mine.claim(5), theirs.claim(5), mine.claim(50)])
    const all = claimed.flat()
    expect(new Set(all).size).toBe(all.length)
    // None is the tenant with the empty name, which has written nothing.
    expect([...all, ...(await theirs.claim(50))].sort()).toEqual([...(await a.list())].sort())
    expect(await a.list()).toHaveLength(20)
  })

  test('a tenant that is released is due with its next record, at the time asked for, or when it is woken', async () => {
    const clock = new TestClock()
    const { a, b } = await twoMachines({ clock })
    const [mine, theirs] = [a.claims(), b.claims()]
    await a.of('one').append([record('a')])
    expect(await mine.claim(50)).toContain('one')
    const [held] = await a.of('one').lease(request)
    await a.of('one').settle([{ record: held ?? ({} as never), outcome: { status: 'delivered', events: [] } }])
    await mine.release([{ tenant: 'one', nextAt: clock.now() + 5_000 }, { tenant: '' }])
    expect(await theirs.claim(50)).toEqual([])
    expect(await theirs.nextDue()).toBe(clock.now() + 5_000)
    clock.advance(5_000)
    expect(await theirs.claim(50)).toEqual(['one'])
    await a.of('one').append([record('b')])
    await theirs.release([{ tenant: 'one' }])
    expect(await mine.claim(50)).toEqual(['one'])
    await b.of('one').lease(request)
    await theirs.wake('one')
    await mine.release([{ tenant: 'one' }])
    expect(await theirs.claim(50)).toEqual(['one'])
  })

  test('a process whose claim expires loses the tenant and its leases, and cannot release it', async () => {
    const clock = new TestClock()
    const { a, b } = await twoMachines({ clock })
    const [mine, theirs] = [a.claims(), b.claims()]
    await a.of('one').append([record('a')])
    await mine.claim(50)
    expect(ids(await a.of('one').lease(request))).toEqual(['a'])
    clock.advance(mine.claimMs - 1)
    expect(await theirs.claim(50)).toEqual([])
    clock.advance(1)
    expect(await theirs.claim(50)).toContain('one')
    expect(ids(await b.of('one').lease({ ...request, cutOff: 'once' }))).toEqual(['a'])
    expect(await mine.renew(['one'])).toEqual(new Set())
    await mine.release([{ tenant: 'one' }])
    expect(await theirs.renew(['one'])).toEqual(new Set(['one']))
  })

  test('a process that is known to have exited loses its tenants at once, with its leases', async () => {
    const clock = new TestClock()
    const exited = new Set<string>()
    const url = server.url(`two_${++schemas}`)
    const open = async (name: string) => {
      const self = { ...machine(name), hasExited: (id: string) => exited.has(id) }
      const stores = await postgresStores(url, { self, clock })
      opened.push(stores)
      return stores
    }
    const [a, b] = [await open('a'), await open('b')]
    const [mine, theirs] = [a.claims(), b.claims()]
    for (const tenant of ['one', 'two', 'three']) await a.of(tenant).append([record(tenant)])
    expect(await mine.claim(50)).toHaveLength(3)
    expect(ids(await a.of('one').lease(request))).toEqual(['one'])
    expect(await theirs.claim(50)).toEqual([])
    exited.add(machine('a').id)
    // All three are free, although another lease has forgotten the process before they are claimed.
    expect(await theirs.claim(1)).toHaveLength(1)
    expect(await b.of('one').lease({ ...request, lane: 'backfill' })).toEqual([])
    expect(await theirs.claim(50)).toHaveLength(2)
    expect(ids(await b.of('one').lease({ ...request, cutOff: 'once' }))).toEqual(['one'])
    expect(await mine.renew(['one'])).toEqual(new Set())
  })

  test('the owner finds a record of whose append it was not told', async () => {
    const { a, b } = await twoMachines()
    await a.of('one').append([record('first', { orderingKey: '1' })])
    const claims = a.claims()
    expect(await claims.claim(50)).toEqual(['one'])
    await a.of('one').lease(request)
    expect(await claims.due(['one'])).toEqual(new Set())
    await b.of('one').append([record('second', { orderingKey: '2' })])
    expect(await claims.due(['one', 'unknown'])).toEqual(new Set(['one']))
    expect(await b.claims().due(['one'])).toEqual(new Set())
  })

  test('an append by any machine is heard by those that watch, with the names of its own tenants', async () => {
    const { a, b } = await twoMachines()
    const claims = a.claims()
    await a.of('one').append([record('a')])
    await claims.claim(50)
    const heard: (readonly string[] | undefined)[] = []
    const stop = claims.watch((tenants) => heard.push(tenants))
    await expect.poll(() => heard.length, { timeout: 5_000 }).toBeGreaterThan(0)
    await b.of('one').append([record('b')])
    await expect.poll(() => heard.flat(), { timeout: 5_000 }).toContain('one')
    stop()
  })
})
