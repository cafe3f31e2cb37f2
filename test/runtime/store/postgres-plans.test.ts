/** What the work of a few records reads in PostgreSQL does not grow with the number of the others. */
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { delivered, event, record, settlement } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import type { Store } from '../../../runtime/ports/store.ts'
import { postgresStore } from '../../../runtime/store/postgres/store.ts'
import { type PostgresServer, startPostgres } from '../../helpers/processes/postgres.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(() => server?.remove())

const FEW = 20

/** Appends, leases and settles a few records, on a connection that plans its statements anew. */
async function workOnFew(round: number): Promise<void> {
  const store = await postgresStore(server.url())
  await appendMany(store, { count: FEW, name: `few-${round}` })
  const leased = await store.lease({ lane: 'live', limit: FEW, leaseMs: 60_000 })
  await store.renew(leased, 60_000)
  await store.filterDelivered(leased.map(({ id }) => id))
  await store.settle(leased.map((one) => settlement(one, delivered(event('M', { key: one.id, contact: one.id })))))
  await store.close()
  expect(leased).toHaveLength(FEW)
}

function appendMany(store: Store, { count, name }: { readonly count: number; readonly name: string }) {
  return store.append(Array.from({ length: count }, (_, i) => record(`${name}-${i}`, { lookupIds: [`${name}-${i}`] })))
}

/** Rows of the large tables that were read so far. A connection adds what it read when it has ended. */
async function rowsRead(schema = 'connector'): Promise<number> {
  const client = new pg.Client({ connectionString: server.url() })
  await client.connect()
  const others = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'connector'"
  await vi.waitFor(async () => expect((await client.query(others)).rows).toEqual([]), 10_000)
  const { rows } = await client.query<{ read: string }>(
    `SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) AS read FROM pg_stat_all_tables
    WHERE schemaname = $1 AND relname ~ '^(records|bodies|lookup_ids|events|delivered_keys|contacts)_'`,
    [schema],
  )
  await client.end()
  return Number(rows[0]?.read)
}

test('a plan made for empty tables, and one made for full ones, reads the rows it needs', async () => {
  await workOnFew(0)
  const few = await rowsRead()
  const store = await postgresStore(server.url())
  for (let page = 0; page < 4; page++) await appendMany(store, { count: 1_000, name: `many-${page}` })
  await store.close()
  const filled = await rowsRead()
  await workOnFew(1)
  expect(few).toBeGreaterThan(FEW)
  expect((await rowsRead()) - filled).toBeLessThan(few * 3)
}, 60_000)

test('a plan made while hardly a record is leased finds each of many leases by its record', async () => {
  const leases = 1_000
  const filling = await postgresStore(server.url())
  await appendMany(filling, { count: leases + FEW, name: 'leased' })
  await filling.close()
  const client = new pg.Client({ connectionString: server.url() })
  await client.connect()
  await client.query('VACUUM ANALYZE')
  await client.end()
  const before = await rowsRead()
  const store = await postgresStore(`${server.url()}&pool=1`)
  await endLeases(store, FEW)
  await endLeases(store, leases)
  await store.close()
  // Each record is read several times; by the index of leases, every row would read all that are leased.
  expect((await rowsRead()) - before).toBeLessThan(leases * 20)
}, 60_000)

test('a schema that fills within seconds gets statistics before autovacuum looks at it', async () => {
  const records = 4_000
  const first = await postgresStore(server.url('filling'))
  for (let n = 0; n < 10; n++) await appendMany(first, { count: FEW, name: `first-${n}` })
  await first.close()
  const store = await postgresStore(server.url('filling'))
  for (let n = 0; n < records; n += FEW) await appendMany(store, { count: FEW, name: `filling-${n}` })
  await store.close()
  // By a plan made for the first records, each would read all that the tenant has: eight million rows.
  expect(await rowsRead('filling')).toBeLessThan(records * 200)
}, 60_000)

/** Leases records, renews and settles a few of them, and releases the others. */
async function endLeases(store: Store, count: number): Promise<void> {
  const leased = await store.lease({ lane: 'live', limit: count, leaseMs: 60_000 })
  const few = leased.slice(0, FEW / 2)
  await store.renew(few, 60_000)
  await store.settle(few.map((one) => settlement(one, delivered(event('M', { key: one.id })))))
  await store.release(leased.slice(FEW / 2))
  expect(leased).toHaveLength(count)
}
