/** How leases end: status, keys, refs and totals of a record, and the way back for a dead letter. */
import type { EventResult, Lane, Outcome, Settlement } from '../../types.ts'
import { counted, deliveredKeys, refsOf, tallyLine } from '../ledger.ts'
import { addHour, enterEvents, leaveEvents } from './activity.ts'
import type { Connection } from './connection.ts'
import { addRef, held, type Place, passTurn } from './lease.ts'
import { answerLetters, enterLetters, leaveLetters } from './letters.ts'
import { whole } from './rows.ts'

const END = `
  UPDATE records SET status = ?, turn = NULL, lease = NULL, owner = NULL, settled_at = ?, outcome = ? WHERE seq = ?`
const DEFER = `
  UPDATE records SET status = 'deferred', due = ?, lease = NULL, owner = NULL, outcome = ? WHERE seq = ?`

/** Writes one settlement. Answers its lane, or nothing if the lease is no longer ours. */
export function settle(db: Connection, { record, outcome }: Settlement, now: number): Lane | undefined {
  const place = held(db, record)
  if (place === undefined) return undefined
  const json = JSON.stringify(outcome)
  if (outcome.status === 'deferred') db.run(DEFER, whole(outcome.until), json, place.seq)
  else db.run(END, outcome.status, now, json, place.seq)
  // History is read from the source again if need be; its bodies would only fill the disk.
  if (outcome.status === 'delivered' && place.lane === 'backfill') {
    db.run('DELETE FROM bodies WHERE seq = ?', place.seq)
  }
  enterLedger(db, outcome, place, now)
  passTurn(db, place)
  return place.lane
}

function enterLedger(db: Connection, outcome: Outcome, place: Place & { scope: string }, now: number): void {
  for (const ref of refsOf(outcome)) addRef(db, ref, place.seq)
  const fresh = new Set(deliveredKeys(outcome).filter((key) => addKey(db, key, now)))
  for (const key of fresh) answerLetters(db, key)
  enterLetters(db, place.seq, outcome, now)
  // `delete` answers true only once, so a key that one outcome names twice is counted once.
  const events = counted(outcome, place.lane, (key) => fresh.delete(key))
  enterEvents(db, place.seq, events, now, outcome.status === 'deferred')
  for (const { result } of events) {
    tally(db, place.scope, result, 1)
    addHour(db, now, result, 1)
  }
}

function addKey(db: Connection, key: string, now: number): boolean {
  return db.run('INSERT OR IGNORE INTO delivered (key, at) VALUES (?, ?)', key, now).changes === 1
}

const TALLY = `
  INSERT INTO tallies (scope, metric, status, reason, count) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET count = count + excluded.count`

function tally(db: Connection, scope: string, result: EventResult, by: number): void {
  const { metric, status, reason } = tallyLine(result)
  db.run(TALLY, scope, metric, status, reason, by)
}

export interface DeadRow extends Place {
  readonly scope: string
  readonly outcome: string
  readonly settled_at: number
}

const REVIVE = `
  UPDATE records SET status = 'pending', ingress = 'replay', turn = 0, attempt = 0, due = 0, settled_at = NULL
  WHERE seq = ?`

/** Queues a dead letter again. What it added to the totals is taken back, but for what was in fact delivered. */
export function revive(db: Connection, row: DeadRow): void {
  db.run(REVIVE, row.seq)
  const outcome = JSON.parse(row.outcome) as Outcome
  for (const { result } of counted(outcome, row.lane, () => false)) {
    tally(db, row.scope, result, -1)
    addHour(db, row.settled_at, result, -1)
  }
  leaveEvents(db, row.seq, outcome)
  leaveLetters(db, row.seq)
  passTurn(db, row)
}
