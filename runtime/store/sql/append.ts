/** Appends records to the queues of any number of tenants in one transaction. */
import type { Checkpoint } from '../../ports/store.ts'
import type { SourceRecord } from '../../ports/types.ts'
import { scopeOf } from '../outcome-effects.ts'
import { writeCheckpoints } from './key-values.ts'
import { toInteger } from './row-mapping.ts'
import { statementOfRows } from './statement.ts'
import { insertEach, runEach, type Steps } from './steps.ts'

export interface AppendRequest {
  readonly tenant: number
  readonly records: readonly SourceRecord[]
  readonly checkpoint?: Checkpoint | undefined
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
const HAS_HEAD = `(SELECT 1 FROM records
    WHERE tenant = :tenant AND lane = :lane AND ordering_key = :ordering_key AND queue_head IS NOT NULL LIMIT 1) IS NOT NULL`

// Of the records of one statement in PostgreSQL, only the first new one of a queue becomes its head.
const INSERT = statementOfRows(COLUMNS, (_, dialect) =>
  dialect === 'sqlite'
    ? `INSERT INTO records (${NAMES}) VALUES (${VALUES}, CASE WHEN ${HAS_HEAD} THEN 0 ELSE 1 END)
      ON CONFLICT (tenant, id) DO NOTHING`
    : `INSERT INTO records (${NAMES})
      SELECT ${VALUES}, CASE
        WHEN ${HAS_HEAD} OR row_number() OVER (PARTITION BY :tenant, :lane, :ordering_key ORDER BY :position) > 1
        THEN 0 ELSE 1 END
      {FROM} WHERE NOT EXISTS (SELECT 1 FROM records WHERE tenant = :tenant AND id = :id) ORDER BY :position
      ON CONFLICT (tenant, id) DO NOTHING RETURNING seq, tenant, id`,
)

const INSERT_BODY = statementOfRows(
  { tenant: 'integer', seq: 'integer', body: 'text' },
  'INSERT INTO bodies (tenant, seq, body) {ROW :tenant, :seq, :body}',
)

const INSERT_LOOKUP_ID = statementOfRows(
  { tenant: 'integer', lookup_id: 'text', seq: 'integer' },
  `INSERT INTO lookup_ids (tenant, lookup_id, seq) {ROW :tenant, :lookup_id, :seq} ON CONFLICT DO NOTHING`,
)

export type LookupIdRow = readonly [tenant: number, lookupId: string, seq: number]

export const insertLookupIds = (rows: readonly LookupIdRow[]): Steps<void> => runEach(INSERT_LOOKUP_ID, rows)

/** Saves the checkpoints, and adds the records with their bodies and lookup ids, unless their ids are known. */
export function* appendAll(requests: readonly AppendRequest[]): Steps<readonly AddedRecord[]> {
  for (const { tenant, checkpoint } of requests) if (checkpoint) yield* writeCheckpoints(tenant, [checkpoint])
  const found = distinctRecords(requests)
  const records = [...found.values()]
  const rows = yield* insertEach(
    INSERT,
    records.map(({ tenant, record }) => insertedRow(tenant, record)),
    (index, seq) => ({ seq, tenant: records[index]?.tenant ?? -1, id: records[index]?.record.id ?? '' }),
  )
  const added = rows.flatMap(({ seq, tenant, id }) => {
    const record = found.get(`${tenant}/${id}`)
    return record === undefined ? [] : [{ seq, ...record }]
  })
  yield* runEach(
    INSERT_BODY,
    added.map(({ tenant, seq, record }) => [tenant, seq, record.body]),
  )
  yield* insertLookupIds(
    added.flatMap(({ tenant, seq, record }) => record.lookupIds.map((id) => [tenant, id, seq] as const)),
  )
  return added
}

type NewRecord = Omit<AddedRecord, 'seq'>

/** The first of each id, by tenant and id. */
function distinctRecords(requests: readonly AppendRequest[]): ReadonlyMap<string, NewRecord> {
  const found = new Map<string, NewRecord>()
  for (const [request, { tenant, records }] of requests.entries())
    for (const record of records) {
      const name = `${tenant}/${record.id}`
      if (!found.has(name)) found.set(name, { tenant, record, request })
    }
  return found
}

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
