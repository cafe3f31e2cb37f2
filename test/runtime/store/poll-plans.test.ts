/** A reconciling pass and the delivery of its finds read no table row by row, so they cost the same in a store of any size. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { event, settlement } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import { TestClock } from '../../../runtime/conformance/contracts/store/test-clock.ts'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import type { Store } from '../../../runtime/ports/store.ts'
import type { Outcome } from '../../../runtime/ports/types.ts'
import { Connection } from '../../../runtime/store/sqlite/connection.ts'
import { openConnection } from '../../../runtime/store/sqlite/open-connection.ts'
import { sqliteStore } from '../../../runtime/store/sqlite/store.ts'
import { startConnector } from '../../helpers/connector-harness.ts'

const folder = mkdtempSync(join(tmpdir(), 'store-'))
const file = join(folder, 'store.db')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The tables that grow with the history. */
const LARGE = [
  'records',
  'bodies',
  'lookup_ids',
  'delivered_keys',
  'events',
  'contacts',
  'cache',
  'r',
  'e',
  'own',
  'other',
]
/** A tenant may have all rows of a table: an index on its number alone is none. */
const SCAN = new RegExp(`SCAN (${LARGE.join('|')})\\b|\\(tenant=\\?\\)`)

/** What delivery asks the store for each record. */
async function deliver(store: Store): Promise<void> {
  const leased = await store.lease({ lane: 'backfill', limit: 100, leaseMs: 60_000 })
  await store.isQueued('live', leased[0]?.orderingKey ?? '')
  await store.filterDelivered(['k'])
  await store.filterDelivered(leased.map(({ id }) => id))
  await store.readContacts(['c'])
  await store.contactsSharing('c', 20)
  const sent = (key: string): Outcome => ({
    status: 'delivered',
    events: [event('M', { key, contact: 'c', emailHash: 'h' })],
  })
  await store.settle(leased.map((record) => settlement(record, sent(record.id))))
  await store.backlog('backfill')
}

test('every statement of a pass finds its rows by an index', async () => {
  const clock = virtualClock()
  const store = await sqliteStore(file, { clock })
  const { connector, clock: virtual } = await startConnector({ clock, connector: { store } })
  const statements = new Set<string>()
  for (const method of ['get', 'all', 'run'] as const) {
    const call = Connection.prototype[method]
    vi.spyOn(Connection.prototype, method).mockImplementation(function (this: Connection, sql: string, ...values) {
      statements.add(sql)
      return call.call(this, sql, ...values) as never
    })
  }
  const since = clock.now() - 400 * 86_400_000
  const pass = await virtual.until(connector.reconcile({ since, signal: new AbortController().signal }))
  await deliver(store)
  vi.restoreAllMocks()
  await connector.close()
  await store.close()
  expect(pass?.streams.some(({ added }) => added > 0)).toBe(true)

  const db = await openConnection(file, new TestClock())
  // Stops at the first row.
  const whole = [...statements].filter((sql) => !sql.includes('FROM waiting_events WHERE tenant = ?1 LIMIT 1'))
  const scans = whole.flatMap((sql) =>
    db
      .all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .flatMap(({ detail }) => (SCAN.test(detail) ? [[sql, detail]] : [])),
  )
  db.close()
  expect(scans).toEqual([])
  // Among them those that read the delivered keys, take records from the queue and settle them.
  for (const part of ['FROM delivered_keys', 'queue_head = 1', 'INSERT INTO delivered_keys'])
    expect([...statements].some((sql) => sql.includes(part))).toBe(true)
})
