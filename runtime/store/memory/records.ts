/** The memory store's records, the heads of their queues, and its totals. */
import type { LedgerEntry, Tally } from '../../ports/ledger.ts'
import type { Retention } from '../../ports/ledger-store.ts'
import type { Backlog, LeaseRequest } from '../../ports/store.ts'
import type { Attempt, LeasedRecord, Outcome, SourceRecord } from '../../ports/types.ts'
import { toAttempt, withAttempt } from '../attempt-history.ts'
import {
  type CountedEvent,
  scopeOf as scopeOfRecord,
  type TallyLine,
  tallyLine,
  toRetryState,
} from '../outcome-effects.ts'
import type { WaitingEvent } from '../waiting-events.ts'

export interface StoredRecord {
  readonly seq: number
  record: Omit<SourceRecord, 'body'>
  body: string | undefined
  status: LedgerEntry['status']
  attempt: number
  cutOffs: number
  /** The earliest next attempt; of a leased record, the expiry of its lease. */
  due: number
  lease?: string | undefined
  settledAt?: number | undefined
  outcome?: Outcome
  /** All but the last. */
  attempts: readonly Attempt[]
  readonly eventLookupIds: Set<string>
  /** Whether it waits for a contact, outside the queue. */
  parked: boolean
  /** By key. */
  readonly waiting: Map<string, WaitingEvent>
  /** The contacts it waits for that were identified since its last check began. */
  readonly released: Set<string>
}

export function createStoredRecord(seq: number, { body, ...record }: SourceRecord): StoredRecord {
  const queued = { status: 'pending', attempt: 0, cutOffs: 0, due: 0, attempts: [], parked: false } as const
  return { seq, record, body, ...queued, waiting: new Map(), eventLookupIds: new Set(), released: new Set() }
}

export function appendAttempt(stored: StoredRecord, ...end: Parameters<typeof toAttempt>): void {
  const next = toAttempt(...end)
  if (next !== undefined) stored.attempts = withAttempt(stored.attempts, next)
}

export function leaseRecord(stored: StoredRecord, lease: string, due: number): LeasedRecord {
  Object.assign(stored, { status: 'leased', lease, due, attempt: stored.attempt + 1 })
  // From here on a release counts as later than this check.
  stored.released.clear()
  const retryState = toRetryState(stored.outcome)
  return {
    ...stored.record,
    body: stored.body ?? '',
    lease,
    attempt: stored.attempt,
    ...(retryState && { retryState }),
    ...(stored.cutOffs > 0 && { cutOffs: stored.cutOffs }),
    ...(stored.parked && { awaited: [...stored.waiting.keys()] }),
  }
}

/** Ends a lease without a settlement. */
export function releaseRecord(stored: StoredRecord): void {
  Object.assign(stored, { status: stored.parked ? 'deferred' : 'pending', lease: undefined, due: 0 })
}

/** Releases those whose lease has expired, as cut off. */
export function releaseExpired(unsettled: readonly StoredRecord[], now: number): void {
  for (const stored of unsettled) {
    if (stored.lease === undefined || stored.due > now) continue
    stored.cutOffs += 1
    releaseRecord(stored)
  }
}

/** As in a `LeaseRequest`. */
export function cutOffKind({ cutOffs }: StoredRecord): LeaseRequest['cutOff'] {
  if (cutOffs === 0) return undefined
  return cutOffs === 1 ? 'once' : 'repeatedly'
}

export function scopeOf({ record }: StoredRecord): string {
  return scopeOfRecord(record)
}

/** The head of each ordering key's queue: the leased record, else the earliest. Oldest first. */
export function findLeasable(queued: ReadonlySet<StoredRecord>): StoredRecord[] {
  const byAge = [...queued].sort((a, b) => a.seq - b.seq)
  const leased = byAge.filter(({ status }) => status === 'leased')
  const heads = new Map(leased.map((stored) => [stored.record.orderingKey, stored]))
  for (const stored of byAge) if (!heads.has(stored.record.orderingKey)) heads.set(stored.record.orderingKey, stored)
  return byAge.filter((stored) => heads.get(stored.record.orderingKey) === stored)
}

/** Infinite when there is none that was cut off so often at most. */
export const earliestDue = (records: readonly StoredRecord[], cutOffs = Number.POSITIVE_INFINITY): number =>
  records.reduce(
    (least, each) => (each.cutOffs <= cutOffs ? Math.min(least, each.due) : least),
    Number.POSITIVE_INFINITY,
  )

export function nextDue(records: readonly StoredRecord[]): number | undefined {
  const due = earliestDue(records)
  return Number.isFinite(due) ? due : undefined
}

export function backlogOf(queued: readonly StoredRecord[]): Backlog {
  const oldest = queued.reduce((least, { record }) => Math.min(least, record.receivedAt), Number.POSITIVE_INFINITY)
  return queued.length === 0 ? { records: 0 } : { records: queued.length, oldest }
}

/** Whether one of the unsettled records has the key. One that waits for a contact counts once it is due, or leased. */
export function isQueued(unsettled: readonly StoredRecord[], orderingKey: string, now: number): boolean {
  return unsettled.some(
    ({ record, parked, lease, due }) =>
      record.orderingKey === orderingKey && (!parked || lease !== undefined || due <= now),
  )
}

/** Those whose leases hold. */
export function findLeased(
  records: ReadonlyMap<string, StoredRecord>,
  leased: readonly LeasedRecord[],
): StoredRecord[] {
  const found = leased.map(({ id, lease }) => ({ stored: records.get(id), lease }))
  return found.flatMap(({ stored, lease }) => (stored?.lease === lease ? [stored] : []))
}

export function isExpired({ status, settledAt }: StoredRecord, { dead, settled }: Retention, now: number): boolean {
  return settledAt !== undefined && settledAt < now - (status === 'dead' ? dead : settled)
}

export function ledgerEntry(stored: StoredRecord): LedgerEntry {
  const { seq, record, body, status, attempt, due, settledAt, outcome, attempts } = stored
  const { orderingKey: _, backfillRun: __, trace: ___, ...fields } = record
  return {
    seq,
    ...fields,
    status,
    attempt,
    ...(status === 'deferred' && { due }),
    ...(settledAt !== undefined && { settledAt }),
    ...(outcome !== undefined && { outcome }),
    ...(attempts.length > 0 && { attempts }),
    ...(body !== undefined && { body }),
  }
}

export class MemoryTallies {
  readonly #tallies = new Map<string, Tally>()

  add(scope: string, events: readonly CountedEvent[], count: number): void {
    for (const { result } of events) this.addLine(scope, tallyLine(result), count)
  }

  addLine(scope: string, { metric, status, reason }: TallyLine, count: number): void {
    const name = JSON.stringify([scope, metric, status, reason])
    this.#tallies.set(name, { scope, metric, status, reason, count: (this.#tallies.get(name)?.count ?? 0) + count })
  }

  list(scope?: string): Tally[] {
    const tallies = [...this.#tallies.values()].filter(
      (tally) => tally.count > 0 && (scope === undefined || tally.scope === scope),
    )
    return tallies.sort(compareTallies)
  }
}

/** By scope, metric, status and reason, by code unit, as SQL sorts. */
function compareTallies(a: Tally, b: Tally): number {
  for (const field of ['scope', 'metric', 'status', 'reason'] as const) {
    if (a[field] !== b[field]) return a[field] < b[field] ? -1 : 1
  }
  return 0
}
