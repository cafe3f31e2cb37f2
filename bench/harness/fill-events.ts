/** Fills a store of either kind with ten million events by SQL: live ones of a year, and the history of three. */
import pg from 'pg'
import { openConnection } from '../../runtime/store/sqlite/open-connection.ts'
import { systemClock } from '../../runtime/system.ts'

export const EVENTS = 10_000_000
/** A conversation has several. */
const EVENTS_OF_RECORD = 4
export const RECORDS = EVENTS / EVENTS_OF_RECORD
export const WAITING = 20_000
const METRICS = 15
const CONTACTS = RECORDS / 10
const DAY = 86_400_000

const numbers = (count: number) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`

/** The file of a store that was opened once. `now`: the time of the newest event, milliseconds since 1970. */
export async function fillSqlite(file: string, now: number): Promise<void> {
  const db = await openConnection(file, systemClock)
  const scope = `iif(i % 10 < 4, 'run-1', iif(i % 10 = 4, 'reconcile', 'live'))`
  const topic = `iif(i % 10 < 5, NULL, 'topic.' || (i % 8))`
  const at = `CAST(${now - 365 * DAY} + i * ${(365 * DAY) / RECORDS} AS INTEGER)`
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
      SELECT 0, seq, event_index, k.number, iif(m.scope = 'run-1', ${now} - (${now} - settled_at) * 3, settled_at - 1000 - n % 1000), settled_at
      FROM made m JOIN event_kinds k ON k.tenant = 0 AND k.metric = m.metric AND k.status = m.status AND k.reason = m.reason
        AND k.scope = m.scope AND k.topic = m.topic ORDER BY n;
    DROP TABLE made;
    CREATE INDEX events_seq ON events (seq);
    CREATE INDEX events_kind ON events (kind);
    CREATE INDEX events_happened ON events (kind, happened_at);
    INSERT INTO lookup_ids (tenant, lookup_id, seq) SELECT 0, printf('c%08d', seq % ${CONTACTS}), seq FROM records ORDER BY 2, 3;
    INSERT INTO records (tenant, id, ingress, lane, topic, workspace, ordering_key, lookup_ids, received_at, scope, status, attempt, due_at, outcome)
      ${numbers(WAITING)} SELECT 0, 'w' || i, 'webhook', 'live', 'topic.' || (i % 8), 'w1', 'w:' || i, '[]', ${now} - i, 'live', 'deferred', 1, ${now},
        json_object('status', 'deferred', 'awaits', 'awaiting-identity', 'until', 0, 'events', json_array(json_object('metric', 'Metric ' || (i % ${METRICS}), 'status', 'deferred', 'lane', 'live', 'reason', 'awaiting-identity'))) FROM n;
    COMMIT;`)
  db.close()
}

/** The database of a store that was opened once. */
export async function fillPostgres(url: string, now: number): Promise<void> {
  const db = new pg.Client({ connectionString: url })
  await db.connect()
  try {
    await db.query(postgresScript(now))
    await db.query('VACUUM')
  } finally {
    await db.end()
  }
}

function postgresScript(now: number): string {
  const text = (value: string) => `(${value})::text`
  const scope = `CASE WHEN i % 10 < 4 THEN 'run-1' WHEN i % 10 = 4 THEN 'reconcile' ELSE 'live' END`
  const topic = `CASE WHEN i % 10 >= 5 THEN 'topic.' || (i % 8) END`
  const at = `${now - 365 * DAY} + floor(i * ${(365 * DAY) / RECORDS})::bigint`
  const contact = (i: string) => `'c' || lpad((${i} % ${CONTACTS})::text, 8, '0')`
  const event = (index: number) =>
    `json_build_object('metric', 'Metric ' || ((i * ${EVENTS_OF_RECORD} + ${index}) % ${METRICS}), 'status', 'delivered', 'lane', 'live', 'key', 'k' || i || '-${index}', 'time', '2026-01-01T00:00:00.000Z', 'contact', ${contact('i')})`
  const events = Array.from({ length: EVENTS_OF_RECORD }, (_, index) => event(index)).join(', ')
  const status = `CASE WHEN n % 50 = 0 THEN 'dead' WHEN n % 7 = 0 THEN 'skipped' ELSE 'delivered' END`
  const reason = `CASE WHEN n IN (11, ${EVENTS / 2 + 1}, ${EVENTS - 9}) THEN 'rare' WHEN n % 50 = 0 THEN 'destination/invalid'
    WHEN n % 7 = 0 THEN CASE WHEN n % 3 = 0 THEN 'no-identity' ELSE 'already-delivered' END ELSE '' END`
  return `SET search_path = connector; SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET work_mem = '256MB';
    INSERT INTO tenants (number, name) VALUES (0, '');
    INSERT INTO records (tenant, id, ingress, lane, topic, stream, workspace, ordering_key, lookup_ids, received_at, scope, status, attempt, settled_at, outcome)
      SELECT 0, 'r' || lpad(i::text, 8, '0'), CASE WHEN i % 10 < 4 THEN 'backfill' ELSE 'webhook' END, 'live', ${topic}, CASE WHEN i % 10 < 5 THEN 'conversations' END,
        'w1', 'c:' || i, '["' || i || '"]', ${at}, ${scope}, 'delivered', 1, ${at}, ${text(`json_build_object('status', 'delivered', 'events', json_build_array(${events}))`)}
      FROM generate_series(1, ${RECORDS}) AS i ORDER BY i;
    DROP INDEX events_seq; DROP INDEX events_kind; DROP INDEX events_happened;
    CREATE UNLOGGED TABLE made AS
      SELECT n, r.seq, (n - 1) % ${EVENTS_OF_RECORD} AS event_index, 'Metric ' || (n % ${METRICS}) AS metric, ${status} AS status, ${reason} AS reason,
        scope, coalesce(topic, '') AS topic, settled_at
      FROM generate_series(1, ${EVENTS}) AS n JOIN records r ON r.tenant = 0 AND r.seq = (n - 1) / ${EVENTS_OF_RECORD} + 1;
    INSERT INTO event_kinds (tenant, metric, status, reason, scope, topic)
      SELECT DISTINCT 0, metric, status, reason, scope, topic FROM made;
    INSERT INTO events (tenant, seq, event_index, kind, happened_at, settled_at)
      SELECT 0, seq, event_index, k.number, CASE WHEN m.scope = 'run-1' THEN ${now} - (${now} - settled_at) * 3 ELSE settled_at - 1000 - n % 1000 END, settled_at
      FROM made m JOIN event_kinds k ON k.tenant = 0 AND (k.metric, k.status, k.reason, k.scope, k.topic) = (m.metric, m.status, m.reason, m.scope, m.topic)
      ORDER BY n;
    DROP TABLE made;
    CREATE INDEX events_seq ON events (tenant, seq);
    CREATE INDEX events_kind ON events (kind, id);
    CREATE INDEX events_happened ON events (kind, happened_at, id);
    INSERT INTO lookup_ids (tenant, lookup_id, seq) SELECT 0, ${contact('seq')}, seq FROM records ORDER BY 2, 3;
    INSERT INTO records (tenant, id, ingress, lane, topic, workspace, ordering_key, lookup_ids, received_at, scope, status, attempt, due_at, outcome)
      SELECT 0, 'w' || i, 'webhook', 'live', 'topic.' || (i % 8), 'w1', 'w:' || i, '[]', ${now} - i, 'live', 'deferred', 1, ${now},
        ${text(`json_build_object('status', 'deferred', 'awaits', 'awaiting-identity', 'until', 0, 'events', json_build_array(json_build_object('metric', 'Metric ' || (i % ${METRICS}), 'status', 'deferred', 'lane', 'live', 'reason', 'awaiting-identity')))`)}
      FROM generate_series(1, ${WAITING}) AS i;
    ANALYZE;`
}
