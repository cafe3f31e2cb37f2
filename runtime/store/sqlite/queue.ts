/** The queue: append, lease, renew, release, and the head of each ordering key's queue. */
import type { LeaseRequest } from '../../ports/store.ts'
import type { Lane, LeasedRecord, SourceRecord } from '../../ports/types.ts'
import { scopeOf } from '../outcome-effects.ts'
import type { AppendBuffer } from './append-buffer.ts'
import type { Connection } from './connection.ts'
import { type LeaseRow, leasedRecord, toInteger } from './row-mapping.ts'
import { startCheck } from './waiting.ts'

/** A record's `seq`, and its queue: one for each lane and ordering key. */
export interface QueuePosition {
  readonly seq: number
  readonly lane: Lane
  readonly orderingKey: string
}

/** The columns of a `QueuePosition`. */
export const POSITION = 'seq, lane, ordering_key AS orderingKey'

const INSERT = `
  INSERT INTO records
    (id, ingress, lane, topic, stream, resource, workspace, ordering_key, lookup_ids, received_at, backfill_run, scope,
      trace, status, queue_head)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 'pending',
    NOT EXISTS (SELECT 1 FROM records WHERE lane = ?3 AND ordering_key = ?8 AND queue_head IS NOT NULL))
  ON CONFLICT (id) DO NOTHING`

/** Adds a record with its body and lookup ids, unless its id is known. Returns whether it was new. */
export function append(db: Connection, record: SourceRecord): boolean {
  const { id, ingress, lane, topic, stream, resource, workspace, orderingKey, lookupIds, backfillRun } = record
  const { changes, seq } = db.run(
    INSERT,
    id,
    ingress,
    lane,
    topic ?? null,
    stream ?? null,
    resource ?? null,
    workspace,
    orderingKey,
    JSON.stringify(lookupIds),
    toInteger(record.receivedAt),
    backfillRun === undefined ? null : JSON.stringify(backfillRun),
    scopeOf(record),
    record.trace ?? null,
  )
  if (changes === 0) return false
  db.run('INSERT INTO bodies (seq, body) VALUES (?, ?)', seq, record.body)
  for (const lookupId of lookupIds) insertLookupId(db, lookupId, seq)
  return true
}

export function insertLookupId(db: Connection, lookupId: string, seq: number): void {
  db.run('INSERT OR IGNORE INTO lookup_ids (lookup_id, seq) VALUES (?, ?)', lookupId, seq)
}

// The heads of the queues, and records outside them that wait for a contact. Each part reads its index up to the limit.
const DUE = `
  SELECT * FROM (
    SELECT seq, id, ingress, attempt, due_at, 0 AS waiting FROM records
    WHERE queue_head = 1 AND cut_offs = 0 AND lane = ?1 AND due_at <= ?2 ORDER BY due_at, seq LIMIT ?3
  )
  UNION ALL
  SELECT * FROM (
    SELECT seq, id, ingress, attempt, due_at, 1 AS waiting FROM records
    WHERE queue_head IS NULL AND status = 'deferred' AND cut_offs = 0 AND lane = ?1 AND due_at <= ?2
    ORDER BY due_at, seq LIMIT ?3
  )
  ORDER BY due_at, seq LIMIT ?3`

// Heads of queues, and records that wait for a contact, whose last try was cut off.
const CUT_OFF = `
  FROM records
  WHERE cut_offs > 0 AND lane = ?1 AND due_at <= ?2 AND status <> 'leased' AND coalesce(queue_head, 1) = 1`

const DUE_CUT_OFF = `
  SELECT seq, id, ingress, attempt, queue_head IS NULL AS waiting ${CUT_OFF} AND cut_offs BETWEEN ?4 AND ?5
  ORDER BY cut_offs DESC, due_at, seq LIMIT ?3`

const MOST_CUT_OFFS = `SELECT max(cut_offs) AS most ${CUT_OFF}`

/** The most cut-offs of a due record of the lane. */
export function mostCutOffs(db: Connection, lane: Lane, now: number): number {
  return db.get<{ most: number | null }>(MOST_CUT_OFFS, lane, now)?.most ?? 0
}

const LEASE = `
  UPDATE records SET status = 'leased', attempt = attempt + 1, due_at = ?, lease = ?, owner = ?
  WHERE seq IN (SELECT value FROM json_each(?))`

const READ_RECORD = `
  SELECT r.seq, id, ingress, lane, topic, stream, resource, workspace, ordering_key, lookup_ids, received_at,
    backfill_run, trace, attempt, cut_offs, outcome, body
  FROM records r JOIN bodies USING (seq) WHERE r.seq = ?`

export interface Lessee {
  /** The owner's id. */
  readonly owner: string
  /** Shared by the records of one call; together with `seq` it identifies a lease. */
  readonly token: string
  readonly buffer: AppendBuffer
}

/** Leases due records; call it after `expireLeases`. Reads only records missing from the buffer. */
export function lease(db: Connection, request: LeaseRequest, now: number, lessee: Lessee): LeasedRecord[] {
  const { owner, token, buffer } = lessee
  const { lane, cutOff } = request
  const limit = Math.max(0, request.limit)
  const [least, most] = cutOff === 'once' ? [1, 1] : [2, Number.MAX_SAFE_INTEGER]
  const rows =
    cutOff === undefined
      ? db.all<DueRow>(DUE, lane, now, limit)
      : db.all<DueRow>(DUE_CUT_OFF, lane, now, limit, least, most)
  if (rows.length === 0) return []
  const leased = rows.flatMap((row) => {
    const lease = `${token}/${row.seq}`
    const buffered = buffer.take(row.id)
    if (buffered !== undefined && row.attempt === 0) return { ...buffered, ingress: row.ingress, lease, attempt: 1 }
    const stored = db.get<LeaseRow>(READ_RECORD, row.seq)
    if (stored === undefined) return []
    return { ...leasedRecord(stored, lease), ...(row.waiting === 1 && { awaited: startCheck(db, row.seq) }) }
  })
  db.run(LEASE, toInteger(now + request.leaseMs), token, owner, JSON.stringify(rows.map(({ seq }) => seq)))
  return leased
}

interface DueRow {
  readonly seq: number
  readonly id: string
  readonly ingress: SourceRecord['ingress']
  readonly attempt: number
  readonly waiting: 0 | 1
}

/** Splits a lease into `seq` and token. The lease of another store yields a `seq` that no record has. */
export function parseLease({ lease }: LeasedRecord): readonly [seq: number, token: string] {
  const [, token = '', seq = '-1'] = /^(.*)\/(\d+)$/.exec(lease) ?? []
  return [Number(seq), token]
}

export function renew(db: Connection, record: LeasedRecord, until: number): void {
  db.run('UPDATE records SET due_at = ? WHERE seq = ? AND lease = ?', toInteger(until), ...parseLease(record))
}

/** The position of a leased record, if the lease still holds. */
export function findLease(db: Connection, record: LeasedRecord): QueuePosition | undefined {
  return db.get(`SELECT ${POSITION} FROM records WHERE seq = ? AND lease = ?`, ...parseLease(record))
}

/** Whether a lease that ended without a settlement counts as an attempt, and as cut off. */
export type LeaseEnd = 'cut-off' | 'untried'

// Outside the queue, a record that waits for a contact goes on waiting.
const RELEASE = `
  UPDATE records SET status = iif(queue_head IS NULL, 'deferred', 'pending'), attempt = attempt - ?2, due_at = 0,
    cut_offs = cut_offs + 1 - ?2, lease = NULL, owner = NULL
  WHERE seq = ?1`

export function releaseLease(db: Connection, position: QueuePosition, end: LeaseEnd): void {
  db.run(RELEASE, position.seq, end === 'untried' ? 1 : 0)
  promoteNext(db, position)
}

/** Releases expired leases. */
export function expireLeases(db: Connection, now: number): void {
  const sql = `SELECT ${POSITION} FROM records WHERE lease IS NOT NULL AND due_at <= ?`
  for (const position of db.all<QueuePosition>(sql, now)) releaseLease(db, position, 'cut-off')
}

/** Releases every lease of an owner. */
export function releaseOwner(db: Connection, owner: string, end: LeaseEnd): void {
  const sql = `SELECT ${POSITION} FROM records WHERE lease IS NOT NULL AND owner = ?`
  for (const position of db.all<QueuePosition>(sql, owner)) releaseLease(db, position, end)
}

const DELAY_SUSPECTS = 'UPDATE records SET due_at = max(due_at, ?) WHERE cut_offs = 2 AND lease IS NULL'

/** Delays the next try of records that were cut off twice: it runs alone, and decides. */
export function delaySuspects(db: Connection, until: number): void {
  db.run(DELAY_SUSPECTS, toInteger(until))
}

const QUEUE = `
  SELECT seq, status, queue_head FROM records WHERE lane = ? AND ordering_key = ? AND queue_head IS NOT NULL
  ORDER BY queue_head DESC, seq LIMIT 2`

interface QueueRow {
  readonly seq: number
  readonly status: string
  readonly queue_head: number
}

/**
 * Makes the earliest unsettled record the head of its queue. Called whenever a record leaves the queue, returns to
 * it, or is no longer leased. A leased record stays the head, so no two records of a queue are leased at once.
 */
export function promoteNext(db: Connection, { lane, orderingKey }: QueuePosition): void {
  // The head comes first, if there is one, then the earliest of the others.
  const [first, second] = db.all<QueueRow>(QUEUE, lane, orderingKey)
  const head = first?.queue_head === 1 ? first : undefined
  const next = head === undefined ? first : second
  if (next === undefined || head?.status === 'leased' || (head !== undefined && head.seq < next.seq)) return
  if (head !== undefined) db.run('UPDATE records SET queue_head = 0 WHERE seq = ?', head.seq)
  db.run('UPDATE records SET queue_head = 1 WHERE seq = ?', next.seq)
}

const BACKLOG = `
  SELECT count(*) AS records, min(received_at) AS oldest FROM records WHERE lane = ? AND queue_head IS NOT NULL`

export function backlog(db: Connection, lane: Lane): { readonly records: number; readonly oldest?: number } {
  const row = db.get<{ records: number; oldest: number | null }>(BACKLOG, lane)
  if (row === undefined || row.oldest === null) return { records: row?.records ?? 0 }
  return { records: row.records, oldest: row.oldest }
}

// The second part reads the records that wait for a contact and are due, which are few; the third those being checked.
const IS_QUEUED = `
  SELECT EXISTS (SELECT 1 FROM records WHERE lane = ?1 AND ordering_key = ?2 AND queue_head IS NOT NULL)
    OR EXISTS (
      SELECT 1 FROM records
      WHERE queue_head IS NULL AND status = 'deferred' AND cut_offs = 0 AND lane = ?1 AND due_at <= ?3
        AND ordering_key = ?2)
    OR EXISTS (SELECT 1 FROM records WHERE cut_offs > 0 AND lane = ?1 AND ordering_key = ?2)
    OR EXISTS (
      SELECT 1 FROM records WHERE lease IS NOT NULL AND queue_head IS NULL AND lane = ?1 AND ordering_key = ?2) AS queued`

export function isQueued(db: Connection, lane: Lane, orderingKey: string, now: number): boolean {
  return db.get<{ queued: number }>(IS_QUEUED, lane, orderingKey, now)?.queued === 1
}

const NEXT_DUE = 'SELECT min(due_at) AS due FROM records WHERE queue_head = 1 AND cut_offs = 0 AND lane = ?'
const NEXT_CHECK = `
  SELECT min(due_at) AS due FROM records
  WHERE queue_head IS NULL AND status = 'deferred' AND cut_offs = 0 AND lane = ?`

/** The time at which the lane's next record is due, possibly in the past. Infinite when there is none. */
export function nextDue(db: Connection, lane: Lane): number {
  const read = (sql: string) => db.get<{ due: number | null }>(sql, lane)?.due ?? Number.POSITIVE_INFINITY
  return Math.min(read(NEXT_DUE), read(NEXT_CHECK))
}

const NEXT_CUT_OFF =
  'SELECT min(due_at) AS due FROM records WHERE cut_offs > 0 AND lane = ? AND coalesce(queue_head, 1) = 1'

/** The same with records that were cut off. Undefined when there is none. */
export function nextDueOfAll(db: Connection, lane: Lane): number | undefined {
  const cutOff = db.get<{ due: number | null }>(NEXT_CUT_OFF, lane)?.due ?? Number.POSITIVE_INFINITY
  const due = Math.min(nextDue(db, lane), cutOff)
  return Number.isFinite(due) ? due : undefined
}
