/** The list of ended events: written when records are settled, read by the console. */
import type { EventQuery, LedgerEvent } from '../../ports/ledger.ts'
import type { EventResult, Ingress, Lane, Outcome } from '../../ports/types.ts'
import { type CountedEvent, recordResult } from '../outcome-effects.ts'
import { statement, statementOfRows } from './statement.ts'
import { all, allEach, run, runEach, type Steps } from './steps.ts'

const INSERT = statementOfRows(
  {
    tenant: 'integer',
    seq: 'integer',
    event_index: 'integer',
    metric: 'text',
    status: 'text',
    settled_at: 'integer',
    result: 'text',
  },
  `INSERT INTO events (tenant, seq, event_index, metric, status, settled_at, result)
  {ROW :tenant, :seq, :event_index, :metric, :status, :settled_at, :result}`,
)

export interface SettledEvents {
  readonly seq: number
  readonly events: readonly CountedEvent[]
  /** Whether to copy each result: the next attempt of a deferred record overwrites its outcome. */
  readonly copy: boolean
}

export function insertEvents(tenant: number, records: readonly SettledEvents[], settledAt: number): Steps<void> {
  return runEach(
    INSERT,
    records.flatMap(({ seq, events, copy }) =>
      events.map(({ index, result }) => {
        const { metric, status } = result
        return [tenant, seq, index, metric, status, settledAt, copy ? JSON.stringify(result) : null]
      }),
    ),
  )
}

const COPY = statementOfRows(
  { tenant: 'integer', result: 'text', seq: 'integer', event_index: 'integer' },
  `UPDATE events SET result = :result {FROM}
  WHERE tenant = :tenant AND seq = :seq AND event_index = :event_index AND result IS NULL`,
)
const DELETE = statement(
  ({ integers, ofTenant }) =>
    `DELETE FROM events WHERE ${ofTenant('tenant = ?1')} AND seq IN ${integers('?2')} AND result IS NULL`,
)

export interface WithdrawnEvents {
  readonly seq: number
  readonly outcome: Outcome
}

/** Removes the undelivered events of dead letters. The delivered ones stay, with a copy of their results. */
export function* deleteEvents(tenant: number, records: readonly WithdrawnEvents[]): Steps<void> {
  yield* runEach(
    COPY,
    records.flatMap(({ seq, outcome }) =>
      [...outcome.events.entries()].flatMap(([index, result]) =>
        result.status === 'delivered' && result.key !== undefined ? [[tenant, JSON.stringify(result), seq, index]] : [],
      ),
    ),
  )
  yield* run(DELETE, tenant, JSON.stringify(records.map(({ seq }) => seq)))
}

interface EventRow {
  readonly id: number
  readonly event_index: number
  readonly settled_at: number
  readonly result: string | null
  readonly record: string
  readonly seq: number
  readonly ingress: Ingress
  readonly lane: Lane
  readonly topic: string | null
  readonly stream: string | null
  readonly outcome: string | null
}

const EVENTS = statement(
  ({ integers, ofTenant }) => `
  SELECT e.id, event_index, e.settled_at, result, r.id AS record, r.seq, ingress, lane, topic, stream, outcome
  FROM events e JOIN records r ON r.tenant = e.tenant AND r.seq = e.seq
  WHERE ${ofTenant('e.tenant = ?1')} AND e.id IN ${integers('?2')} ORDER BY e.id DESC`,
)

const NEWEST_OF = `
  SELECT id FROM events WHERE tenant = :tenant AND metric = :metric AND status = :status AND id < :before AND id > :after
  ORDER BY id DESC LIMIT :most`
const NEWEST = statementOfRows(
  { tenant: 'integer', metric: 'text', status: 'text', before: 'integer', after: 'integer', most: 'integer' },
  (_, dialect) => (dialect === 'sqlite' ? NEWEST_OF : `SELECT n.* {FROM} CROSS JOIN LATERAL (${NEWEST_OF}) AS n`),
)

/** Reads every event of the range: for lists on request, not for a page that refreshes. */
const SEARCH = statement(
  ({ member, element }) => `
  SELECT e.id FROM events e JOIN records r ON r.tenant = e.tenant AND r.seq = e.seq
  WHERE e.tenant = ?1 AND e.id < ?2 AND e.id > ?3 AND (?5 IS NULL OR metric = ?5) AND (?6 IS NULL OR e.status = ?6)
    AND (?7 IS NULL OR scope = ?7) AND (?8 IS NULL OR ?8 = (
      SELECT coalesce(${member('json', 'reason')}, ${member('json', 'fault', 'code')}, '')
      FROM (SELECT coalesce(result, ${element('outcome', 'events', 'event_index')}, outcome) AS json) AS found))
  ORDER BY e.id DESC LIMIT ?4`,
)

export function* listEvents(tenant: number, query: EventQuery): Steps<readonly LedgerEvent[]> {
  const limit = Math.max(0, query.limit)
  const range = [query.before ?? Number.MAX_SAFE_INTEGER, query.after ?? 0, limit] as const
  if (query.run !== undefined || query.reason !== undefined) {
    const { metric = null, status = null, run = null, reason = null } = query
    return yield* readEvents(tenant, yield* all<IdRow>(SEARCH, tenant, ...range, metric, status, run, reason))
  }
  const kinds = yield* eventKinds(tenant, query)
  const rows = yield* allEach<IdRow>(
    NEWEST,
    kinds.map(({ metric, status }) => [tenant, metric, status, ...range]),
  )
  return yield* readEvents(tenant, [...rows].sort((a, b) => b.id - a.id).slice(0, limit))
}

interface IdRow {
  readonly id: number
}

function* readEvents(tenant: number, ids: readonly IdRow[]): Steps<readonly LedgerEvent[]> {
  return (yield* all<EventRow>(EVENTS, tenant, JSON.stringify(ids.map(({ id }) => id)))).map(ledgerEvent)
}

interface EventKind {
  readonly metric: string
  readonly status: string
}

const KINDS = statement(`
  SELECT DISTINCT metric, status FROM tallies
  WHERE tenant = ?1 AND (?2 IS NULL OR metric = ?2) AND (?3 IS NULL OR status = ?3)`)

/** One index serves every filter: the newest events of all are the newest of each of the few kinds. */
function eventKinds(tenant: number, { metric, status }: EventQuery): Steps<readonly EventKind[]> {
  return all<EventKind>(KINDS, tenant, metric ?? null, status ?? null)
}

function ledgerEvent(row: EventRow): LedgerEvent {
  const { id, record, seq, ingress, topic, stream, settled_at: settledAt } = row
  return {
    ...resultOf(row),
    id,
    record,
    seq,
    ingress,
    ...(topic !== null && { topic }),
    ...(stream !== null && { stream }),
    settledAt,
  }
}

function resultOf({ result, outcome: json, lane, event_index: index }: EventRow): EventResult {
  if (result !== null) return JSON.parse(result) as EventResult
  const outcome = JSON.parse(json ?? '') as Outcome
  return outcome.events[index] ?? recordResult(outcome, lane)
}
