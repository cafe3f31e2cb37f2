/** Reads the ledger: records by trace, by being unsettled, dead letters, totals. Selects dead letters to replay. */
import type {
  DeadLetterQuery,
  LedgerEntry,
  LedgerPage,
  RecordQuery,
  ReplaySelector,
  Tally,
} from '../../ports/ledger.ts'
import { type LedgerRow, ledgerEntry } from './row-mapping.ts'
import { statement } from './statement.ts'
import { all, type Steps } from './steps.ts'

/** Records that one transaction replays or drops. Small: a webhook may have to wait behind it. */
export const PAGE_SIZE = 500

const ENTRY = `
  SELECT r.seq, id, ingress, lane, topic, stream, resource, workspace, lookup_ids, received_at, status, attempt, due_at,
    settled_at, outcome, attempts, body
  FROM records r LEFT JOIN bodies b ON b.tenant = r.tenant AND b.seq = r.seq`

// `ofTenant`: with the tenant's index SQLite would read all records of it.
const TRACE = statement(
  ({ ofTenant }) => `${ENTRY}
  WHERE ${ofTenant('r.tenant = ?1')} AND r.seq IN (
    SELECT seq FROM records WHERE tenant = ?1 AND id = ?2
    UNION SELECT seq FROM lookup_ids WHERE tenant = ?1 AND lookup_id = ?2
    UNION SELECT seq FROM delivered_keys WHERE tenant = ?1 AND key = ?2
  )
  ORDER BY r.seq LIMIT 100`,
)

export function* traceRecords(tenant: number, ref: string): Steps<readonly LedgerEntry[]> {
  return (yield* all<LedgerRow>(TRACE, tenant, ref)).map(ledgerEntry)
}

const RECORD = statement(`${ENTRY} WHERE r.tenant = ?1 AND r.seq = ?2`)

export function* readRecord(tenant: number, seq: number): Steps<LedgerEntry | undefined> {
  return (yield* all<LedgerRow>(RECORD, tenant, seq)).map(ledgerEntry)[0]
}

const FOUND = statement(
  ({ texts, ofTenant }) => `${ENTRY}
  WHERE ${ofTenant('r.tenant = ?1')} AND r.seq IN (
    SELECT seq FROM records WHERE tenant = ?1 AND id IN ${texts('?2')}
    UNION SELECT seq FROM lookup_ids WHERE tenant = ?1 AND lookup_id IN ${texts('?2')}
    UNION SELECT seq FROM delivered_keys WHERE tenant = ?1 AND key IN ${texts('?2')}
  ) AND r.seq < ?3
  ORDER BY r.seq DESC LIMIT ?4`,
)

export function* findRecords(
  tenant: number,
  { refs, before = Number.MAX_SAFE_INTEGER, limit }: RecordQuery,
): Steps<readonly LedgerEntry[]> {
  const rows = yield* all<LedgerRow>(FOUND, tenant, JSON.stringify(refs), before, Math.max(0, limit))
  return rows.map(ledgerEntry)
}

// Each part has an index of its own: those in a queue, those that wait for a contact, those that were cut off or are
// checked. Merged by SQLite in their order, the last part would walk through all records.
const UNSETTLED = statement(
  ({ ofTenant }) => `${ENTRY}
  WHERE ${ofTenant('r.tenant = ?1')} AND r.seq IN (
    SELECT DISTINCT seq FROM (
      SELECT seq FROM records WHERE tenant = ?1 AND queue_head IS NOT NULL AND +seq > ?2
      UNION ALL SELECT seq FROM records
        WHERE tenant = ?1 AND queue_head IS NULL AND status = 'deferred' AND cut_offs = 0 AND +seq > ?2
      UNION ALL SELECT seq FROM records WHERE tenant = ?1 AND cut_offs > 0 AND +seq > ?2
      UNION ALL SELECT seq FROM records WHERE tenant = ?1 AND lease IS NOT NULL AND +seq > ?2) AS found
    ORDER BY seq LIMIT ?3)
  ORDER BY r.seq`,
)

export function* listUnsettled(tenant: number, { after = 0, limit }: LedgerPage): Steps<readonly LedgerEntry[]> {
  return (yield* all<LedgerRow>(UNSETTLED, tenant, after, Math.max(0, limit))).map(ledgerEntry)
}

const DEAD_LETTERS = statement(
  ({ ofTenant }) => `${ENTRY}
  WHERE ${ofTenant('r.tenant = ?1')}
    AND r.seq IN (SELECT seq FROM dead_letters WHERE tenant = ?1 AND seq > ?2 AND (?5 IS NULL OR group_name = ?5))
    AND (?3 IS NULL OR scope = ?3)
  ORDER BY r.seq LIMIT ?4`,
)

export function* listDeadLetters(
  tenant: number,
  { after = 0, limit, run, group }: DeadLetterQuery,
): Steps<readonly LedgerEntry[]> {
  const rows = yield* all<LedgerRow>(DEAD_LETTERS, tenant, after, run ?? null, Math.max(0, limit), group ?? null)
  return rows.map(ledgerEntry)
}

const TALLIES = statement(`
  SELECT scope, metric, status, reason, count FROM tallies
  WHERE tenant = ?1 AND (?2 IS NULL OR scope = ?2) AND count > 0 ORDER BY scope, metric, status, reason`)

export function* listTallies(tenant: number, scope?: string): Steps<readonly Tally[]> {
  return (yield* all<Tally>(TALLIES, tenant, scope ?? null)).map((row) => ({ ...row }))
}

const DEAD = `SELECT seq FROM records WHERE tenant = ?1 AND status = 'dead' AND seq > ?2`
// By the index of the ids.
const BY_ID = DEAD.replace('seq > ', '+seq > ').replace('status =', "status || '' =")
const PAGED = `ORDER BY seq LIMIT ${PAGE_SIZE}`
const DEAD_BY_ID = statement(({ texts }) => `${BY_ID} AND id IN ${texts('?3')}`)
const PAGE_BY_ID = statement(({ texts }) => `${BY_ID} AND id IN ${texts('?3')} ${PAGED}`)
const PAGE_BY_GROUP = statement(
  `${DEAD} AND seq IN (SELECT seq FROM dead_letters WHERE tenant = ?1 AND (?3 IS NULL OR group_name = ?3)) ${PAGED}`,
)

interface SeqRow {
  readonly seq: number
}

const seqsOf = (rows: readonly SeqRow[]): readonly number[] => rows.map(({ seq }) => seq)

/** One page of dead letters after a `seq`. Those named by id are found even if another record delivered their events. */
export function* selectDeadPage(tenant: number, which: ReplaySelector, after: number): Steps<readonly number[]> {
  if (typeof which === 'object' && !('group' in which))
    return seqsOf(yield* all<SeqRow>(PAGE_BY_ID, tenant, after, JSON.stringify(which)))
  return seqsOf(yield* all<SeqRow>(PAGE_BY_GROUP, tenant, after, which === 'all' ? null : which.group))
}

export function* selectDead(tenant: number, ids: readonly string[]): Steps<readonly number[]> {
  return seqsOf(yield* all<SeqRow>(DEAD_BY_ID, tenant, -1, JSON.stringify(ids)))
}
