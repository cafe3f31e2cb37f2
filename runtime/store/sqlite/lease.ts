/** The queue: append, lease, renew, release, and whose turn it is in a line. */
import type { LeaseRequest } from '../../ports.ts'
import type { Lane, LeasedRecord, SourceRecord } from '../../types.ts'
import { LIVE_SCOPE } from '../ledger.ts'
import type { Connection } from './connection.ts'
import type { Owner } from './owner.ts'
import { type LeaseRow, leasedRecord, whole } from './rows.ts'

/** The place of a record: which line it waits in, and its number there. */
export interface Place {
  readonly seq: number
  readonly lane: Lane
  readonly line: string
}

const INSERT = `
  INSERT INTO records
    (id, ingress, lane, topic, stream, resource, workspace, line, refs, received_at, run, scope, status, turn)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'pending',
    NOT EXISTS (SELECT 1 FROM records WHERE lane = ?3 AND line = ?8 AND turn IS NOT NULL))
  ON CONFLICT (id) DO NOTHING`

/** Adds a record with its body and refs, unless its id is known. Answers whether it was new. */
export function append(db: Connection, record: SourceRecord): boolean {
  const { id, ingress, lane, topic, stream, resource, workspace, order, refs, receivedAt, run, body } = record
  const known = [id, ingress, lane, topic ?? null, stream ?? null, resource ?? null, workspace, order] as const
  const runJson = run === undefined ? null : JSON.stringify(run)
  const rest = [JSON.stringify(refs), whole(receivedAt), runJson, run?.id ?? LIVE_SCOPE] as const
  const { changes, seq } = db.run(INSERT, ...known, ...rest)
  if (changes === 0) return false
  db.run('INSERT INTO bodies (seq, body) VALUES (?, ?)', seq, body)
  for (const ref of refs) addRef(db, ref, seq)
  return true
}

export function addRef(db: Connection, ref: string, seq: number): void {
  db.run('INSERT OR IGNORE INTO refs (ref, seq) VALUES (?, ?)', ref, seq)
}

const DUE = `
  SELECT r.seq, id, ingress, lane, topic, stream, resource, workspace, line, refs, received_at, run, attempt, outcome, body
  FROM records r JOIN bodies USING (seq)
  WHERE turn = 1 AND lane = ? AND due <= ?
  ORDER BY due, r.seq LIMIT ?`

const TAKE = `
  UPDATE records SET status = 'leased', attempt = attempt + 1, due = ?, lease = ?, owner = ? WHERE seq = ?`

/** Takes due records, after `expire`. The token is shared by those taken together; with the record's id it proves the lease. */
export function lease(db: Connection, request: LeaseRequest, now: number, owner: Owner, token: string): LeasedRecord[] {
  const rows = db.all<LeaseRow>(DUE, request.lane, now, Math.max(0, request.limit))
  const until = whole(now + request.hold)
  for (const { seq } of rows) db.run(TAKE, until, token, owner.id, seq)
  return rows.map((row) => leasedRecord(row, token))
}

export function renew(db: Connection, { id, lease: token }: LeasedRecord, until: number): void {
  db.run('UPDATE records SET due = ? WHERE id = ? AND lease = ?', whole(until), id, token)
}

/** Where a leased record stands, if the lease is still ours. */
export function held(db: Connection, { id, lease: token }: LeasedRecord): (Place & { scope: string }) | undefined {
  return db.get('SELECT seq, lane, line, scope FROM records WHERE id = ? AND lease = ?', id, token)
}

/** How a lease that ended without a settlement counts: as an attempt, or as if it had not been. */
export type Ended = 'tried' | 'untried'

const UNLEASE = `
  UPDATE records SET status = 'pending', attempt = attempt - ?, due = 0, lease = NULL, owner = NULL WHERE seq = ?`

export function unlease(db: Connection, place: Place, how: Ended): void {
  db.run(UNLEASE, how === 'untried' ? 1 : 0, place.seq)
  passTurn(db, place)
}

/** Gives back the leases whose time is up. */
export function expire(db: Connection, now: number): void {
  const sql = 'SELECT seq, lane, line FROM records WHERE lease IS NOT NULL AND due <= ?'
  for (const place of db.all<Place>(sql, now)) unlease(db, place, 'tried')
}

/** Gives back all that an owner holds. */
export function giveBack(db: Connection, owner: string, how: Ended): void {
  const sql = 'SELECT seq, lane, line FROM records WHERE lease IS NOT NULL AND owner = ?'
  for (const place of db.all<Place>(sql, owner)) unlease(db, place, how)
}

const HOLDER = `SELECT seq, status FROM records WHERE lane = ? AND line = ? AND turn = 1`
const NEXT = `SELECT min(seq) AS seq FROM records WHERE lane = ? AND line = ? AND turn = 0`

/**
 * Gives the turn of a line to its earliest unsettled record. Called whenever a record leaves the line, comes
 * back into it, or is no longer leased. A leased record keeps the turn, so a line never has two at once.
 */
export function passTurn(db: Connection, { lane, line }: Place): void {
  const holder = db.get<{ seq: number; status: string }>(HOLDER, lane, line)
  if (holder?.status === 'leased') return
  const next = db.get<{ seq: number | null }>(NEXT, lane, line)?.seq ?? null
  if (next === null || (holder !== undefined && holder.seq < next)) return
  if (holder !== undefined) db.run('UPDATE records SET turn = 0 WHERE seq = ?', holder.seq)
  db.run('UPDATE records SET turn = 1 WHERE seq = ?', next)
}
