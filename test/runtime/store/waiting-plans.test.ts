/** With 100,000 waiting events no statement of the queue reads them one by one. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { event, ids, record, settlement, skipped } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import { TestClock } from '../../../runtime/conformance/contracts/store/test-clock.ts'
import type { Outcome } from '../../../runtime/ports/types.ts'
import { AppendBuffer } from '../../../runtime/store/sqlite/append-buffer.ts'
import type { Connection } from '../../../runtime/store/sqlite/connection.ts'
import { openConnection } from '../../../runtime/store/sqlite/open-connection.ts'
import * as queue from '../../../runtime/store/sqlite/queue.ts'
import { settle } from '../../../runtime/store/sqlite/settle.ts'
import { filterWaiting } from '../../../runtime/store/sqlite/waiting.ts'

const WAITING = 100_000
const NOW = 1_700_000_000_000

const folder = mkdtempSync(join(tmpdir(), 'store-'))
const statements = new Set<string>()
let db: Connection

/** Ten events of each contact, in one conversation each, due in an hour. */
const FILL = `
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${WAITING})
  INSERT INTO records (id, ingress, lane, workspace, ordering_key, lookup_ids, received_at, scope, status, attempt, due_at, outcome)
  SELECT 'w' || i, 'webhook', 'live', 'w1', 'conversation:' || (i % 1000), '[]', ${NOW}, 'live', 'deferred', 1, ${NOW + 3_600_000} + i,
    '{"status":"deferred","awaits":"awaiting-identity","until":0,"events":[]}' FROM n`
const FILL_EVENTS = `
  INSERT INTO waiting_events (key, seq, contact, metric, reason)
  SELECT 'k' || seq, seq, 'c' || (seq % ${WAITING / 10}), 'M', 'awaiting-identity' FROM records`

beforeAll(async () => {
  const opened = await openConnection(join(folder, 'store.db'), new TestClock())
  opened.transaction(() => {
    opened.exec(FILL)
    opened.exec(FILL_EVENTS)
    opened.exec(`INSERT INTO bodies (seq, body) SELECT seq, '{}' FROM records`)
  })
  const recorded =
    <A extends readonly unknown[], R>(call: (sql: string, ...values: A) => R) =>
    (sql: string, ...values: A): R => {
      statements.add(sql)
      return call.call(opened, sql, ...values)
    }
  const methods = { get: recorded(opened.get), all: recorded(opened.all), run: recorded(opened.run) }
  db = Object.assign(Object.create(opened), methods)
}, 60_000)
afterAll(() => {
  Object.getPrototypeOf(db).close()
  rmSync(folder, { recursive: true, force: true })
})

const lessee = { owner: 'o', token: 'o/1', buffer: new AppendBuffer() }
const request = { lane: 'live', limit: 100, leaseMs: 60_000 } as const

/** Runs every operation of the queue: append, lease, settle, release, wait. */
function runQueue(): readonly string[] {
  queue.append(db, record('notice', { orderingKey: 'conversation:1' }))
  queue.expireLeases(db, NOW)
  const [notice] = queue.lease(db, request, NOW, lessee)
  if (notice === undefined) throw new Error('the waiting records hold up the notice')
  settle(db, [settlement(notice, { ...skipped('x'), identified: ['c7'] })], NOW)
  const released = queue.lease(db, request, NOW, { ...lessee, token: 'o/2' })
  const waits = (key = '') => event('M', { status: 'deferred', reason: 'awaiting-identity', contact: 'c7', key })
  const again = (...keys: readonly string[]): Outcome => {
    return { status: 'deferred', awaits: 'awaiting-identity', until: NOW + 60_000, events: keys.map(waits) }
  }
  const [first, ...others] = released
  if (first === undefined) throw new Error('nothing was released')
  const sent: Outcome = { status: 'delivered', events: [event('M', { key: 'k', contact: 'c8' })] }
  settle(db, [settlement(first, sent), ...others.map((held) => settlement(held, again(...(held.awaited ?? []))))], NOW)
  const repeated = Array.from({ length: 100 }, (_, index) => `k${index + 100}`)
  expect(filterWaiting(db, repeated).size).toBe(100)
  repeat(again(...repeated))
  return ids(released)
}

/** A notification of a hundred events that wait in other records, one of which is dead. */
function repeat(outcome: Outcome): void {
  db.run("UPDATE records SET status = 'dead' WHERE id = 'w150'")
  queue.append(db, record('repeats', { orderingKey: 'conversation:new' }))
  const lease = queue.lease(db, request, NOW, { ...lessee, token: 'o/3' }).find(({ id }) => id === 'repeats')
  if (lease === undefined) throw new Error('the repeating record is not due')
  settle(db, [settlement(lease, outcome)], NOW)
  expect(db.all('SELECT key FROM waiting_events JOIN records USING (seq) WHERE id = ?', 'repeats')).toEqual([
    { key: 'k150' },
  ])
}

describe('with 100,000 waiting events', () => {
  test('a notice releases those of its contact alone, and the next lease has them', () => {
    expect(queue.backlog(db, 'live')).toEqual({ records: 0 })
    expect(queue.nextDue(db, 'live')).toBe(NOW + 3_600_001)
    const released = runQueue()
    expect(released).toHaveLength(10)
    expect(new Set(released.map((id) => Number(id.slice(1)) % (WAITING / 10)))).toEqual(new Set([7]))
    expect(queue.nextDue(db, 'live')).toBe(0) // those of the contact of the delivered event
  })

  test('every statement finds its rows by an index', () => {
    expect(statements.size).toBeGreaterThan(15)
    const scans = [...statements].flatMap((sql) => {
      // Stops at the first row.
      if (sql.includes('NOT EXISTS (SELECT 1 FROM waiting_events)')) return []
      const plan = db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      return plan
        .filter(({ detail }) => /SCAN (records|waiting_events|w|r)\b/.test(detail))
        .map((step) => [sql, step.detail])
    })
    expect(scans).toEqual([])
  })
})
