/** Times searches for events over ten million of them in a SQLite file, created by SQL: pages of 50, by each kind of filter. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventSearch } from '../runtime/ports/event-search.ts'
import type { Store } from '../runtime/ports/store.ts'
import { openConnection } from '../runtime/store/sqlite/open-connection.ts'
import { sqliteStore } from '../runtime/store/sqlite/store.ts'
import { systemClock } from '../runtime/system.ts'
import type { ResultTable } from './harness/result-table.ts'

const EVENTS = 10_000_000
/** A conversation has several. */
const EVENTS_OF_RECORD = 4
const RECORDS = EVENTS / EVENTS_OF_RECORD
const WAITING = 20_000
const METRICS = 15
const CONTACTS = RECORDS / 10
const ROUNDS = 100
const LIMIT = 50
const DAY = 86_400_000

export async function runBenchmark(): Promise<readonly ResultTable[]> {
  const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'bench-events-'))
  try {
    const file = join(folder, 'store.db')
    const began = performance.now()
    await fill(file)
    const seconds = (performance.now() - began) / 1000
    const store = await sqliteStore(file, { clock: systemClock })
    const rows = await measure(store)
    await store.close()
    return [
      {
        title: `Searches over ${EVENTS.toLocaleString('en')} events, pages of ${LIMIT}`,
        rows,
        notes: [
          'A busy machine inflates the wall clock, not the CPU column.',
          `${RECORDS.toLocaleString('en')} records, ${WAITING.toLocaleString('en')} more wait; ${(statSync(file).size / 1e9).toFixed(1)} GB, filled in ${Math.round(seconds)} s`,
        ],
      },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const NOW = Date.now()

const searches: readonly [filter: string, search: Partial<EventSearch>][] = [
  ['all', {}],
  ['outcome: delivered', { status: 'delivered' }],
  ['outcome: failed', { status: 'dead' }],
  ['outcome: waiting', { status: 'deferred' }],
  ['metric', { metric: 'Metric 3' }],
  ['metric and outcome', { metric: 'Metric 3', status: 'skipped' }],
  ['reason', { reason: 'no-identity' }],
  ['a reason of three events', { reason: 'rare' }],
  ['live', { origin: 'live' }],
  ['history', { origin: 'history' }],
  ['run and failed', { run: 'run-1', status: 'dead' }],
  ['topic', { topic: 'topic.3' }],
  ['topic, metric and reason', { topic: 'topic.3', metric: 'Metric 3', reason: 'no-identity' }],
  ['a day, two years ago', { since: NOW - 731 * DAY, until: NOW - 730 * DAY }],
  ['a day, live, a metric', { since: NOW - 31 * DAY, until: NOW - 30 * DAY, origin: 'live', metric: 'Metric 3' }],
  ['person', { refs: ['c00000777'] }],
  ['person and metric', { refs: ['c00000777'], metric: 'Metric 3' }],
  ['nothing', { reason: 'none' }],
]

async function measure(store: Store) {
  const rows = []
  for (const [filter, search] of searches) {
    const times: number[] = []
    let found = 0
    const cpu = process.cpuUsage()
    for (let round = 0; round < ROUNDS; round++) {
      // Every other round reads a page in the middle, those between them its newer neighbour.
      const at = NOW - (round / ROUNDS) * 900 * DAY
      const page = round === 0 ? {} : { [round % 2 === 0 ? 'before' : 'after']: { at, id: 1 } }
      const began = performance.now()
      found += (await store.findEvents({ ...search, ...page, limit: LIMIT })).length
      times.push(performance.now() - began)
    }
    const { user, system } = process.cpuUsage(cpu)
    const [first = 0] = times
    times.sort((a, b) => a - b)
    rows.push({
      filter,
      'events a page': found / ROUNDS,
      'first ms': first,
      'p50 ms': times[ROUNDS >> 1] ?? 0,
      'p99 ms': times[ROUNDS - 2] ?? 0,
      'CPU ms': (user + system) / ROUNDS / 1000,
    })
  }
  return rows
}

const numbers = (count: number) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`

/** Live events of a year, polled ones among them; history of three years, imported in a run. */
async function fill(file: string): Promise<void> {
  await (await sqliteStore(file, { clock: systemClock })).close()
  const db = await openConnection(file, systemClock)
  const scope = `iif(i % 10 < 4, 'run-1', iif(i % 10 = 4, 'reconcile', 'live'))`
  const topic = `iif(i % 10 < 5, NULL, 'topic.' || (i % 8))`
  const at = `CAST(${NOW - 365 * DAY} + i * ${(365 * DAY) / RECORDS} AS INTEGER)`
  const event = (index: number) =>
    `json_object('metric', 'Metric ' || ((i * ${EVENTS_OF_RECORD} + ${index}) % ${METRICS}), 'status', 'delivered', 'lane', 'live', 'key', 'k' || i || '-${index}', 'time', '2026-01-01T00:00:00.000Z', 'contact', printf('c%08d', i % ${CONTACTS}))`
  const events = Array.from({ length: EVENTS_OF_RECORD }, (_, index) => event(index)).join(', ')
  const status = `CASE WHEN n % 50 = 0 THEN 'dead' WHEN n % 7 = 0 THEN 'skipped' ELSE 'delivered' END`
  const reason = `CASE WHEN n IN (11, ${EVENTS / 2 + 1}, ${EVENTS - 9}) THEN 'rare' WHEN n % 50 = 0 THEN 'destination/invalid'
    WHEN n % 7 = 0 THEN iif(n % 3 = 0, 'no-identity', 'already-delivered') ELSE '' END`
  db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; PRAGMA foreign_keys = OFF')
  db.exec(`BEGIN;
    INSERT INTO tenants (number, name) VALUES (0, '');
    INSERT INTO records (tenant, id, ingress, lane, topic, stream, workspace, ordering_key, lookup_ids, received_at, scope, status, attempt, settled_at, outcome)
      ${numbers(RECORDS)} SELECT 0, 'r' || printf('%08d', i), iif(i % 10 < 4, 'backfill', 'webhook'), 'live', ${topic}, iif(i % 10 < 5, 'conversations', NULL),
        'w1', 'c:' || i, '["' || i || '"]', ${at}, ${scope}, 'delivered', 1, ${at}, json_object('status', 'delivered', 'events', json_array(${events})) FROM n;
    DROP INDEX events_seq; DROP INDEX events_kind; DROP INDEX events_happened;
    CREATE TEMP TABLE made AS
      SELECT n, r.seq, (n - 1) % ${EVENTS_OF_RECORD} AS event_index, 'Metric ' || (n % ${METRICS}) AS metric, ${status} AS status, ${reason} AS reason,
        scope, coalesce(topic, '') AS topic, settled_at
      FROM (${numbers(EVENTS)} SELECT i AS n FROM n) JOIN records r ON r.seq = (n - 1) / ${EVENTS_OF_RECORD} + 1;
    INSERT INTO event_kinds (tenant, metric, status, reason, scope, topic)
      SELECT DISTINCT 0, metric, status, reason, scope, topic FROM made;
    INSERT INTO events (tenant, seq, event_index, kind, happened_at, settled_at)
      SELECT 0, seq, event_index, k.number, iif(m.scope = 'run-1', ${NOW} - (${NOW} - settled_at) * 3, settled_at - 1000 - n % 1000), settled_at
      FROM made m JOIN event_kinds k ON k.tenant = 0 AND k.metric = m.metric AND k.status = m.status AND k.reason = m.reason
        AND k.scope = m.scope AND k.topic = m.topic ORDER BY n;
    DROP TABLE made;
    CREATE INDEX events_seq ON events (seq);
    CREATE INDEX events_kind ON events (kind);
    CREATE INDEX events_happened ON events (kind, happened_at);
    INSERT INTO lookup_ids (tenant, lookup_id, seq) SELECT 0, printf('c%08d', seq % ${CONTACTS}), seq FROM records ORDER BY 2, 3;
    INSERT INTO records (tenant, id, ingress, lane, topic, workspace, ordering_key, lookup_ids, received_at, scope, status, attempt, due_at, outcome)
      ${numbers(WAITING)} SELECT 0, 'w' || i, 'webhook', 'live', 'topic.' || (i % 8), 'w1', 'w:' || i, '[]', ${NOW} - i, 'live', 'deferred', 1, ${NOW},
        json_object('status', 'deferred', 'awaits', 'awaiting-identity', 'until', 0, 'events', json_array(json_object('metric', 'Metric ' || (i % ${METRICS}), 'status', 'deferred', 'lane', 'live', 'reason', 'awaiting-identity'))) FROM n;
    COMMIT;`)
  db.close()
}
