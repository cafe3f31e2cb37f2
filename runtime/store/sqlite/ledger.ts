/** Reads the ledger (trace, dead letters, totals), replays dead letters and drops old records, page by page. */
import type { DeadLetterQuery, LedgerEntry, LedgerPage, ReplaySelector, Tally } from '../../ports/ledger.ts'
import type { Retention } from '../../ports/store.ts'
import { pruneActivity } from './activity.ts'
import type { Connection } from './connection.ts'
import { pruneSends } from './key-values.ts'
import { POSITION } from './queue.ts'
import { type LedgerRow, ledgerEntry } from './row-mapping.ts'
import { type DeadRow, dismissDeadLetter, requeueDeadLetter } from './settle.ts'
import { TallyBatch } from './tally-batch.ts'
import { deleteWaitingEvents } from './waiting.ts'

/** Records that one transaction replays or drops. Small: a webhook may have to wait behind it. */
export const PAGE_SIZE = 500

const ENTRY = `
  SELECT r.seq, id, ingress, lane, topic, stream, resource, lookup_ids, received_at, status, attempt, due_at,
    settled_at, outcome, attempts, body
  FROM records r LEFT JOIN bodies USING (seq)`

const TRACE = `${ENTRY}
  WHERE r.seq IN (
    SELECT seq FROM records WHERE id = ?1
    UNION SELECT seq FROM lookup_ids WHERE lookup_id = ?1
    UNION SELECT seq FROM delivered_keys WHERE key = ?1
  )
  ORDER BY r.seq LIMIT 100`

export function traceRecords(db: Connection, ref: string): LedgerEntry[] {
  return db.all<LedgerRow>(TRACE, ref).map(ledgerEntry)
}

const UNSETTLED = `${ENTRY}
  WHERE r.seq IN (SELECT seq FROM records WHERE status IN ('pending', 'leased', 'deferred') AND seq > ?1 ORDER BY seq LIMIT ?2)
  ORDER BY r.seq`

export function listUnsettled(db: Connection, { after = 0, limit }: LedgerPage): LedgerEntry[] {
  return db.all<LedgerRow>(UNSETTLED, after, Math.max(0, limit)).map(ledgerEntry)
}

const DEAD_LETTERS = `${ENTRY}
  WHERE r.seq IN (SELECT seq FROM dead_letters WHERE seq > ?1 AND (?4 IS NULL OR group_name = ?4))
    AND (?2 IS NULL OR scope = ?2)
  ORDER BY r.seq LIMIT ?3`

export function listDeadLetters(db: Connection, { after = 0, limit, run, group }: DeadLetterQuery): LedgerEntry[] {
  return db.all<LedgerRow>(DEAD_LETTERS, after, run ?? null, Math.max(0, limit), group ?? null).map(ledgerEntry)
}

export function listTallies(db: Connection, scope?: string): Tally[] {
  const rows = db.all<Tally>(
    `SELECT scope, metric, status, reason, count FROM tallies
     WHERE (?1 IS NULL OR scope = ?1) AND count > 0 ORDER BY scope, metric, status, reason`,
    scope ?? null,
  )
  return rows.map((row) => ({ ...row }))
}

const REPLAY = `
  SELECT ${POSITION}, scope, outcome, attempts, settled_at FROM records WHERE status = 'dead' AND seq > ?1`
const REPLAY_BY_ID = 'AND id IN (SELECT value FROM json_each(?2))'
const REPLAY_BY_GROUP = 'AND seq IN (SELECT seq FROM dead_letters WHERE ?2 IS NULL OR group_name = ?2)'
const PAGED = `ORDER BY seq LIMIT ${PAGE_SIZE}`

export interface ReplayPage {
  readonly which: ReplaySelector
  /** Only records with a greater `seq`. */
  readonly after: number
}

/** Replays one page of dead letters. Those named by id are replayed even if another record delivered their events. */
export function replayPage(db: Connection, { which, after }: ReplayPage, now: number): DeadRow[] {
  const byId = Array.isArray(which)
  const value = byId ? JSON.stringify(which) : typeof which === 'object' && 'group' in which ? which.group : null
  const rows = db.all<DeadRow>(`${REPLAY} ${byId ? REPLAY_BY_ID : REPLAY_BY_GROUP} ${PAGED}`, after, value)
  for (const row of rows) requeueDeadLetter(db, row, now)
  return rows
}

export function dismiss(db: Connection, ids: readonly string[], reason: string, now: number): number {
  const rows = db.all<DeadRow>(`${REPLAY} ${REPLAY_BY_ID}`, -1, JSON.stringify(ids))
  for (const row of rows) dismissDeadLetter(db, row, reason, now)
  return rows.length
}

const PRUNE = `
  DELETE FROM records
  WHERE seq IN (SELECT seq FROM records WHERE status = ? AND settled_at < ? LIMIT ${PAGE_SIZE})`

const PRUNED_WAITING = `
  SELECT DISTINCT seq, scope FROM waiting_events JOIN records USING (seq)
  WHERE seq IN (SELECT seq FROM records WHERE status = 'dead' AND settled_at < ? LIMIT ${PAGE_SIZE})`

/** Subtracts the waiting events of dead letters that are about to be dropped. */
function pruneWaitingEvents(db: Connection, before: number): void {
  const batch = new TallyBatch()
  for (const row of db.all<{ seq: number; scope: string }>(PRUNED_WAITING, before))
    deleteWaitingEvents({ db, batch }, row)
  batch.write(db)
}

/** Drops one page of old records with their bodies and lookup ids. The keys of delivered events stay. */
export function prunePage(db: Connection, retention: Retention, now: number): number {
  const ages = { delivered: retention.settled, skipped: retention.settled, dead: retention.dead }
  if (retention.lookups !== undefined) db.run('DELETE FROM cache WHERE fetched_at < ?', now - retention.lookups)
  pruneActivity(db, retention, now)
  pruneSends(db, now - retention.dead)
  pruneWaitingEvents(db, now - retention.dead)
  const drop = ([status, age]: [string, number]) => db.run(PRUNE, status, now - age).changes
  return Object.entries(ages).reduce((sum, entry) => sum + drop(entry), 0)
}
