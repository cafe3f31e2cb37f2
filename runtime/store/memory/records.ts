/** The memory store's records, whose turn it is among them, and its totals. */
import type { LedgerEntry, Tally } from '../../ports/ledger.ts'
import type { Attempt, Outcome, SourceRecord } from '../../ports/types.ts'
import { attemptOf, withAttempt } from '../attempt-history.ts'
import { type CountedEvent, LIVE_SCOPE, tallyLine } from '../outcome-effects.ts'

/** A record and what became of it. */
export interface Stored {
  readonly seq: number
  record: Omit<SourceRecord, 'body'>
  body: string | undefined
  status: LedgerEntry['status']
  attempt: number
  /** Not before this; of a leased record, when its lease expires. */
  due: number
  lease?: string | undefined
  settledAt?: number | undefined
  outcome?: Outcome
  /** How those before ended. */
  attempts: readonly Attempt[]
  /** What its events can be found by. */
  readonly refs: Set<string>
}

export function newStored(seq: number, { body, ...record }: SourceRecord): Stored {
  return { seq, record, body, status: 'pending', attempt: 0, due: 0, attempts: [], refs: new Set() }
}

/** Keeps how an attempt ended that was not the last. */
export function keepAttempt(stored: Stored, ...ended: Parameters<typeof attemptOf>): void {
  const next = attemptOf(...ended)
  if (next !== undefined) stored.attempts = withAttempt(stored.attempts, next)
}

/** Ends a lease without a settlement. */
export function releaseRecord(stored: Stored): void {
  Object.assign(stored, { status: 'pending', lease: undefined, due: 0 })
}

export function scopeOf({ record }: Stored): string {
  return record.backfillRun?.id ?? LIVE_SCOPE
}

/** The record of each order whose turn it is: the leased one, else the earliest. Oldest first. */
export function leasable(waiting: ReadonlySet<Stored>): Stored[] {
  const byAge = [...waiting].sort((a, b) => a.seq - b.seq)
  const leased = byAge.filter(({ status }) => status === 'leased')
  const turns = new Map(leased.map((stored) => [stored.record.orderingKey, stored]))
  for (const stored of byAge) if (!turns.has(stored.record.orderingKey)) turns.set(stored.record.orderingKey, stored)
  return byAge.filter((stored) => turns.get(stored.record.orderingKey) === stored)
}

export function ledgerEntry(stored: Stored): LedgerEntry {
  const { seq, record, body, status, attempt, due, settledAt, outcome, attempts } = stored
  const { workspace: _, orderingKey: __, backfillRun: ___, ...shown } = record
  return {
    seq,
    ...shown,
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

  add(scope: string, events: readonly CountedEvent[], by: number): void {
    for (const line of events.map(({ result }) => tallyLine(result))) {
      const name = JSON.stringify([scope, line.metric, line.status, line.reason])
      this.#tallies.set(name, { scope, ...line, count: (this.#tallies.get(name)?.count ?? 0) + by })
    }
  }

  list(scope?: string): Tally[] {
    const found = [...this.#tallies.values()].filter(
      (it) => it.count > 0 && (scope === undefined || it.scope === scope),
    )
    return found.sort(compare)
  }
}

/** By scope, metric, status and reason, character by character, as SQL sorts. */
function compare(a: Tally, b: Tally): number {
  for (const field of ['scope', 'metric', 'status', 'reason'] as const) {
    if (a[field] !== b[field]) return a[field] < b[field] ? -1 : 1
  }
  return 0
}
