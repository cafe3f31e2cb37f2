/** The queue: lease, renew, release, and the head of each ordering key's queue. */
import { groupBy } from '../../lib/group-by.ts'
import type { LeaseRequest } from '../../ports/store.ts'
import type { Lane, LeasedRecord, SourceRecord } from '../../ports/types.ts'
import type { AppendBuffer } from './append-buffer.ts'
import { type LeaseRow, leasedRecord, toInteger } from './row-mapping.ts'
import { type DialectWords, statement, statementOfRows } from './statement.ts'
import { all, allEach, get, getEach, type RowQuery, run, runEach, type Steps } from './steps.ts'
import type { LostLeases } from './unknown-leases.ts'
import { startChecks } from './waiting.ts'

/** A record's `seq`, and its queue: one for each tenant, lane and ordering key. */
export interface QueuePosition {
  readonly tenant: number
  readonly seq: number
  readonly lane: Lane
  readonly orderingKey: string
}

/** The columns of a `QueuePosition`. */
export const POSITION = 'tenant, seq, lane, ordering_key AS "orderingKey"'

// The heads of the queues, and records outside them that wait for a contact. Each part reads its index up to the limit.
const DUE = statement(`
  SELECT * FROM (
    SELECT seq, ingress, attempt, due_at, 0 AS waiting FROM records
    WHERE queue_head = 1 AND cut_offs = 0 AND tenant = ?1 AND lane = ?2 AND due_at <= ?3 ORDER BY due_at, seq LIMIT ?4
  ) AS heads
  UNION ALL
  SELECT * FROM (
    SELECT seq, ingress, attempt, due_at, 1 AS waiting FROM records
    WHERE queue_head IS NULL AND status = 'deferred' AND cut_offs = 0 AND tenant = ?1 AND lane = ?2 AND due_at <= ?3
    ORDER BY due_at, seq LIMIT ?4
  ) AS checks
  ORDER BY due_at, seq LIMIT ?4`)

// Heads of queues, and records that wait for a contact, whose last try was cut off.
const CUT_OFF = `
  FROM records
  WHERE cut_offs > 0 AND tenant = ?1 AND lane = ?2 AND due_at <= ?3 AND status <> 'leased'
    AND coalesce(queue_head, 1) = 1`

const DUE_CUT_OFF = statement(`
  SELECT seq, ingress, attempt, CASE WHEN queue_head IS NULL THEN 1 ELSE 0 END AS waiting
  ${CUT_OFF} AND cut_offs BETWEEN ?5 AND ?6
  ORDER BY cut_offs DESC, due_at, seq LIMIT ?4`)

const MOST_CUT_OFFS = statement(`SELECT max(cut_offs) AS most ${CUT_OFF}`)

/** The most cut-offs of a due record of the lane. */
export function* mostCutOffs(tenant: number, lane: Lane, now: number): Steps<number> {
  return (yield* get<{ most: number | null }>(MOST_CUT_OFFS, tenant, lane, now))?.most ?? 0
}

const LEASE = statement(
  ({ integers, ofTenant }) => `
  UPDATE records SET status = 'leased', attempt = attempt + 1, due_at = ?2, lease = ?3, owner = ?4
  WHERE ${ofTenant('tenant = ?1')} AND seq IN ${integers('?5')}`,
)

const READ_RECORD = statementOfRows(
  { tenant: 'integer', seq: 'integer' },
  `SELECT r.seq, id, ingress, lane, topic, stream, resource, workspace, ordering_key, lookup_ids, received_at,
    backfill_run, trace, attempt, cut_offs, outcome, body
  FROM records r JOIN bodies b ON b.tenant = r.tenant AND b.seq = r.seq{,} WHERE r.tenant = :tenant AND r.seq = :seq`,
)

export interface Lessee {
  /** The owner's id. */
  readonly owner: string
  /** Shared by the records of one call; together with `seq` it identifies a lease. */
  readonly token: string
  readonly buffer: AppendBuffer
}

/** Leases records that `dueQuery` has found. Reads only those missing from the buffer. */
export function* lease(
  tenant: number,
  rows: readonly DueRow[],
  until: number,
  { owner, token, buffer }: Lessee,
): Steps<readonly LeasedRecord[]> {
  if (rows.length === 0) return []
  const buffered = new Map<number, SourceRecord>()
  for (const { seq, attempt } of rows) {
    const record = buffer.take(seq)
    if (record !== undefined && attempt === 0) buffered.set(seq, record)
  }
  const missing = rows.filter(({ seq }) => !buffered.has(seq))
  const read = yield* getEach<LeaseRow>(
    READ_RECORD,
    missing.map(({ seq }) => [tenant, seq]),
  )
  const stored = new Map(read.map((row) => [row.seq, row]))
  const waiting = rows.filter((row) => row.waiting === 1).map(({ seq }) => seq)
  const awaited = yield* startChecks(tenant, waiting)
  const seqs = JSON.stringify(rows.map(({ seq }) => seq))
  yield* run(LEASE, tenant, toInteger(until), token, owner, seqs)
  return rows.flatMap(({ seq, ingress, waiting }) => {
    const lease = `${token}/${seq}`
    const record = buffered.get(seq)
    if (record !== undefined) return [{ ...record, ingress, lease, attempt: 1 }]
    const row = stored.get(seq)
    if (row === undefined) return []
    return [{ ...leasedRecord(row, lease), ...(waiting === 1 && { awaited: awaited.get(seq) ?? [] }) }]
  })
}

/** The due records of a lane, without those whose leases have expired since. */
export function dueQuery(tenant: number, { lane, cutOff, limit }: LeaseRequest, now: number): RowQuery {
  const values = [tenant, lane, now, Math.max(0, limit)]
  if (cutOff === undefined) return { statement: DUE, values }
  const range = cutOff === 'once' ? [1, 1] : [2, Number.MAX_SAFE_INTEGER]
  return { statement: DUE_CUT_OFF, values: [...values, ...range] }
}

export interface DueRow {
  readonly seq: number
  readonly ingress: SourceRecord['ingress']
  readonly attempt: number
  readonly waiting: 0 | 1
}

export type LeaseKey = readonly [seq: number, token: string]

/** Splits a lease into `seq` and token. The lease of another store yields a `seq` that no record has. */
export function parseLease({ lease }: Pick<LeasedRecord, 'lease'>): LeaseKey {
  const [, token = '', seq = '-1'] = /^(.*)\/(\d+)$/.exec(lease) ?? []
  return [Number(seq), token]
}

const LEASE_COLUMNS = { tenant: 'integer', seq: 'integer', lease: 'text' } as const

/**
 * The record of a lease that still holds. `lease = :lease` would allow PostgreSQL the index of all leases: planned while
 * there are none, it would read each of them for every row.
 */
export const HOLDS = `tenant = :tenant AND seq = :seq AND coalesce(lease, '') = :lease`

const RENEW = statementOfRows(
  { ...LEASE_COLUMNS, due_at: 'integer' },
  `UPDATE records SET due_at = :due_at {FROM} WHERE ${HOLDS}`,
)

export function renew(tenant: number, records: readonly LeasedRecord[], until: number): Steps<void> {
  return runEach(
    RENEW,
    records.map((record) => [tenant, ...parseLease(record), toInteger(until)]),
  )
}

const FIND_LEASE = statementOfRows(LEASE_COLUMNS, `SELECT ${POSITION} FROM records{,} WHERE ${HOLDS}`)

/** Releases leases that still hold, without counting an attempt. */
export function* release(tenant: number, records: Iterable<Pick<LeasedRecord, 'lease'>>): Steps<void> {
  const rows = Array.from(records, (record) => [tenant, ...parseLease(record)] as const)
  yield* releaseLeases(yield* getEach<QueuePosition>(FIND_LEASE, rows), 'untried')
}

/** Whether a lease that ended without a settlement counts as an attempt, and as cut off. */
export type LeaseEnd = 'cut-off' | 'untried'

// Outside the queue, a record that waits for a contact goes on waiting.
const RELEASE = statementOfRows(
  { tenant: 'integer', seq: 'integer', untried: 'integer' },
  `UPDATE records SET status = CASE WHEN queue_head IS NULL THEN 'deferred' ELSE 'pending' END, attempt = attempt - :untried,
    due_at = 0, cut_offs = cut_offs + 1 - :untried, lease = NULL, owner = NULL
  {FROM} WHERE tenant = :tenant AND seq = :seq`,
)

export function* releaseLeases(positions: readonly QueuePosition[], end: LeaseEnd): Steps<void> {
  const untried = end === 'untried' ? 1 : 0
  yield* runEach(
    RELEASE,
    positions.map(({ tenant, seq }) => [tenant, seq, untried]),
  )
  yield* promoteHeads(positions)
}

const EXPIRED = statement(`SELECT ${POSITION} FROM records WHERE lease IS NOT NULL AND tenant = ?1 AND due_at <= ?2`)

/** The positions of a tenant's records whose leases have expired. */
export const expiredQuery = (tenant: number, now: number): RowQuery => ({ statement: EXPIRED, values: [tenant, now] })

/** Releases the expired leases of a tenant. */
export function* expireLeases(tenant: number, now: number): Steps<void> {
  const positions = yield* all<QueuePosition>(EXPIRED, tenant, now)
  if (positions.length > 0) yield* releaseLeases(positions, 'cut-off')
}

const OWNED = statement(`SELECT ${POSITION} FROM records WHERE lease IS NOT NULL AND owner = ?1`)

/** Releases every lease of an owner, of any tenant. Returns the records' positions. */
export function* releaseOwner(owner: string, end: LeaseEnd): Steps<readonly QueuePosition[]> {
  const positions = yield* all<QueuePosition>(OWNED, owner)
  yield* releaseLeases(positions, end)
  return positions
}

const OWNED_OF_TENANT = statement(
  `SELECT ${POSITION} FROM records WHERE lease IS NOT NULL AND tenant = ?1 AND owner = ?2`,
)

/** Releases the leases of an owner that has lost a tenant: each counts as cut off. */
export function* releaseLeasesOf(tenant: number, owner: string): Steps<readonly QueuePosition[]> {
  const positions = yield* all<QueuePosition>(OWNED_OF_TENANT, tenant, owner)
  yield* releaseLeases(positions, 'cut-off')
  return positions
}

const TAKEN = statement(`SELECT ${POSITION} FROM records WHERE lease IS NOT NULL AND tenant = ?1 AND lease = ?2`)

/** Releases leases that no worker holds any more: of calls whose answer was lost, and of releases that failed. */
export function* releaseLost(tenant: number, { tokens, records }: LostLeases): Steps<void> {
  for (const token of tokens) yield* releaseLeases(yield* all<QueuePosition>(TAKEN, tenant, token), 'untried')
  if (records.size > 0) yield* release(tenant, records)
}

const DELAY_SUSPECTS = statement(
  ({ greatest }) => `UPDATE records SET due_at = ${greatest('due_at', '?1')} WHERE cut_offs = 2 AND lease IS NULL`,
)

/** Delays the next try of records that were cut off twice: it runs alone, and decides. */
export const delaySuspects = (until: number): Steps<void> => run(DELAY_SUSPECTS, toInteger(until))

const queueOf = ({ isOrderingKey }: DialectWords) => `
  SELECT tenant, lane, ordering_key, seq, status, queue_head FROM records
  WHERE tenant = :tenant AND lane = :lane AND ${isOrderingKey(':ordering_key')} AND queue_head IS NOT NULL
  ORDER BY queue_head DESC, seq LIMIT 2`
const QUEUES = statementOfRows({ tenant: 'integer', lane: 'text', ordering_key: 'text' }, (words, dialect) =>
  dialect === 'sqlite' ? queueOf(words) : `SELECT q.* {FROM} CROSS JOIN LATERAL (${queueOf(words)}) AS q`,
)
const SET_HEAD = statementOfRows(
  { tenant: 'integer', seq: 'integer', head: 'integer' },
  'UPDATE records SET queue_head = :head {FROM} WHERE tenant = :tenant AND seq = :seq',
)

interface QueueRow {
  readonly tenant: number
  readonly lane: Lane
  readonly ordering_key: string
  readonly seq: number
  readonly status: string
  readonly queue_head: number
}

/**
 * Makes the earliest unsettled record of each queue its head. Called whenever a record leaves the queue, returns to
 * it, or is no longer leased. A leased record stays the head, so no two records of a queue are leased at once.
 */
export function* promoteHeads(positions: readonly Omit<QueuePosition, 'seq'>[]): Steps<void> {
  const queues = new Map(positions.map((each) => [queueName(each.tenant, each.lane, each.orderingKey), each]))
  const rows = yield* allEach<QueueRow>(
    QUEUES,
    [...queues.values()].map(({ tenant, lane, orderingKey }) => [tenant, lane, orderingKey]),
  )
  if (rows.length === 0) return
  const found = groupBy(rows, ({ tenant, lane, ordering_key }) => queueName(tenant, lane, ordering_key))
  yield* runEach(SET_HEAD, [...found.values()].flatMap(headChanges))
}

const queueName = (tenant: number, lane: Lane, orderingKey: string): string => `${tenant}/${lane}/${orderingKey}`

/** The head comes first, if there is one, then the earliest of the others. */
function headChanges([first, second]: readonly QueueRow[]): readonly (readonly number[])[] {
  const head = first?.queue_head === 1 ? first : undefined
  const next = head === undefined ? first : second
  if (next === undefined || head?.status === 'leased' || (head !== undefined && head.seq < next.seq)) return []
  return [...(head === undefined ? [] : [[head.tenant, head.seq, 0]]), [next.tenant, next.seq, 1]]
}
