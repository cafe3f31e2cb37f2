/** The tenants of a database as a page lists them, on SQLite and PostgreSQL: those that need attention first. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { delivered, event, record, settlement, single } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import { TestClock } from '../../../runtime/conformance/contracts/store/test-clock.ts'
import type { ProcessIdentity } from '../../../runtime/ports/effects.ts'
import { postgresStores } from '../../../runtime/store/postgres/store.ts'
import type { SqlStores } from '../../../runtime/store/sql/sql-store.ts'
import { sqliteStores } from '../../../runtime/store/sqlite/store.ts'
import { type PostgresServer, startPostgres } from '../../helpers/processes/postgres.ts'

const folder = mkdtempSync(join(tmpdir(), 'tenants-'))
let server: PostgresServer
const opened: SqlStores[] = []
beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(async () => {
  await Promise.all(opened.map((stores) => stores.close()))
  await server?.remove()
  rmSync(folder, { recursive: true, force: true })
})

const self: ProcessIdentity = { id: '12.x@web-1/5', hasExited: () => false }
const request = { lane: 'live', limit: 1, leaseMs: 60_000 } as const
const first = { offset: 0, limit: 10 } as const
let databases = 0

const OPENERS: Readonly<Record<string, (name: string, clock: TestClock) => Promise<SqlStores>>> = {
  sqlite: (name, clock) => sqliteStores(join(folder, name), { clock, self }),
  postgres: (name, clock) => postgresStores(server.url(name), { clock, self }),
}

describe.each(Object.keys(OPENERS))('%s', (kind) => {
  async function open() {
    const clock = new TestClock()
    const stores = await (OPENERS[kind] as (typeof OPENERS)[string])(`listed_${++databases}`, clock)
    opened.push(stores)
    const names = async (query: Partial<Parameters<SqlStores['findTenants']>[0]> = {}) =>
      (await stores.findTenants({ ...first, ...query })).tenants.map(({ tenant }) => tenant)
    return { clock, stores, names }
  }
  const state = (state: string, since: number, ...problems: string[]) => ({
    name: 'health',
    value: { state, since, problems: Object.fromEntries(problems.map((code) => [code, since])) },
  })

  test('they come by state, then by name, with counts of each state; in pages, by part of the name', async () => {
    const { stores, names } = await open()
    for (const tenant of ['shop-1', 'shop-2', 'shop-3', 'bank-1', 'bank-2'])
      await stores.of(tenant).append([record('a')])
    await stores.of('shop-1').writeCheckpoints([state('healthy', 5)])
    await stores.of('bank-2').writeCheckpoints([state('degraded', 6, 'webhooks-silent', 'events-failed')])
    await stores.of('shop-3').writeCheckpoints([state('stopped', 7, 'credentials-rejected')])
    const { tenants, counts } = await stores.findTenants(first)
    expect(tenants.map(({ tenant }) => tenant)).toEqual(['shop-3', 'bank-2', 'bank-1', 'shop-2', 'shop-1'])
    expect(counts).toEqual({ stopped: 1, degraded: 1, unknown: 2, healthy: 1 })
    expect(tenants[1]).toMatchObject({
      state: 'degraded',
      stateSince: 6,
      problems: ['webhooks-silent', 'events-failed'],
    })
    expect(await names({ limit: 2 })).toEqual(['shop-3', 'bank-2'])
    expect(await names({ limit: 2, offset: 4 })).toEqual(['shop-1'])
    expect(await names({ search: 'bank' })).toEqual(['bank-2', 'bank-1'])
    expect(await names({ state: 'unknown' })).toEqual(['bank-1', 'shop-2'])
    expect((await stores.findTenants({ ...first, search: 'hop-', state: 'healthy' })).counts).toEqual({
      ...{ stopped: 1, degraded: 0, unknown: 1, healthy: 1 },
    })
    // No pattern, and no part of a statement.
    for (const search of ['%', '_', "'", 'SHOP']) expect([search, await names({ search })]).toEqual([search, []])
  })

  test('each has its process, what waits, and its last event', async () => {
    const { clock, stores } = await open()
    const store = stores.of('one')
    const time = new Date(clock.now() - 1_000).toISOString()
    await store.append([
      record('a', { orderingKey: '1', receivedAt: 77 }),
      record('b', { orderingKey: '2', receivedAt: 99 }),
    ])
    const leased = single(await store.lease(request))
    await store.settle([settlement(leased, delivered(event('M', { key: 'k', time })))])
    await store.append([record('c', { orderingKey: '3', receivedAt: 88, lane: 'backfill' })])
    const claims = stores.claims()
    const read = async () => single((await stores.findTenants(first)).tenants)
    expect(await read()).toEqual({
      ...{ tenant: 'one', state: 'unknown', problems: [], waiting: 2, nextAt: clock.now() },
      ...{ oldestWaiting: 88, lastEventAt: clock.now() - 1_000 },
    })
    await claims.claim(1)
    const since = clock.now()
    clock.advance(5_000)
    await claims.renew(['one'])
    expect(await read()).toMatchObject({ owner: '12 on web-1', ownedSince: since })
    expect(await read()).not.toHaveProperty('nextAt')
    clock.advance(claims.claimMs)
    expect(await read()).not.toHaveProperty('owner')
  })

  test('one whose connector cannot be created is stopped, until one was', async () => {
    const { clock, stores } = await open()
    await stores.of('one').append([record('a')])
    await stores.of('one').writeCheckpoints([state('healthy', 5)])
    const claims = stores.claims()
    await claims.claim(1)
    const read = async () => single((await stores.findTenants(first)).tenants)
    await claims.setFault?.('one', 'host/connector-failed')
    expect(await read()).toMatchObject({ state: 'stopped', problems: ['host/connector-failed'] })
    expect((await stores.findTenants(first)).counts).toMatchObject({ stopped: 1, healthy: 0 })
    await claims.release([{ tenant: 'one', nextAt: clock.now() }])
    expect(await read()).toMatchObject({ state: 'stopped' })
    // Not by a process that does not own it.
    await claims.setFault?.('one', undefined)
    expect(await read()).toMatchObject({ state: 'stopped' })
    await claims.claim(1)
    expect(await read()).toMatchObject({ state: 'healthy', stateSince: 5, problems: [] })
  })
})
