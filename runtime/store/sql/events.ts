/** The list of ended events: written when records are settled, read by the console. */
import type { EventQuery, LedgerEvent } from '../../ports/ledger.ts'
import type { EventResult, Ingress, Lane, Outcome } from '../../ports/types.ts'
import { type CountedEvent, happenedAt, recordResult } from '../outcome-effects.ts'
import { kindOf, nameOfKind, numberKinds, selectKinds } from './event-kinds.ts'
import { firstOfKinds, type IdRow, type KindIdRow, ofEachKind } from './first-of-kinds.ts'
import { statement, statementOfRows } from './statement.ts'
import { all, allEach, run, runEach, type Steps } from './steps.ts'

const INSERT = statementOfRows(
  {
    tenant: 'integer',
    seq: 'integer',
    event_index: 'integer',
    kind: 'integer',
    happened_at: 'integer',
    settled_at: 'integer',
    result: 'text',
  },
  `INSERT INTO events (tenant, seq, event_index, kind, happened_at, settled_at, result)
  {ROW :tenant, :seq, :event_index, :kind, :happened_at, :settled_at, :result}`,
)

export interface SettledEvents {
  readonly seq: number
  readonly scope: string
  readonly topic: string | undefined
  readonly events: readonly CountedEvent[]
  /** Whether to copy each result: the next attempt of a deferred record overwrites its outcome. */
  readonly copy: boolean
}

export function* insertEvents(tenant: number, records: readonly SettledEvents[], settledAt: number): Steps<void> {
  const rows = records.flatMap(({ seq, scope, topic, events, copy }) =>
    events.map(({ index, result }) => {
      const labels = kindOf(result, scope, topic)
      return { seq, index, result, copy, labels, name: nameOfKind(labels) }
    }),
  )
  if (rows.length === 0) return
  const numbers = yield* numberKinds(tenant, new Map(rows.map(({ name, labels }) => [name, labels])))
  yield* runEach(
    INSERT,
    rows.map(({ seq, index, result, copy, name }) => {
      const json = copy ? JSON.stringify(result) : null
      return [tenant, seq, index, numbers.get(name) ?? 0, happenedAt(result, settledAt), settledAt, json]
    }),
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
  readonly happened_at: number
  readonly settled_at: number
  readonly result: string | null
  readonly record: string
  readonly seq: number
  readonly ingress: Ingress
  readonly lane: Lane
  readonly topic: string | null
  readonly stream: string | null
  readonly scope: string
  readonly lookup_ids: string
  readonly outcome: string | null
}

const EVENTS = statement(
  ({ integers, ofTenant }) => `
  SELECT e.id, event_index, happened_at, e.settled_at, result, r.id AS record, r.seq, ingress, lane, topic, stream, scope,
    lookup_ids, outcome
  FROM events e JOIN records r ON r.tenant = e.tenant AND r.seq = e.seq
  WHERE ${ofTenant('e.tenant = ?1')} AND e.id IN ${integers('?2')} ORDER BY e.id DESC`,
)

/** The events of these ids and their rows, newest id first. */
export function* readEvents(
  tenant: number,
  ids: readonly IdRow[],
): Steps<readonly { readonly event: LedgerEvent; readonly row: EventRow }[]> {
  const rows = yield* all<EventRow>(EVENTS, tenant, JSON.stringify(ids.map(({ id }) => id)))
  return rows.map((row) => ({ event: ledgerEvent(row), row }))
}

const NEWEST_OF = `
  SELECT id, kind FROM events WHERE kind = :kind AND id < :before AND id > :after ORDER BY id DESC LIMIT :most`
const NEWEST = statementOfRows(
  { tenant: 'integer', kind: 'integer', before: 'integer', after: 'integer', most: 'integer' },
  (_, dialect) => ofEachKind(NEWEST_OF, dialect),
)

/** Ended events, newest id first. */
export function* listEvents(tenant: number, query: EventQuery): Steps<readonly LedgerEvent[]> {
  const limit = Math.max(0, query.limit)
  const { before = Number.MAX_SAFE_INTEGER, after = 0 } = query
  const kinds = yield* selectKinds(tenant, query)
  const read = (some: readonly number[], most: number) =>
    allEach<KindIdRow>(
      NEWEST,
      some.map((kind) => [tenant, kind, before, after, most]),
    )
  const rows = yield* firstOfKinds(kinds, limit, read, (a, b) => b.id - a.id)
  return (yield* readEvents(tenant, rows)).map(({ event }) => event)
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
