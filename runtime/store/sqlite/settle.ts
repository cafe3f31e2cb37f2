/** Settles leased records (status, delivered keys, lookup ids, totals) and requeues dead letters. */
import type { Lane, Outcome, Settlement } from '../../ports/types.ts'
import {
  countableEvents,
  deliveredContacts,
  deliveredKeys,
  eventLookupIds,
  LIVE_SCOPE,
  shouldDropBody,
} from '../outcome-effects.ts'
import { deleteEvents, insertEvents } from './activity.ts'
import type { Connection } from './connection.ts'
import { deleteDeadLetters, insertDeadLetters } from './dead-letters.ts'
import { writeContact } from './key-values.ts'
import { insertLookupId, parseLease, promoteNext, type QueuePosition } from './queue.ts'
import { appendAttempt, toInteger } from './row-mapping.ts'
import { TallyBatch } from './tally-batch.ts'

const SETTLE = `
  UPDATE records SET status = ?, queue_head = NULL, lease = NULL, owner = NULL, settled_at = ?, outcome = ?
  WHERE seq = ? AND lease = ?`
const DEFER = `
  UPDATE records SET status = 'deferred', due_at = ?, lease = NULL, owner = NULL, outcome = ?, attempts = ?
  WHERE seq = ? AND lease = ?`

interface SettledRecord extends QueuePosition {
  readonly scope: string
}

interface SettleContext {
  readonly db: Connection
  readonly now: number
  readonly batch: TallyBatch
}

/** Writes settlements. Returns the lane of each whose lease still held; drops the others. */
export function settle(db: Connection, settlements: readonly Settlement[], now: number): Lane[] {
  const context = { db, now, batch: new TallyBatch() }
  const lanes = settlements.flatMap((settlement) => settleOne(context, settlement) ?? [])
  context.batch.write(db)
  return lanes
}

function settleOne(context: SettleContext, { record, outcome }: Settlement): Lane | undefined {
  const { db, now } = context
  const [seq, lease] = parseLease(record)
  const json = JSON.stringify(outcome)
  // A final outcome is itself the record's last attempt; only a deferred one goes into the history.
  const { changes } =
    outcome.status === 'deferred'
      ? db.run(DEFER, toInteger(outcome.until), json, appendAttempt(readAttempts(db, seq), outcome, now), seq, lease)
      : db.run(SETTLE, outcome.status, now, json, seq, lease)
  if (changes === 0) return undefined
  const { lane, orderingKey } = record
  const settled = { seq, lane, orderingKey, scope: record.backfillRun?.id ?? LIVE_SCOPE }
  if (shouldDropBody(outcome, lane)) db.run('DELETE FROM bodies WHERE seq = ?', seq)
  writeLedger(context, settled, outcome)
  promoteNext(db, settled)
  return lane
}

function readAttempts(db: Connection, seq: number): string | null {
  return db.get<{ attempts: string | null }>('SELECT attempts FROM records WHERE seq = ?', seq)?.attempts ?? null
}

function writeLedger({ db, now, batch }: SettleContext, record: SettledRecord, outcome: Outcome): void {
  const { seq, lane, scope } = record
  const newKeys = new Set(deliveredKeys(outcome).filter((key) => insertDeliveredKey(db, key, now, seq)))
  // `trace` already finds a record by the keys that it was the first to deliver.
  for (const lookupId of eventLookupIds(outcome)) if (!newKeys.has(lookupId)) insertLookupId(db, lookupId, seq)
  batch.deliveredKeys.push(...newKeys)
  for (const state of deliveredContacts(outcome)) writeContact(db, state)
  insertDeadLetters(db, seq, outcome, now)
  // `delete` returns true only once, so a key that one outcome names twice is counted once.
  const events = countableEvents(outcome, lane, (key) => newKeys.delete(key))
  insertEvents(db, { seq, events, settledAt: now, copy: outcome.status === 'deferred' })
  for (const { result } of events) batch.add(scope, now, result, 1)
}

function insertDeliveredKey(db: Connection, key: string, now: number, seq: number): boolean {
  const sql = 'INSERT OR IGNORE INTO delivered_keys (key, delivered_at, seq) VALUES (?, ?, ?)'
  return db.run(sql, key, now, seq).changes === 1
}

export interface DeadRow extends SettledRecord {
  readonly outcome: string
  readonly attempts: string | null
  readonly settled_at: number
}

const REQUEUE = `
  UPDATE records
  SET status = 'pending', ingress = 'replay', queue_head = 0, attempt = 0, due_at = 0, settled_at = NULL, attempts = ?
  WHERE seq = ?`

/** Queues a dead letter again and subtracts it from the totals, except the events that were delivered. */
export function requeueDeadLetter(db: Connection, row: DeadRow, now: number): void {
  const outcome = JSON.parse(row.outcome) as Outcome
  db.run(REQUEUE, appendAttempt(row.attempts, outcome, row.settled_at, now), row.seq)
  const batch = new TallyBatch()
  for (const { result } of countableEvents(outcome, row.lane, () => false)) {
    batch.add(row.scope, row.settled_at, result, -1)
  }
  batch.write(db)
  deleteEvents(db, row.seq, outcome)
  deleteDeadLetters(db, row.seq)
  promoteNext(db, row)
}
