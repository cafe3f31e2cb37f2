/** Appends records to the queues of any number of tenants in one transaction. */
import { groupBy } from '../../lib/group-by.ts'
import { mapMaybe } from '../../lib/maybe-promise.ts'
import type { Awaitable } from '../../ports/sql.ts'
import type { Checkpoint } from '../../ports/store.ts'
import type { SourceRecord } from '../../ports/types.ts'
import { scopeOf } from '../outcome-effects.ts'
import { makeDue } from './claims.ts'
import type { MergedWrite } from './group-commit.ts'
import { writeCheckpoints } from './key-values.ts'
import { promoteHeads } from './queue.ts'
import { toInteger } from './row-mapping.ts'
import { type DialectWords, statementOfRows } from './statement.ts'
import { allEach, allEachLater, dialectInUse, insertEach, runEach, type Steps } from './steps.ts'

export interface NewRecords {
  readonly records: readonly SourceRecord[]
  readonly checkpoint?: Checkpoint | undefined
}

export interface AppendRequest extends NewRecords {
  readonly tenant: number
}

/** A record with a new id. */
export interface AddedRecord {
  readonly tenant: number
  readonly seq: number
  readonly record: SourceRecord
  /** Index of the request that brought it. */
  readonly request: number
}

const COLUMNS = {
  tenant: 'integer',
  id: 'text',
  ingress: 'text',
  lane: 'text',
  topic: 'text',
  stream: 'text',
  resource: 'text',
  workspace: 'text',
  ordering_key: 'text',
  lookup_ids: 'text',
  received_at: 'integer',
  backfill_run: 'text',
  scope: 'text',
  trace: 'text',
} as const

const NAMES = `tenant, id, ingress, lane, topic, stream, resource, workspace, ordering_key, lookup_ids, received_at,
    backfill_run, scope, trace, status, queue_head`
const VALUES = `:tenant, :id, :ingress, :lane, :topic, :stream, :resource, :workspace, :ordering_key, :lookup_ids, :received_at,
    :backfill_run, :scope, :trace, 'pending'`
const hasHead = ({ isOrderingKey }: DialectWords) => `(SELECT 1 FROM records
    WHERE tenant = :tenant AND lane = :lane AND ${isOrderingKey(':ordering_key')} AND queue_head IS NOT NULL LIMIT 1) IS NOT NULL`

const INSERT = statementOfRows(
  COLUMNS,
  (words) => `INSERT INTO records (${NAMES}) VALUES (${VALUES}, CASE WHEN ${hasHead(words)} THEN 0 ELSE 1 END)
  ON CONFLICT (tenant, id) DO NOTHING`,
)

const INSERT_BODY = statementOfRows(
  { tenant: 'integer', seq: 'integer', body: 'text' },
  'INSERT INTO bodies (tenant, seq, body) {ROW :tenant, :seq, :body}',
)

const INSERT_LOOKUP_ID = statementOfRows(
  { tenant: 'integer', lookup_id: 'text', seq: 'integer' },
  ({ unlessExists }) => `INSERT INTO lookup_ids (tenant, lookup_id, seq) {ROW :tenant, :lookup_id, :seq}
  ${unlessExists('lookup_ids', ['tenant', 'lookup_id', 'seq'])}`,
)

export type LookupIdRow = readonly [tenant: number, lookupId: string, seq: number]

export const insertLookupIds = (rows: readonly LookupIdRow[]): Steps<void> => runEach(INSERT_LOOKUP_ID, rows)

// In PostgreSQL all tables at once. Under the locks of the tenants no other transaction adds the same ids meanwhile.
const INSERT_WHOLE = statementOfRows(
  { ...COLUMNS, body: 'text', is_first: 'integer' },
  (words) => `WITH added AS (
    SELECT nextval('records_seq') AS seq, given.*, CASE WHEN :is_first = 0 OR ${hasHead(words)} THEN 0 ELSE 1 END AS queue_head
    {FROM} WHERE NOT EXISTS (SELECT 1 FROM records WHERE tenant = :tenant AND id = :id)
  ), whole AS (
    INSERT INTO records (seq, ${NAMES}) SELECT seq, ${VALUES}, queue_head FROM added
  ), with_bodies AS (
    INSERT INTO bodies (tenant, seq, body) SELECT :tenant, seq, :body FROM added
  ), with_lookup_ids AS (
    INSERT INTO lookup_ids (tenant, lookup_id, seq) SELECT :tenant, lookup_id, seq FROM added
    CROSS JOIN LATERAL (SELECT DISTINCT json_array_elements_text(:lookup_ids::json) AS lookup_id) AS own
  )
  SELECT seq, :tenant AS tenant, :id AS id FROM added`,
)

/** The records of each request that were new. */
export const APPEND: MergedWrite<NewRecords, readonly AddedRecord[]> = {
  *run(requests) {
    const adding = yield* appendAll(requests.map(({ tenant, request }) => ({ tenant, ...request })))
    // Not yet known which are new: then those of all records, most of which are due already.
    const withRecords =
      adding instanceof Promise ? requests.filter(({ request }) => request.records.length > 0) : adding
    if (withRecords.length > 0) yield* makeDue([...new Set(withRecords.map(({ tenant }) => tenant))])
    const byRequest = mapMaybe(adding, (added) => groupBy(added, ({ request }) => request))
    return requests.map((_, request) => mapMaybe(byRequest, (added) => added.get(request) ?? []))
  },
}

/**
 * Saves the checkpoints, and adds the records with their bodies and lookup ids, unless their ids are known. In a pipelined
 * transaction the added records may be known only at its end.
 */
export function* appendAll(requests: readonly AppendRequest[]): Steps<Awaitable<readonly AddedRecord[]>> {
  for (const { tenant, checkpoint } of requests) if (checkpoint) yield* writeCheckpoints(tenant, [checkpoint])
  const records = distinctRecords(requests)
  const insert = (yield* dialectInUse()) === 'postgres' ? insertWhole : insertParts
  return mapMaybe(yield* insert([...records.values()]), (rows) =>
    rows.flatMap(({ seq, tenant, id }) => {
      const record = records.get(nameOf(tenant, id))
      return record === undefined ? [] : [{ seq, ...record }]
    }),
  )
}

interface InsertedRow {
  readonly seq: number
  readonly tenant: number
  readonly id: string
}

function* insertParts(records: readonly UniqueRecord[]): Steps<readonly InsertedRow[]> {
  const rows = yield* insertEach(
    INSERT,
    records.map(({ tenant, record }) => insertedRow(tenant, record)),
    (index, seq) => ({ seq, record: records[index] }),
  )
  const added = rows.flatMap(({ seq, record }) => (record === undefined ? [] : [{ seq, ...record }]))
  yield* runEach(
    INSERT_BODY,
    added.map(({ tenant, seq, record }) => [tenant, seq, record.body]),
  )
  yield* insertLookupIds(
    added.flatMap(({ tenant, seq, record }) => record.lookupIds.map((id) => [tenant, id, seq] as const)),
  )
  return added.map(({ seq, tenant, record }) => ({ seq, tenant, id: record.id }))
}

/** Only the first record of a queue can become its head. If its id is known, the next one does, if there is one. */
function* insertWhole(records: readonly UniqueRecord[]): Steps<Awaitable<readonly InsertedRow[]>> {
  const queues = new Set<string>()
  const isFirst = ({ tenant, record: { lane, orderingKey } }: UniqueRecord) => {
    const size = queues.size
    return queues.add(`${tenant}/${lane}/${orderingKey}`).size > size ? 1 : 0
  }
  const values = records.map((each) => [...insertedRow(each.tenant, each.record), each.record.body, isFirst(each)])
  if (queues.size === records.length) return yield* allEachLater<InsertedRow>(INSERT_WHOLE, values)
  const rows = yield* allEach<InsertedRow>(INSERT_WHOLE, values)
  if (rows.length === records.length) return rows
  const added = new Set(rows.map(({ tenant, id }) => nameOf(tenant, id)))
  const known = records.filter(({ tenant, record }) => !added.has(nameOf(tenant, record.id)))
  yield* promoteHeads(known.map(({ tenant, record: { lane, orderingKey } }) => ({ tenant, lane, orderingKey })))
  return rows
}

type UniqueRecord = Omit<AddedRecord, 'seq'>

/** The first of each id, by tenant and id. */
function distinctRecords(requests: readonly AppendRequest[]): ReadonlyMap<string, UniqueRecord> {
  const found = new Map<string, UniqueRecord>()
  for (const [request, { tenant, records }] of requests.entries())
    for (const record of records) {
      const name = nameOf(tenant, record.id)
      if (!found.has(name)) found.set(name, { tenant, record, request })
    }
  return found
}

const nameOf = (tenant: number, id: string): string => `${tenant}/${id}`

function insertedRow(tenant: number, record: SourceRecord) {
  const { id, ingress, lane, topic, stream, resource, workspace, orderingKey, lookupIds, backfillRun } = record
  return [
    ...[tenant, id, ingress, lane, topic ?? null, stream ?? null, resource ?? null, workspace, orderingKey],
    JSON.stringify(lookupIds),
    toInteger(record.receivedAt),
    backfillRun === undefined ? null : JSON.stringify(backfillRun),
    scopeOf(record),
    record.trace ?? null,
  ]
}
