/** The queue: append, lease, renew, release, and whose turn it is in a line. */
import type { LeaseRequest } from '../../ports/store.ts'
import type { Lane, LeasedRecord, SourceRecord } from '../../ports/types.ts'
import { LIVE_SCOPE } from '../outcome-effects.ts'
import type { AppendBuffer } from './append-buffer.ts'
import type { Connection } from './connection.ts'
import type { Owner } from './owner.ts'
import { type LeaseRow, leasedRecord, toInteger } from './row-mapping.ts'

/** The place of a record: which line it waits in, and its number there. */
export interface QueuePosition {
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
  const {
    id,
    ingress,
    lane,
    topic,
    stream,
    resource,
    workspace,
    orderingKey,
    lookupIds,
    receivedAt,
    backfillRun,
    body,
  } = record
  const known = [id, ingress, lane, topic ?? null, stream ?? null, resource ?? null, workspace, orderingKey] as const
  const runJson = backfillRun === undefined ? null : JSON.stringify(backfillRun)
  const rest = [JSON.stringify(lookupIds), toInteger(receivedAt), runJson, backfillRun?.id ?? LIVE_SCOPE] as const
  const { changes, seq } = db.run(INSERT, ...known, ...rest)
  if (changes === 0) return false
  db.run('INSERT INTO bodies (seq, body) VALUES (?, ?)', seq, body)
  for (const ref of lookupIds) addRef(db, ref, seq)
  return true
}

export function addRef(db: Connection, ref: string, seq: number): void {
  db.run('INSERT OR IGNORE INTO refs (ref, seq) VALUES (?, ?)', ref, seq)
}

const DUE = `
  SELECT seq, id, ingress, attempt FROM records
  WHERE turn = 1 AND lane = ? AND due <= ?
  ORDER BY due, seq LIMIT ?`

const TAKE = `
  UPDATE records SET status = 'leased', attempt = attempt + 1, due = ?, lease = ?, owner = ?
  WHERE seq IN (SELECT value FROM json_each(?))`

const WHOLE = `
  SELECT r.seq, id, ingress, lane, topic, stream, resource, workspace, line, refs, received_at, run, attempt, outcome, body
  FROM records r JOIN bodies USING (seq) WHERE r.seq = ?`

/**
 * Takes due records, after `expire`. The token is shared by those taken together; with the record's number it
 * proves the lease. What is still at hand from its appending is not read again.
 */
export function lease(
  db: Connection,
  request: LeaseRequest,
  now: number,
  { owner, token, hand }: { readonly owner: Owner; readonly token: string; readonly hand: AppendBuffer },
): LeasedRecord[] {
  const rows = db.all<DueRow>(DUE, request.lane, now, Math.max(0, request.limit))
  if (rows.length === 0) return []
  const taken = rows.flatMap((row) => {
    const lease = `${token}/${row.seq}`
    const known = hand.take(row.id)
    if (known !== undefined && row.attempt === 0) return { ...known, ingress: row.ingress, lease, attempt: 1 }
    const whole = db.get<LeaseRow>(WHOLE, row.seq)
    return whole === undefined ? [] : leasedRecord(whole, lease)
  })
  db.run(TAKE, toInteger(now + request.leaseMs), token, owner.id, JSON.stringify(rows.map(({ seq }) => seq)))
  return taken
}

interface DueRow {
  readonly seq: number
  readonly id: string
  readonly ingress: SourceRecord['ingress']
  readonly attempt: number
}

/** The number and the token that a lease was made of. Of a lease that is none of ours: a number no record has. */
export function parseLease({ lease }: LeasedRecord): readonly [seq: number, token: string] {
  const [, token = '', seq = '-1'] = /^(.*)\/(\d+)$/.exec(lease) ?? []
  return [Number(seq), token]
}

export function renew(db: Connection, record: LeasedRecord, until: number): void {
  db.run('UPDATE records SET due = ? WHERE seq = ? AND lease = ?', toInteger(until), ...parseLease(record))
}

/** Where a leased record stands, if the lease is still ours. */
export function findLease(db: Connection, record: LeasedRecord): QueuePosition | undefined {
  return db.get('SELECT seq, lane, line FROM records WHERE seq = ? AND lease = ?', ...parseLease(record))
}

/** How a lease that ended without a settlement counts: as an attempt, or as if it had not been. */
export type LeaseEnd = 'tried' | 'untried'

const UNLEASE = `
  UPDATE records SET status = 'pending', attempt = attempt - ?, due = 0, lease = NULL, owner = NULL WHERE seq = ?`

export function releaseLease(db: Connection, place: QueuePosition, how: LeaseEnd): void {
  db.run(UNLEASE, how === 'untried' ? 1 : 0, place.seq)
  promoteNext(db, place)
}

/** Gives back the leases whose time is up. */
export function expireLeases(db: Connection, now: number): void {
  const sql = 'SELECT seq, lane, line FROM records WHERE lease IS NOT NULL AND due <= ?'
  for (const place of db.all<QueuePosition>(sql, now)) releaseLease(db, place, 'tried')
}

/** Gives back all that an owner holds. */
export function releaseOwner(db: Connection, owner: string, how: LeaseEnd): void {
  const sql = 'SELECT seq, lane, line FROM records WHERE lease IS NOT NULL AND owner = ?'
  for (const place of db.all<QueuePosition>(sql, owner)) releaseLease(db, place, how)
}

const LINE =
  'SELECT seq, status, turn FROM records WHERE lane = ? AND line = ? AND turn IS NOT NULL ORDER BY turn DESC, seq LIMIT 2'

interface Waiting {
  readonly seq: number
  readonly status: string
  readonly turn: number
}

/**
 * Gives the turn of a line to its earliest unsettled record. Called whenever a record leaves the line, comes
 * back into it, or is no longer leased. A leased record keeps the turn, so a line never has two at once.
 */
export function promoteNext(db: Connection, { lane, line }: QueuePosition): void {
  // Who has the turn comes first, if anybody has; then the earliest of the others.
  const [first, second] = db.all<Waiting>(LINE, lane, line)
  const holder = first?.turn === 1 ? first : undefined
  const next = holder === undefined ? first : second
  if (next === undefined || holder?.status === 'leased' || (holder !== undefined && holder.seq < next.seq)) return
  if (holder !== undefined) db.run('UPDATE records SET turn = 0 WHERE seq = ?', holder.seq)
  db.run('UPDATE records SET turn = 1 WHERE seq = ?', next.seq)
}
