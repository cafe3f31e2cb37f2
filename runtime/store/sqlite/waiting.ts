/** Events that wait for their contact: parked with their record, counted, and released when the contact is identified. */
import type { Lane, Settlement } from '../../ports/types.ts'
import { waitingEvents } from '../outcome-effects.ts'
import type { Connection } from './connection.ts'
import type { TallyBatch } from './tally-batch.ts'

interface WaitingRow {
  readonly contact: string
  readonly metric: string
  readonly reason: string
  readonly count: number
  readonly released: number
}

const READ = 'SELECT contact, metric, reason, count, released FROM waiting_events WHERE seq = ?'
const DELETE = 'DELETE FROM waiting_events WHERE seq = ?'
const INSERT = 'INSERT INTO waiting_events (seq, contact, metric, reason, count) VALUES (?, ?, ?, ?, ?)'

interface WriteContext {
  readonly db: Connection
  readonly batch: TallyBatch
}

interface WaitingRecord {
  readonly seq: number
  readonly scope: string
}

/** Replaces the waiting events of a settled record. Returns the contacts identified while it was leased. */
export function writeWaitingEvents(
  context: WriteContext,
  { seq, scope }: WaitingRecord,
  { record, outcome }: Settlement,
): string[] {
  const { db, batch } = context
  const released = record.awaited === undefined ? [] : deleteWaitingEvents(context, { seq, scope })
  for (const { contact, metric, reason, count } of waitingEvents(outcome)) {
    db.run(INSERT, seq, contact, metric, reason, count)
    batch.addWaiting(scope, { metric, reason }, count)
  }
  return released
}

/** Returns the contacts identified while the record was leased. */
export function deleteWaitingEvents({ db, batch }: WriteContext, { seq, scope }: WaitingRecord): string[] {
  const rows = db.all<WaitingRow>(READ, seq)
  if (rows.length > 0) db.run(DELETE, seq)
  for (const { metric, reason, count } of rows) batch.addWaiting(scope, { metric, reason }, -count)
  return rows.flatMap(({ contact, released }) => (released === 1 ? [contact] : []))
}

const AWAITED = 'SELECT DISTINCT contact FROM waiting_events WHERE seq = ?'
const START_CHECK = 'UPDATE waiting_events SET released = 0 WHERE seq = ?'

/** The contacts that a record waits for. From here on a release counts as later than this check. */
export function startCheck(db: Connection, seq: number): string[] {
  const contacts = db.all<{ contact: string }>(AWAITED, seq).map(({ contact }) => contact)
  if (contacts.length > 0) db.run(START_CHECK, seq)
  return contacts
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
