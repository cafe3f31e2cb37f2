/** Events that wait for their contact: parked with their record, counted, and released when the contact is identified. */
import type { Lane, LeasedRecord, Outcome } from '../../ports/types.ts'
import { type Holder, type WaitingEvent, waitingEvents } from '../waiting-events.ts'
import type { Connection } from './connection.ts'
import type { TallyBatch } from './tally-batch.ts'

interface WaitingRow extends WaitingEvent {
  readonly released: number
}

const READ = 'SELECT key, contact, metric, reason, released FROM waiting_events WHERE seq = ?'
const DELETE = 'DELETE FROM waiting_events WHERE seq = ?'
const DELETE_ONE = 'DELETE FROM waiting_events WHERE key = ?'
const INSERT = 'INSERT INTO waiting_events (key, seq, contact, metric, reason) VALUES (?, ?, ?, ?, ?)'

interface WriteContext {
  readonly db: Connection
  readonly batch: TallyBatch
}

interface WaitingRecord {
  readonly seq: number
  readonly scope: string
}

const HOLDERS = `
  SELECT w.key, w.contact, w.metric, w.reason, r.scope, r.status FROM waiting_events w JOIN records r USING (seq)
  WHERE w.key IN (SELECT value FROM json_each(?)) AND w.seq <> ?`

interface HolderRow extends WaitingEvent {
  readonly scope: string
  readonly status: string
}

type Holders = ReadonlyMap<string, HolderRow & Holder>

/** The other records with which waiting events of the outcome wait already, by key. */
export function findHolders(db: Connection, seq: number, outcome: Outcome): Holders {
  const keys = [...waitingEvents(outcome).keys()]
  const rows = keys.length === 0 ? [] : db.all<HolderRow>(HOLDERS, JSON.stringify(keys), seq)
  return new Map(rows.map((row) => [row.key, { ...row, isDead: row.status === 'dead' }]))
}

const WAITING = `
  SELECT w.key FROM waiting_events w JOIN records r USING (seq)
  WHERE w.key IN (SELECT value FROM json_each(?)) AND r.status <> 'dead'`

export function filterWaiting(db: Connection, keys: readonly string[]): Set<string> {
  return new Set(db.all<{ key: string }>(WAITING, JSON.stringify(keys)).map(({ key }) => key))
}

interface NewWaits {
  readonly record: LeasedRecord
  readonly outcome: Outcome
  readonly holders: Holders
}

/**
 * Replaces the waiting events of a settled record; takes those of dead records over. Returns the contacts identified
 * while it was leased.
 */
export function writeWaitingEvents(
  context: WriteContext,
  { seq, scope }: WaitingRecord,
  { record, outcome, holders }: NewWaits,
): string[] {
  const { db, batch } = context
  const released = record.awaited === undefined ? [] : deleteWaitingEvents(context, { seq, scope })
  for (const event of waitingEvents(outcome).values()) {
    const { key, contact, metric, reason } = event
    const holder = holders.get(key)
    if (holder !== undefined) {
      db.run(DELETE_ONE, key)
      batch.addWaiting(holder.scope, holder, -1)
    }
    db.run(INSERT, key, seq, contact, metric, reason)
    batch.addWaiting(scope, event, 1)
  }
  return released
}

/** Returns the contacts identified while the record was leased. */
export function deleteWaitingEvents({ db, batch }: WriteContext, { seq, scope }: WaitingRecord): string[] {
  const rows = db.all<WaitingRow>(READ, seq)
  if (rows.length > 0) db.run(DELETE, seq)
  for (const row of rows) batch.addWaiting(scope, row, -1)
  return rows.flatMap(({ contact, released }) => (released === 1 ? [contact] : []))
}

const AWAITED = 'SELECT key FROM waiting_events WHERE seq = ?'
const START_CHECK = 'UPDATE waiting_events SET released = 0 WHERE seq = ?'

/** The keys of a record's waiting events. From here on a release counts as later than this check. */
export function startCheck(db: Connection, seq: number): string[] {
  const keys = db.all<{ key: string }>(AWAITED, seq).map(({ key }) => key)
  if (keys.length > 0) db.run(START_CHECK, seq)
  return keys
}

const IS_EMPTY = 'SELECT NOT EXISTS (SELECT 1 FROM waiting_events) AS empty'
const FIND = `
  SELECT DISTINCT w.seq, r.lane, r.status FROM waiting_events w JOIN records r USING (seq)
  WHERE w.contact IN (SELECT value FROM json_each(?))`
const MARK_RELEASED = 'UPDATE waiting_events SET released = 1 WHERE contact IN (SELECT value FROM json_each(?))'
const MAKE_DUE = "UPDATE records SET due_at = 0 WHERE seq = ? AND status = 'deferred'"

interface ReleasedRow {
  readonly seq: number
  readonly lane: Lane
  readonly status: string
}

/**
 * Makes the records that wait for any of the contacts due. Of a leased one it marks the events, so that it is due at once
 * if it waits again. Returns the records, so that the caller can wake their lanes and requeue dead ones.
 */
export function releaseContacts(db: Connection, contacts: ReadonlySet<string>): readonly ReleasedRow[] {
  if (contacts.size === 0 || db.get<{ empty: number }>(IS_EMPTY)?.empty === 1) return []
  const json = JSON.stringify([...contacts])
  const rows = db.all<ReleasedRow>(FIND, json)
  if (rows.length === 0) return []
  db.run(MARK_RELEASED, json)
  for (const { seq, status } of rows) if (status === 'deferred') db.run(MAKE_DUE, seq)
  return rows
}
