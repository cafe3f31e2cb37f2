/** Maps rows of the tables to records and ledger entries. */
import type { LedgerEntry } from '../../ports/ledger.ts'
import type { Attempt, BackfillRun, Ingress, Lane, LeasedRecord, Outcome } from '../../ports/types.ts'
import { toAttempt, withAttempt } from '../attempt-history.ts'
import { toRetryState } from '../outcome-effects.ts'

interface RecordRow {
  readonly seq: number
  readonly id: string
  readonly ingress: Ingress
  readonly lane: Lane
  readonly topic: string | null
  readonly stream: string | null
  readonly resource: string | null
  readonly workspace: string
  readonly lookup_ids: string
  readonly received_at: number
  readonly attempt: number
}

export interface LeaseRow extends RecordRow {
  readonly ordering_key: string
  readonly backfill_run: string | null
  readonly trace: string | null
  readonly cut_offs: number
  readonly outcome: string | null
  readonly body: string
}

export interface LedgerRow extends RecordRow {
  readonly status: LedgerEntry['status']
  readonly due_at: number
  readonly settled_at: number | null
  readonly outcome: string | null
  readonly attempts: string | null
  readonly body: string | null
}

/** Rounds up, never earlier than requested: STRICT tables take no fractions, and jitter makes some. */
export function toInteger(ms: number): number {
  return Math.min(Math.ceil(ms), Number.MAX_SAFE_INTEGER)
}

/** The record as appended, on its next attempt. */
export function leasedRecord(row: LeaseRow, lease: string): LeasedRecord {
  const { ordering_key: orderingKey, body, backfill_run: run, cut_offs: cutOffs, outcome, trace } = row
  const retryState = outcome === null ? undefined : toRetryState(JSON.parse(outcome) as Outcome)
  return {
    ...recordFields(row),
    orderingKey,
    body,
    ...(run !== null && { backfillRun: JSON.parse(run) as BackfillRun }),
    ...(trace !== null && { trace }),
    lease,
    attempt: row.attempt + 1,
    ...(retryState && { retryState }),
    ...(cutOffs > 0 && { cutOffs }),
  }
}

export function ledgerEntry(row: LedgerRow): LedgerEntry {
  const { seq, status, attempt, due_at: due, settled_at: settledAt, outcome, attempts, body } = row
  return {
    seq,
    ...recordFields(row),
    status,
    attempt,
    ...(status === 'deferred' && { due }),
    ...(settledAt !== null && { settledAt }),
    ...(outcome !== null && { outcome: JSON.parse(outcome) as Outcome }),
    ...(attempts !== null && { attempts: parseAttempts(attempts) }),
    ...(body !== null && { body }),
  }
}

/** The column `attempts`, with one more attempt. */
export function appendAttempt(attempts: string | null, ...end: Parameters<typeof toAttempt>): string | null {
  const next = toAttempt(...end)
  return next === undefined ? attempts : JSON.stringify(withAttempt(parseAttempts(attempts ?? '[]'), next))
}

export const parseAttempts = (json: string) => JSON.parse(json) as readonly Attempt[]

function recordFields(row: RecordRow) {
  const { id, ingress, lane, topic, stream, resource, workspace } = row
  return {
    id,
    ingress,
    lane,
    ...(topic !== null && { topic }),
    ...(stream !== null && { stream }),
    ...(resource !== null && { resource }),
    workspace,
    lookupIds: JSON.parse(row.lookup_ids) as string[],
    receivedAt: row.received_at,
  }
}
