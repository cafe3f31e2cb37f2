/** What became of every record: looked up, counted, replayed page by page, and dropped by age. */
import type { DeadLetterQuery, LedgerEntry, ReplaySelector, Tally } from '../../ports/ledger.ts'
import type { Backlog, Retention } from '../../ports/store.ts'
import type { Lane } from '../../ports/types.ts'
import { pruneHours } from './activity.ts'
import type { Connection } from './connection.ts'
import { type LedgerRow, ledgerEntry } from './row-mapping.ts'
import { type DeadRow, requeueDeadLetter } from './settle.ts'

/** How many records one transaction replays or drops: short enough for a webhook to wait behind. */
export const PAGE = 500

const ENTRY = `
  SELECT r.seq, id, ingress, lane, topic, stream, resource, refs, received_at, status, attempt, due, settled_at,
    outcome, attempts, body
  FROM records r LEFT JOIN bodies USING (seq)`

const TRACE = `${ENTRY}
  WHERE r.seq IN (
    SELECT seq FROM records WHERE id = ?1
    UNION SELECT seq FROM refs WHERE ref = ?1
    UNION SELECT seq FROM delivered WHERE key = ?1
  )
  ORDER BY r.seq LIMIT 100`

export function trace(db: Connection, ref: string): LedgerEntry[] {
  return db.all<LedgerRow>(TRACE, ref).map(ledgerEntry)
}

const DEAD = `${ENTRY}
  WHERE r.seq IN (SELECT seq FROM letters WHERE seq > ?1 AND (?4 IS NULL OR name = ?4))
    AND (?2 IS NULL OR scope = ?2)
  ORDER BY r.seq LIMIT ?3`

export function listDeadLetters(db: Connection, { after = 0, limit, run, group }: DeadLetterQuery): LedgerEntry[] {
  return db.all<LedgerRow>(DEAD, after, run ?? null, Math.max(0, limit), group ?? null).map(ledgerEntry)
}

export function tallies(db: Connection, scope?: string): Tally[] {
  const rows = db.all<Tally>(
    `SELECT scope, metric, status, reason, count FROM tallies
     WHERE (?1 IS NULL OR scope = ?1) AND count > 0 ORDER BY scope, metric, status, reason`,
    scope ?? null,
  )
  return rows.map((row) => ({ ...row }))
}

const BACKLOG = `
  SELECT count(*) AS records, min(received_at) AS oldest FROM records WHERE lane = ? AND turn IS NOT NULL`

export function backlog(db: Connection, lane: Lane): Backlog {
  const { records, oldest } = db.get<{ records: number; oldest: number | null }>(BACKLOG, lane) ?? NONE
  return oldest === null ? { records } : { records, oldest }
}

const NONE = { records: 0, oldest: null }

/** When the next record of the lane may be leased, which may be in the past. Nothing waits: undefined. */
export function nextDue(db: Connection, lane: Lane): number | undefined {
  const sql = 'SELECT min(due) AS due FROM records WHERE turn = 1 AND lane = ?'
  return db.get<{ due: number | null }>(sql, lane)?.due ?? undefined
}

const REPLAY = `
  SELECT seq, lane, line, scope, outcome, attempts, settled_at FROM records WHERE status = 'dead' AND seq > ?1`
const REPLAY_NAMED = 'AND id IN (SELECT value FROM json_each(?2))'
const REPLAY_GROUP = 'AND seq IN (SELECT seq FROM letters WHERE ?2 IS NULL OR name = ?2)'
const PAGED = `ORDER BY seq LIMIT ${PAGE}`

/** Replays one page of dead letters, those after `seq`. One that is named is replayed even if another record sent it. */
export function replayPage(db: Connection, which: ReplaySelector, after: number, now: number): DeadRow[] {
  const named = Array.isArray(which)
  const value = named ? JSON.stringify(which) : typeof which === 'object' && 'group' in which ? which.group : null
  const rows = db.all<DeadRow>(`${REPLAY} ${named ? REPLAY_NAMED : REPLAY_GROUP} ${PAGED}`, after, value)
  for (const row of rows) requeueDeadLetter(db, row, now)
  return rows
}

const PRUNE = `
  DELETE FROM records
  WHERE seq IN (SELECT seq FROM records WHERE status = ? AND settled_at < ? LIMIT ${PAGE})`

/** Drops a page of what is too old, with its body and refs. The keys of delivered events stay. */
export function prunePage(db: Connection, retention: Retention, now: number): number {
  const ages = { delivered: retention.settled, skipped: retention.settled, dead: retention.dead }
  if (retention.lookups !== undefined) db.run('DELETE FROM cache WHERE at < ?', now - retention.lookups)
  pruneHours(db, retention, now)
  const drop = ([status, age]: [string, number]) => db.run(PRUNE, status, now - age).changes
  return Object.entries(ages).reduce((sum, entry) => sum + drop(entry), 0)
}
