/** What ended, event by event and hour by hour: written as records are settled, read by the console. */
import type { ActivityBucket, ActivityWindow, EventQuery, LedgerEvent } from '../../ports/ledger.ts'
import type { Retention } from '../../ports/store.ts'
import type { EventResult, Ingress, Lane, Outcome } from '../../ports/types.ts'
import { type CountedEvent, dayOf, hourOf, hoursKept, recordResult } from '../outcome-effects.ts'
import type { Connection } from './connection.ts'

const ENTER = 'INSERT INTO events (seq, n, metric, status, at, result) VALUES (?, ?, ?, ?, ?, ?)'

/**
 * Lists what was counted of a record. How an event ended stands in the record's outcome, and is not written
 * twice; but of a record that waits the next attempt overwrites the outcome, so there it is kept here.
 */
export function insertEvents(
  db: Connection,
  seq: number,
  events: readonly CountedEvent[],
  at: number,
  kept: boolean,
): void {
  for (const { n, result } of events) {
    db.run(ENTER, seq, n, result.metric, result.status, at, kept ? JSON.stringify(result) : null)
  }
}

/** Takes a dead record's events off the list, but for what was in fact delivered: that stays, in its own words. */
export function deleteEvents(db: Connection, seq: number, outcome: Outcome): void {
  for (const [n, result] of outcome.events.entries()) {
    if (result.status !== 'delivered' || result.key === undefined) continue
    db.run('UPDATE events SET result = ? WHERE seq = ? AND n = ? AND result IS NULL', JSON.stringify(result), seq, n)
  }
  db.run('DELETE FROM events WHERE seq = ? AND result IS NULL', seq)
}

const add = (table: 'hours' | 'days') => `
  INSERT INTO ${table} (hour, metric, status, count) VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET count = count + excluded.count`

const ADD = [
  { sql: add('hours'), beginning: hourOf },
  { sql: add('days'), beginning: dayOf },
]

export function addHour(
  db: Connection,
  at: number,
  { metric, status }: Pick<EventResult, 'metric' | 'status'>,
  by: number,
): void {
  for (const { sql, beginning } of ADD) db.run(sql, beginning(at), metric, status, by)
}

// One text instead of a row each: a week has thousands, and handing them over one by one takes ten times as long.
const read = (table: 'hours' | 'days') => `
  SELECT json_group_array(json_array(hour, metric, status, count)) AS hours
  FROM (SELECT * FROM ${table} WHERE hour >= ? AND hour < ? AND count > 0 ORDER BY hour, metric, status)`

const READ = { hour: read('hours'), day: read('days') }

type Hour = readonly [hour: number, metric: string, status: EventResult['status'], count: number]

export function activity(db: Connection, { since, until, by = 'hour' }: ActivityWindow): ActivityBucket[] {
  const from = by === 'day' ? dayOf(since) : hourOf(since)
  const { hours = '[]' } = db.get<{ hours: string }>(READ[by], from, until) ?? {}
  return (JSON.parse(hours) as Hour[]).map(([hour, metric, status, count]) => ({ hour, metric, status, count }))
}

export function pruneHours(db: Connection, retention: Retention, now: number): void {
  db.run('DELETE FROM hours WHERE hour < ?', hourOf(now - hoursKept(retention)))
  db.run('DELETE FROM days WHERE hour < ?', dayOf(now - hoursKept(retention)))
}

interface EventRow {
  readonly id: number
  readonly n: number
  readonly at: number
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
  SELECT e.id, n, at, result, r.id AS record, r.seq, ingress, lane, topic, stream, outcome
  FROM events e JOIN records r USING (seq)
  WHERE e.id IN (SELECT value FROM json_each(?)) ORDER BY e.id DESC`

const NEWEST = 'SELECT id FROM events WHERE id < ? AND id > ? ORDER BY id DESC LIMIT ?'
const NEWEST_OF = `
  SELECT id FROM events WHERE metric = ? AND status = ? AND id < ? AND id > ? ORDER BY id DESC LIMIT ?`

export function events(db: Connection, page: EventQuery): LedgerEvent[] {
  const limit = Math.max(0, page.limit)
  const range = [page.before ?? Number.MAX_SAFE_INTEGER, page.after ?? 0, limit] as const
  const newest = (kind: Kind) => db.all<{ id: number }>(NEWEST_OF, kind.metric, kind.status, ...range)
  const everyKind = page.metric === undefined && page.status === undefined
  const found = everyKind ? db.all<{ id: number }>(NEWEST, ...range) : kinds(db, page).flatMap(newest)
  const ids = found.map(({ id }) => id).sort((a, b) => b - a)
  return db.all<EventRow>(EVENTS, JSON.stringify(ids.slice(0, limit))).map(ledgerEvent)
}

interface Kind {
  readonly metric: string
  readonly status: string
}

const KINDS = `
  SELECT DISTINCT metric, status FROM tallies WHERE (?1 IS NULL OR metric = ?1) AND (?2 IS NULL OR status = ?2)`

/** One index serves every filter: the newest of a metric are the newest of its few statuses. */
function kinds(db: Connection, { metric, status }: EventQuery): Kind[] {
  return db.all<Kind>(KINDS, metric ?? null, status ?? null)
}

function ledgerEvent(row: EventRow): LedgerEvent {
  const { id, n, at, record, seq, ingress, topic, stream } = row
  return {
    ...resultOf(row, n),
    id,
    record,
    seq,
    ingress,
    ...(topic !== null && { topic }),
    ...(stream !== null && { stream }),
    settledAt: at,
  }
}

function resultOf({ result, outcome, lane }: EventRow, n: number): EventResult {
  if (result !== null) return JSON.parse(result) as EventResult
  const whole = JSON.parse(outcome ?? '') as Outcome
  return whole.events[n] ?? recordResult(whole, lane)
}
