/** Rows as the tables hold them, and what they mean. */
import type { LedgerEntry } from '../../ports/ledger.ts'
import type { Attempt, BackfillRun, Ingress, Lane, LeasedRecord, Outcome } from '../../ports/types.ts'
import { attemptOf, withAttempt } from '../attempt-history.ts'
import { retryStateOf } from '../outcome-effects.ts'

interface RecordRow {
  readonly seq: number
  readonly id: string
  readonly ingress: Ingress
  readonly lane: Lane
  readonly topic: string | null
  readonly stream: string | null
  readonly resource: string | null
  readonly refs: string
  readonly received_at: number
  readonly attempt: number
}

export interface LeaseRow extends RecordRow {
  readonly workspace: string
  readonly line: string
  readonly run: string | null
  readonly outcome: string | null
  readonly body: string
}

export interface LedgerRow extends RecordRow {
  readonly status: LedgerEntry['status']
  readonly due: number
  readonly settled_at: number | null
  readonly outcome: string | null
  readonly attempts: string | null
  readonly body: string | null
}

/** STRICT tables take no fractions, and jitter makes some. Rounded up: never earlier than asked for. */
export function toInteger(ms: number): number {
  return Math.min(Math.ceil(ms), Number.MAX_SAFE_INTEGER)
}

/** The record as it was appended, now on its next attempt. */
export function leasedRecord(row: LeaseRow, lease: string): LeasedRecord {
  const { workspace, line: orderingKey, body, run, outcome } = row
  const retryState = outcome === null ? undefined : retryStateOf(JSON.parse(outcome) as Outcome)
  return {
    ...common(row),
    workspace,
    orderingKey,
    body,
    ...(run !== null && { backfillRun: JSON.parse(run) as BackfillRun }),
    lease,
    attempt: row.attempt + 1,
    ...(retryState && { retryState }),
  }
}

export function ledgerEntry(row: LedgerRow): LedgerEntry {
  const { seq, status, attempt, due, settled_at: settledAt, outcome, attempts, body } = row
  return {
    seq,
    ...common(row),
    status,
    attempt,
    ...(status === 'deferred' && { due }),
    ...(settledAt !== null && { settledAt }),
    ...(outcome !== null && { outcome: JSON.parse(outcome) as Outcome }),
    ...(attempts !== null && { attempts: attemptsIn(attempts) }),
    ...(body !== null && { body }),
  }
}

/** The column after one more attempt. */
export function appendAttempt(attempts: string | null, ...ended: Parameters<typeof attemptOf>): string | null {
  const next = attemptOf(...ended)
  return next === undefined ? attempts : JSON.stringify(withAttempt(attemptsIn(attempts ?? '[]'), next))
}

const attemptsIn = (json: string) => JSON.parse(json) as readonly Attempt[]

function common({ id, ingress, lane, topic, stream, resource, refs, received_at: receivedAt }: RecordRow) {
  return {
    id,
    ingress,
    lane,
    ...(topic !== null && { topic }),
    ...(stream !== null && { stream }),
    ...(resource !== null && { resource }),
    lookupIds: JSON.parse(refs) as string[],
    receivedAt,
  }
}
