/** What is in the queue: its backlog, whether an ordering key has records, and when the next one is due. */
import type { Backlog } from '../../ports/store.ts'
import type { Lane } from '../../ports/types.ts'
import { statement } from './statement.ts'
import { get, type Steps } from './steps.ts'

const BACKLOG = statement(`
  SELECT count(*) AS records, min(received_at) AS oldest FROM records
  WHERE tenant = ?1 AND lane = ?2 AND queue_head IS NOT NULL`)

export function* backlog(tenant: number, lane: Lane): Steps<Backlog> {
  const row = yield* get<{ records: number; oldest: number | null }>(BACKLOG, tenant, lane)
  if (row === undefined || row.oldest === null) return { records: row?.records ?? 0 }
  return { records: row.records, oldest: row.oldest }
}

// The second part reads the records that wait for a contact and are due, which are few; the last those being checked.
const IS_QUEUED = statement(
  ({ isOrderingKey }) => `
  SELECT 1 AS queued WHERE
    EXISTS (SELECT 1 FROM records WHERE tenant = ?1 AND lane = ?2 AND ${isOrderingKey('?3')} AND queue_head IS NOT NULL)
    OR EXISTS (
      SELECT 1 FROM records
      WHERE queue_head IS NULL AND status = 'deferred' AND cut_offs = 0 AND tenant = ?1 AND lane = ?2 AND due_at <= ?4
        AND ordering_key = ?3)
    OR EXISTS (SELECT 1 FROM records WHERE cut_offs > 0 AND tenant = ?1 AND lane = ?2 AND ordering_key = ?3)
    OR EXISTS (
      SELECT 1 FROM records
      WHERE lease IS NOT NULL AND queue_head IS NULL AND tenant = ?1 AND lane = ?2 AND ordering_key = ?3)`,
)

export function* isQueued(tenant: number, lane: Lane, orderingKey: string, now: number): Steps<boolean> {
  return (yield* get(IS_QUEUED, tenant, lane, orderingKey, now)) !== undefined
}

const NEXT_HEAD =
  'SELECT min(due_at) AS due FROM records WHERE queue_head = 1 AND cut_offs = 0 AND tenant = ?1 AND lane = ?2'
const NEXT_CHECK = `
  SELECT min(due_at) AS due FROM records
  WHERE queue_head IS NULL AND status = 'deferred' AND cut_offs = 0 AND tenant = ?1 AND lane = ?2`
// One that is due already is no reason to wake: the worker may have to finish others before.
const NEXT_CUT_OFF =
  'SELECT min(due_at) AS due FROM records WHERE cut_offs > 0 AND tenant = ?1 AND lane = ?2 AND due_at > ?3 AND coalesce(queue_head, 1) = 1'
const NEXT_DUE = statement(`
  SELECT min(due) AS due FROM (${NEXT_HEAD} UNION ALL ${NEXT_CHECK} UNION ALL ${NEXT_CUT_OFF}) AS next`)

/**
 * The time at which the lane's next record is due, possibly in the past; of those that were cut off only after `now`.
 * Infinite when there is none.
 */
export function* nextDue(tenant: number, lane: Lane, now: number): Steps<number> {
  return (yield* get<{ due: number | null }>(NEXT_DUE, tenant, lane, now))?.due ?? Number.POSITIVE_INFINITY
}

/** The same with all that were cut off. Undefined when there is none. */
export function* nextDueOfAll(tenant: number, lane: Lane): Steps<number | undefined> {
  const due = yield* nextDue(tenant, lane, -1)
  return Number.isFinite(due) ? due : undefined
}

export interface DueLane {
  readonly tenant: number
  readonly lane: Lane
  readonly due: number
}

// The due time apart: the index has other columns between it and the lane, and SQLite would sort all records of the lane.
const nextLane = (condition: string) =>
  statement(`
  SELECT tenant, lane, (
    SELECT min(due_at) FROM records WHERE ${condition} AND tenant = next.tenant AND lane = next.lane) AS due
  FROM (
    SELECT tenant, lane FROM records WHERE ${condition} AND (tenant, lane) > (?1, ?2) ORDER BY tenant, lane LIMIT 1
  ) AS next`)
const NEXT_LANES = [
  nextLane('queue_head = 1 AND cut_offs = 0'),
  nextLane("queue_head IS NULL AND status = 'deferred' AND cut_offs = 0"),
  nextLane('cut_offs > 0'),
]

/** The lanes of all tenants that have unsettled records, each with a time at which one is due. Steps from lane to lane by an index. */
export function* dueLanes(): Steps<readonly DueLane[]> {
  const found: DueLane[] = []
  for (const next of NEXT_LANES)
    for (let last: DueLane | undefined = yield* get(next, -1, ''); last !== undefined; ) {
      found.push(last)
      last = yield* get<DueLane>(next, last.tenant, last.lane)
    }
  return found
}
