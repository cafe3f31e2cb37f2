/** The list of events and the counts by hour and day: written when records are settled, read by the console. */
import type { ActivityBucket, ActivityWindow, DeliveredDay, EventQuery, LedgerEvent } from '../../ports/ledger.ts'
import type { Retention } from '../../ports/store.ts'
import type { EventResult, Ingress, Lane, Outcome } from '../../ports/types.ts'
import { activityRetention, type CountedEvent, recordResult, startOfDay, startOfHour } from '../outcome-effects.ts'
import type { Connection } from './connection.ts'

const INSERT = 'INSERT INTO events (seq, event_index, metric, status, settled_at, result) VALUES (?, ?, ?, ?, ?, ?)'

export interface SettledEvents {
  readonly seq: number
  readonly events: readonly CountedEvent[]
  readonly settledAt: number
  /** Whether to copy each result: the next attempt of a deferred record overwrites its outcome. */
  readonly copy: boolean
}

export function insertEvents(db: Connection, { seq, events, settledAt, copy }: SettledEvents): void {
  for (const { index, result } of events) {
    db.run(INSERT, seq, index, result.metric, result.status, settledAt, copy ? JSON.stringify(result) : null)
  }
}

/** Removes the undelivered events of a dead letter. The delivered ones stay, with a copy of their results. */
export function deleteEvents(db: Connection, seq: number, outcome: Outcome): void {
  const copy = 'UPDATE events SET result = ? WHERE seq = ? AND event_index = ? AND result IS NULL'
  for (const [index, result] of outcome.events.entries()) {
    if (result.status !== 'delivered' || result.key === undefined) continue
    db.run(copy, JSON.stringify(result), seq, index)
  }
  db.run('DELETE FROM events WHERE seq = ? AND result IS NULL', seq)
}

type CountTable = 'hourly_counts' | 'daily_counts'

const addCountSql = (table: CountTable) => `
  INSERT INTO ${table} (start, metric, status, count) VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET count = count + excluded.count`

const ADD_HOUR = addCountSql('hourly_counts')
const ADD_DAY = addCountSql('daily_counts')

/** Adds `count` to the hour and the day of `at`. */
export function addToActivity(
  db: Connection,
  at: number,
  { metric, status }: Pick<EventResult, 'metric' | 'status'>,
  count: number,
): void {
  db.run(ADD_HOUR, startOfHour(at), metric, status, count)
  db.run(ADD_DAY, startOfDay(at), metric, status, count)
}

// One JSON text: a week has thousands of rows, and reading them one by one takes ten times as long.
const readCountsSql = (table: CountTable) => `
  SELECT json_group_array(json_array(start, metric, status, count)) AS buckets
  FROM (SELECT * FROM ${table} WHERE start >= ? AND start < ? AND count > 0 ORDER BY start, metric, status)`

const READ = { hour: readCountsSql('hourly_counts'), day: readCountsSql('daily_counts') }

type BucketRow = readonly [hour: number, metric: string, status: EventResult['status'], count: number]

export function readActivity(db: Connection, { since, until, by = 'hour' }: ActivityWindow): ActivityBucket[] {
  const from = by === 'day' ? startOfDay(since) : startOfHour(since)
  const { buckets = '[]' } = db.get<{ buckets: string }>(READ[by], from, until) ?? {}
  return (JSON.parse(buckets) as BucketRow[]).map(([hour, metric, status, count]) => ({ hour, metric, status, count }))
}

const ADD_DELIVERED = `
  INSERT INTO delivered_days (metric, day, count) VALUES (?, ?, ?)
  ON CONFLICT DO UPDATE SET count = count + excluded.count`

export function addDeliveredDay(db: Connection, sum: DeliveredDay & { readonly metric: string }): void {
  db.run(ADD_DELIVERED, sum.metric, sum.day, sum.count)
}

const DELIVERED = `
  SELECT json_group_array(json_array(day, count)) AS days
  FROM (SELECT day, count FROM delivered_days WHERE metric = ? ORDER BY day)`

export function readDeliveredDays(db: Connection, metric: string): DeliveredDay[] {
  const { days = '[]' } = db.get<{ days: string }>(DELIVERED, metric) ?? {}
  return (JSON.parse(days) as (readonly [string, number])[]).map(([day, count]) => ({ day, count }))
}

export function pruneActivity(db: Connection, retention: Retention, now: number): void {
  const oldest = now - activityRetention(retention)
  db.run('DELETE FROM hourly_counts WHERE start < ?', startOfHour(oldest))
  db.run('DELETE FROM daily_counts WHERE start < ?', startOfDay(oldest))
}

interface EventRow {
  readonly id: number
  readonly event_index: number
  readonly settled_at: number
  readonly result: string | null
  readonly record: string
  readonly seq: number
  readonly ingress: Ingress
  readonly lane: Lane
  readonly topic: string | null
  readonly stream: string | null
  readonly outcome: string | null
}

const EVENTS = `
  SELECT e.id, event_index, e.settled_at, result, r.id AS record, r.seq, ingress, lane, topic, stream, outcome
  FROM events e JOIN records r USING (seq)
  WHERE e.id IN (SELECT value FROM json_each(?)) ORDER BY e.id DESC`

const NEWEST = 'SELECT id FROM events WHERE id < ? AND id > ? ORDER BY id DESC LIMIT ?'
const NEWEST_OF = `
  SELECT id FROM events WHERE metric = ? AND status = ? AND id < ? AND id > ? ORDER BY id DESC LIMIT ?`

/** Reads every event of the range: for lists on request, not for a page that refreshes. */
const SEARCH = `
  SELECT e.id FROM events e JOIN records r USING (seq)
  WHERE e.id < ?1 AND e.id > ?2 AND (?4 IS NULL OR metric = ?4) AND (?5 IS NULL OR e.status = ?5)
    AND (?6 IS NULL OR scope = ?6) AND (?7 IS NULL OR ?7 = (
      SELECT coalesce(json_extract(json, '$.reason'), json_extract(json, '$.fault.code'), '')
      FROM (SELECT coalesce(result, json_extract(outcome, '$.events[' || event_index || ']'), outcome) AS json)))
  ORDER BY e.id DESC LIMIT ?3`

export function listEvents(db: Connection, query: EventQuery): LedgerEvent[] {
  const limit = Math.max(0, query.limit)
  const range = [query.before ?? Number.MAX_SAFE_INTEGER, query.after ?? 0, limit] as const
  if (query.run !== undefined || query.reason !== undefined) {
    const { metric = null, status = null, run = null, reason = null } = query
    const found = db.all<{ id: number }>(SEARCH, ...range, metric, status, run, reason)
    return readEvents(
      db,
      found.map(({ id }) => id),
    )
  }
  const newestOf = (kind: EventKind) => db.all<{ id: number }>(NEWEST_OF, kind.metric, kind.status, ...range)
  const everyKind = query.metric === undefined && query.status === undefined
  const rows = everyKind ? db.all<{ id: number }>(NEWEST, ...range) : eventKinds(db, query).flatMap(newestOf)
  const ids = rows.map(({ id }) => id).sort((a, b) => b - a)
  return readEvents(db, ids.slice(0, limit))
}

function readEvents(db: Connection, ids: readonly number[]): LedgerEvent[] {
  return db.all<EventRow>(EVENTS, JSON.stringify(ids)).map(ledgerEvent)
}

interface EventKind {
  readonly metric: string
  readonly status: string
}

const KINDS = `
  SELECT DISTINCT metric, status FROM tallies WHERE (?1 IS NULL OR metric = ?1) AND (?2 IS NULL OR status = ?2)`

/** One index serves every filter: the newest events of a metric are the newest of its few statuses. */
function eventKinds(db: Connection, { metric, status }: EventQuery): EventKind[] {
  return db.all<EventKind>(KINDS, metric ?? null, status ?? null)
}

function ledgerEvent(row: EventRow): LedgerEvent {
  const { id, record, seq, ingress, topic, stream, settled_at: settledAt } = row
  return {
    ...resultOf(row),
    id,
    record,
    seq,
    ingress,
    ...(topic !== null && { topic }),
    ...(stream !== null && { stream }),
    settledAt,
  }
}

function resultOf({ result, outcome: json, lane, event_index: index }: EventRow): EventResult {
  if (result !== null) return JSON.parse(result) as EventResult
  const outcome = JSON.parse(json ?? '') as Outcome
  return outcome.events[index] ?? recordResult(outcome, lane)
}
