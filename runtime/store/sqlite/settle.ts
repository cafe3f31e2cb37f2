/** Settles leased records (status, delivered keys, lookup ids, totals) and requeues dead letters. */
import { deliveredKeys } from '../../ports/ledger.ts'
import type { Lane, Outcome, Settlement } from '../../ports/types.ts'
import {
  countableEvents,
  deliveredContacts,
  dismissedOutcome,
  eventLookupIds,
  identifiedContacts,
  scopeOf,
  shouldDropBody,
} from '../outcome-effects.ts'
import { endRepeatedWaits, isWaiting } from '../waiting-events.ts'
import { deleteEvents, insertEvents } from './activity.ts'
import type { Connection } from './connection.ts'
import { deleteDeadLetters, insertDeadLetters } from './dead-letters.ts'
import { forgetSends, writeContact } from './key-values.ts'
import { insertLookupId, POSITION, parseLease, promoteNext, type QueuePosition } from './queue.ts'
import { appendAttempt, toInteger } from './row-mapping.ts'
import { TallyBatch } from './tally-batch.ts'
import { deleteWaitingEvents, findHolders, releaseContacts, writeWaitingEvents } from './waiting.ts'

const SETTLE = `
  UPDATE records
  SET status = ?, queue_head = NULL, cut_offs = 0, lease = NULL, owner = NULL, settled_at = ?, outcome = ?
  WHERE seq = ? AND lease = ?`
const deferSql = (assignment = '') => `
  UPDATE records
  SET ${assignment} status = 'deferred', due_at = ?, cut_offs = 0, lease = NULL, owner = NULL, outcome = ?, attempts = ?
  WHERE seq = ? AND lease = ?`
// A waiting record whose check fails stays outside its queue.
const DEFER = deferSql()
const PARK = deferSql('queue_head = NULL,')

interface SettledRecord extends QueuePosition {
  readonly scope: string
}

interface SettleContext {
  readonly db: Connection
  readonly now: number
  readonly batch: TallyBatch
  /** Contacts whose waiting events are checked again. */
  readonly identified: Set<string>
}

export interface Settled {
  /** Settlements whose lease still held; the others are dropped. */
  readonly count: number
  /** Lanes in which a record may have become due. */
  readonly lanes: ReadonlySet<Lane>
}

export function settle(db: Connection, settlements: readonly Settlement[], now: number): Settled {
  const context = { db, now, batch: new TallyBatch(), identified: new Set<string>() }
  const settled = settlements.filter((settlement) => settleOne(context, settlement))
  context.batch.write(db)
  forgetSends(
    db,
    settlements.flatMap(({ outcome }) => deliveredKeys(outcome)),
  )
  const lanes = [...settled.map(({ record }) => record.lane), ...releaseWaiting(context)]
  return { count: settled.length, lanes: new Set(lanes) }
}

const DEAD = `SELECT ${POSITION}, scope, outcome, attempts, settled_at FROM records WHERE seq = ?`

/** Makes the records that wait for an identified contact due; queues dead ones again. */
function releaseWaiting({ db, now, identified }: SettleContext): Lane[] {
  return releaseContacts(db, identified).map(({ seq, lane, status }) => {
    const row = status === 'dead' ? db.get<DeadRow>(DEAD, seq) : undefined
    if (row !== undefined) requeueDeadLetter(db, row, now)
    return lane
  })
}

/** Returns whether the lease still held. */
function settleOne(context: SettleContext, settlement: Settlement): boolean {
  const { record } = settlement
  const { db, now } = context
  const [seq, lease] = parseLease(record)
  const holders = findHolders(db, seq, settlement.outcome)
  const { outcome, outdatedContacts } = endRepeatedWaits(settlement.outcome, holders)
  const json = JSON.stringify(outcome)
  // A final outcome is itself the record's last attempt; only a deferred one goes into the history.
  const { changes } =
    outcome.status === 'deferred'
      ? db.run(
          isWaiting(outcome) ? PARK : DEFER,
          toInteger(outcome.until),
          json,
          appendAttempt(readAttempts(db, seq), outcome, now),
          seq,
          lease,
        )
      : db.run(SETTLE, outcome.status, now, json, seq, lease)
  if (changes === 0) return false
  const { lane, orderingKey } = record
  const settled = { seq, lane, orderingKey, scope: scopeOf(record) }
  if (shouldDropBody(outcome, lane)) db.run('DELETE FROM bodies WHERE seq = ?', seq)
  writeLedger(context, settled, outcome)
  // While a failed check is retried, the events go on waiting.
  if (outcome.status !== 'deferred' || isWaiting(outcome)) {
    for (const contact of writeWaitingEvents(context, settled, { record, outcome, holders }))
      context.identified.add(contact)
  }
  for (const contact of [...identifiedContacts(outcome), ...outdatedContacts]) context.identified.add(contact)
  promoteNext(db, settled)
  return true
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
  SET status = 'pending', ingress = 'replay', queue_head = 0, attempt = 0, cut_offs = 0, due_at = 0, settled_at = NULL, attempts = ?
  WHERE seq = ?`

/** Queues a dead letter again. */
export function requeueDeadLetter(db: Connection, row: DeadRow, now: number): void {
  const outcome = JSON.parse(row.outcome) as Outcome
  db.run(REQUEUE, appendAttempt(row.attempts, outcome, row.settled_at, { replayed: now }), row.seq)
  withdraw(db, row, outcome)
  promoteNext(db, row)
}

const DISMISS = `UPDATE records SET status = 'skipped', settled_at = ?, outcome = ?, attempts = ? WHERE seq = ?`

/** Ends a dead letter that can never be delivered. */
export function dismissDeadLetter(db: Connection, row: DeadRow, reason: string, now: number): void {
  const { seq, scope, lane, attempts, settled_at: died } = row
  const dead = JSON.parse(row.outcome) as Outcome
  const outcome = dismissedOutcome(dead)
  withdraw(db, row, dead)
  db.run(DISMISS, now, JSON.stringify(outcome), appendAttempt(attempts, dead, died, { dismissed: reason }), seq)
  const events = countableEvents(outcome, lane, () => false)
  insertEvents(db, { seq, events, settledAt: now, copy: false })
  const batch = new TallyBatch()
  for (const { result } of events) batch.add(scope, now, result, 1)
  batch.write(db)
}

/** Takes a dead letter out of the totals and the list of events, except the events that were delivered. */
function withdraw(db: Connection, row: DeadRow, outcome: Outcome): void {
  const batch = new TallyBatch()
  for (const { result } of countableEvents(outcome, row.lane, () => false)) {
    batch.add(row.scope, row.settled_at, result, -1)
  }
  deleteWaitingEvents({ db, batch }, row)
  batch.write(db)
  deleteEvents(db, row.seq, outcome)
  deleteDeadLetters(db, row.seq)
}
