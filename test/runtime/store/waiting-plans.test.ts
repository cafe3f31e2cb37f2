/** With 100,000 waiting events no statement of the queue reads them one by one. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { event, ids, record, settlement, skipped } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import { TestClock } from '../../../runtime/conformance/contracts/store/test-clock.ts'
import { MonotonicClock } from '../../../runtime/lib/monotonic-clock.ts'
import type { EventSearch } from '../../../runtime/ports/event-search.ts'
import type { Outcome, Settlement } from '../../../runtime/ports/types.ts'
import { appendAll } from '../../../runtime/store/sql/append.ts'
import { AppendBuffer } from '../../../runtime/store/sql/append-buffer.ts'
import { countEvents } from '../../../runtime/store/sql/count-events.ts'
import { findWaiting } from '../../../runtime/store/sql/find-waiting.ts'
import {
  findRecords,
  listUnsettled,
  selectDead,
  selectDeadPage,
  traceRecords,
} from '../../../runtime/store/sql/ledger.ts'
import * as queue from '../../../runtime/store/sql/queue.ts'
import { backlog, dueLanes, nextDue } from '../../../runtime/store/sql/queue-state.ts'
import { settle } from '../../../runtime/store/sql/settle.ts'
import { all, drive, type Steps } from '../../../runtime/store/sql/steps.ts'
import { filterWaiting } from '../../../runtime/store/sql/waiting.ts'
import type { Connection } from '../../../runtime/store/sqlite/connection.ts'
import { openConnection } from '../../../runtime/store/sqlite/open-connection.ts'
import { SqliteSql } from '../../../runtime/store/sqlite/sqlite-sql.ts'

const WAITING = 100_000
const NOW = 1_700_000_000_000

const folder = mkdtempSync(join(tmpdir(), 'store-'))
const statements = new Set<string>()
let db: Connection

/** Ten events of each contact, in one conversation each, due in an hour. */
const FILL = `
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${WAITING})
  INSERT INTO records (tenant, id, ingress, lane, workspace, ordering_key, lookup_ids, received_at, scope, status, attempt, due_at, outcome)
  SELECT 0, 'w' || i, 'webhook', 'live', 'w1', 'conversation:' || (i % 1000), '[]', ${NOW}, 'live', 'deferred', 1, ${NOW + 3_600_000} + i,
    '{"status":"deferred","awaits":"awaiting-identity","until":0,"events":[]}' FROM n`
const FILL_EVENTS = `
  INSERT INTO waiting_events (tenant, key, seq, contact, metric, reason)
  SELECT 0, 'k' || seq, seq, 'c' || (seq % ${WAITING / 10}), 'M', 'awaiting-identity' FROM records`

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

const lessee = { owner: 'o', token: 'o/1', buffer: new AppendBuffer(new MonotonicClock(new TestClock())) }
const request = { lane: 'live', limit: 100, leaseMs: 60_000 } as const

const steps = <T>(work: Steps<T>): T => drive(work, new SqliteSql(db, new TestClock()), 'sqlite') as T
const append = (...[id, rest]: Parameters<typeof record>) =>
  steps(appendAll([{ tenant: 0, records: [record(id, rest)] }]))
const lease = (token: string) =>
  steps(
    (function* () {
      const { statement, values } = queue.dueQuery(0, request, NOW)
      const rows = yield* all<queue.DueRow>(statement, ...values)
      return yield* queue.lease(0, rows, NOW + request.leaseMs, { ...lessee, token })
    })(),
  )
const settleAll = (...settlements: readonly Settlement[]) => steps(settle(0, settlements, NOW))

/** Runs every operation of the queue: append, lease, settle, release, wait. */
function runQueue(): readonly string[] {
  append('notice', { orderingKey: 'conversation:1' })
  steps(queue.expireLeases(0, NOW))
  const [notice] = lease('o/1')
  if (notice === undefined) throw new Error('the waiting records hold up the notice')
  settleAll(settlement(notice, { ...skipped('x'), identified: ['c7'] }))
  const released = lease('o/2')
  const waits = (key = '') => event('M', { status: 'deferred', reason: 'awaiting-identity', contact: 'c7', key })
  const again = (...keys: readonly string[]): Outcome => {
    return { status: 'deferred', awaits: 'awaiting-identity', until: NOW + 60_000, events: keys.map(waits) }
  }
  const [first, ...others] = released
  if (first === undefined) throw new Error('nothing was released')
  const sent: Outcome = { status: 'delivered', events: [event('M', { key: 'k', contact: 'c8' })] }
  settleAll(settlement(first, sent), ...others.map((held) => settlement(held, again(...(held.awaited ?? [])))))
  const repeated = Array.from({ length: 100 }, (_, index) => `k${index + 100}`)
  expect(steps(filterWaiting(0, repeated)).size).toBe(100)
  repeat(again(...repeated))
  return ids(released)
}

/** A notification of a hundred events that wait in other records, one of which is dead. */
function repeat(outcome: Outcome): void {
  const own: Connection = Object.getPrototypeOf(db)
  own.run("UPDATE records SET status = 'dead' WHERE id = 'w150'")
  append('repeats', { orderingKey: 'conversation:new' })
  const repeats = lease('o/3').find(({ id }) => id === 'repeats')
  if (repeats === undefined) throw new Error('the repeating record is not due')
  settleAll(settlement(repeats, outcome))
  expect(own.all('SELECT key FROM waiting_events JOIN records USING (seq) WHERE id = ?', 'repeats')).toEqual([
    { key: 'k150' },
  ])
}

describe('with 100,000 waiting events', () => {
  test('a notice releases those of its contact alone, and the next lease has them', () => {
    expect(steps(backlog(0, 'live'))).toEqual({ records: 0 })
    expect(steps(nextDue(0, 'live', NOW))).toBe(NOW + 3_600_001)
    const released = runQueue()
    expect(released).toHaveLength(10)
    expect(new Set(released.map((id) => Number(id.slice(1)) % (WAITING / 10)))).toEqual(new Set([7]))
    expect(steps(nextDue(0, 'live', NOW))).toBe(0) // those of the contact of the delivered event
    expect(steps(dueLanes())).toEqual([{ tenant: 0, lane: 'live', due: 0 }])
  })

  test('a page of events reads its own rows, and of the others that wait an index alone', () => {
    const before = new Set(statements)
    const searches = [
      {},
      { before: { at: NOW - 1, id: 1 } },
      { after: { at: 0, id: 1 } },
      { queue: 'live' },
      { metric: 'M' },
    ]
    for (const search of searches as readonly Partial<EventSearch>[]) steps(findWaiting(0, { ...search, limit: 50 }))
    steps(countEvents(0, { status: 'deferred' }, 1_000))
    expect(steps(listUnsettled(0, { limit: 50 }))).toHaveLength(50)
    steps(traceRecords(0, 'w7'))
    steps(findRecords(0, { refs: ['w7'], limit: 50 }))
    const details = [...statements].filter((sql) => !before.has(sql)).flatMap(planOf)
    const ofRecords = details.filter((detail) => /^(SCAN|SEARCH) (records|r)\b/.test(detail))
    expect(ofRecords.length).toBeGreaterThan(10)
    for (const detail of ofRecords) expect(detail).toMatch(OWN_ROWS_OR_INDEX)
  })

  test('a look at the lanes of all tenants steps along an index, and sorts nothing', () => {
    steps(dueLanes())
    const details = [...statements].filter((sql) => sql.includes('(tenant, lane) >')).flatMap(planOf)
    expect(details.length).toBeGreaterThan(5)
    for (const detail of details) expect(detail).not.toMatch(/TEMP B-TREE|\(tenant=\?\)/)
  })

  test('dead letters named by id are found by their ids', () => {
    const before = new Set(statements)
    steps(selectDead(0, ['w1']))
    steps(selectDeadPage(0, ['w1'], 0))
    const details = [...statements].filter((sql) => !before.has(sql)).flatMap(planOf)
    expect(details.filter((detail) => /^SEARCH records /.test(detail))).toEqual(
      Array(2).fill('SEARCH records USING INDEX sqlite_autoindex_records_1 (id=? AND tenant=?)'),
    )
  })

  test('every statement finds its rows by an index', () => {
    expect(statements.size).toBeGreaterThan(15)
    const scans = [...statements].flatMap((sql) => {
      return planOf(sql)
        .filter((detail) => /SCAN (records|waiting_events|w|r)\b|\(tenant=\?\)/.test(detail))
        .filter(() => !READS_ALL.test(sql))
        .map((detail) => [sql, detail])
    })
    expect(scans).toEqual([])
  })
})

function planOf(sql: string): readonly string[] {
  const own: Connection = Object.getPrototypeOf(db)
  return own.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).map(({ detail }) => detail)
}

/** Few records are interrupted: those are read themselves. */
const OWN_ROWS_OR_INDEX =
  /^SEARCH (r USING INTEGER PRIMARY KEY|records USING COVERING INDEX|records USING INDEX records_(cut_off|leased) )|^SEARCH records USING COVERING INDEX sqlite_autoindex_records_1 \(tenant=\? AND id=\?\)/

/** The first row alone, or for a page of events an index of those that wait. */
const READS_ALL = /FROM waiting_events WHERE tenant = \?1 LIMIT 1|\) AS found/
