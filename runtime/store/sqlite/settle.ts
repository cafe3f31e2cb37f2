/** How leases end: status, keys, refs and totals of a record, and the way back for a dead letter. */
import type { Lane, Outcome, Settlement } from '../../ports/types.ts'
import { countableEvents, deliveredKeys, dropsBody, LIVE_SCOPE, refsOf } from '../outcome-effects.ts'
import { deleteEvents, insertEvents } from './activity.ts'
import type { Connection } from './connection.ts'
import { deleteDeadLetters, insertDeadLetters } from './dead-letters.ts'
import { addRef, parseLease, promoteNext, type QueuePosition } from './lease.ts'
import { appendAttempt, toInteger } from './row-mapping.ts'
import { TallyBatch } from './tally-batch.ts'

const END = `
  UPDATE records SET status = ?, turn = NULL, lease = NULL, owner = NULL, settled_at = ?, outcome = ?
  WHERE seq = ? AND lease = ?`
const TRIED = 'SELECT attempts FROM records WHERE seq = ?'
const DEFER = `
  UPDATE records SET status = 'deferred', due = ?, lease = NULL, owner = NULL, outcome = ?, attempts = ?
  WHERE seq = ? AND lease = ?`

/** Writes settlements. Answers the lanes of those that counted: the others' leases are no longer ours. */
export function settle(db: Connection, settlements: readonly Settlement[], now: number): Lane[] {
  const sums = new TallyBatch()
  const lanes = settlements.flatMap((it) => settleOne(db, it, now, sums) ?? [])
  sums.write(db)
  return lanes
}

function settleOne(db: Connection, { record, outcome }: Settlement, now: number, sums: TallyBatch): Lane | undefined {
  const [seq, lease] = parseLease(record)
  const json = JSON.stringify(outcome)
  // An end is the record's last attempt and stands in its outcome: only one that waits needs another place.
  const { changes } =
    outcome.status === 'deferred'
      ? db.run(DEFER, toInteger(outcome.until), json, appendAttempt(tried(db, seq), outcome, now), seq, lease)
      : db.run(END, outcome.status, now, json, seq, lease)
  if (changes === 0) return undefined
  const place = { seq, lane: record.lane, line: record.orderingKey, scope: record.backfillRun?.id ?? LIVE_SCOPE }
  if (dropsBody(outcome, place.lane)) db.run('DELETE FROM bodies WHERE seq = ?', place.seq)
  enterLedger(db, outcome, place, now, sums)
  promoteNext(db, place)
  return place.lane
}

function tried(db: Connection, seq: number): string | null {
  return db.get<{ attempts: string | null }>(TRIED, seq)?.attempts ?? null
}

function enterLedger(
  db: Connection,
  outcome: Outcome,
  place: QueuePosition & { scope: string },
  now: number,
  sums: TallyBatch,
): void {
  const fresh = new Set(deliveredKeys(outcome).filter((key) => addKey(db, key, now, place.seq)))
  // By the key of what it was the first to deliver, a record is found already.
  for (const ref of refsOf(outcome)) if (!fresh.has(ref)) addRef(db, ref, place.seq)
  sums.delivered.push(...fresh)
  insertDeadLetters(db, place.seq, outcome, now)
  // `delete` answers true only once, so a key that one outcome names twice is counted once.
  const events = countableEvents(outcome, place.lane, (key) => fresh.delete(key))
  insertEvents(db, place.seq, events, now, outcome.status === 'deferred')
  for (const { result } of events) sums.count(place.scope, now, result, 1)
}

function addKey(db: Connection, key: string, now: number, seq: number): boolean {
  return db.run('INSERT OR IGNORE INTO delivered (key, at, seq) VALUES (?, ?, ?)', key, now, seq).changes === 1
}

export interface DeadRow extends QueuePosition {
  readonly scope: string
  readonly outcome: string
  readonly attempts: string | null
  readonly settled_at: number
}

const REVIVE = `
  UPDATE records
  SET status = 'pending', ingress = 'replay', turn = 0, attempt = 0, due = 0, settled_at = NULL, attempts = ?
  WHERE seq = ?`

/** Queues a dead letter again. What it added to the totals is taken back, but for what was in fact delivered. */
export function requeueDeadLetter(db: Connection, row: DeadRow, now: number): void {
  const outcome = JSON.parse(row.outcome) as Outcome
  db.run(REVIVE, appendAttempt(row.attempts, outcome, row.settled_at, now), row.seq)
  const sums = new TallyBatch()
  for (const { result } of countableEvents(outcome, row.lane, () => false))
    sums.count(row.scope, row.settled_at, result, -1)
  sums.write(db)
  deleteEvents(db, row.seq, outcome)
  deleteDeadLetters(db, row.seq)
  promoteNext(db, row)
}
