/** The part of a store that people read: what became of every record. The pipeline runs without it. */
import type { CountSearch, EventSearch, FoundEvent } from './event-search.ts'
import type {
  ActivityBucket,
  ActivityWindow,
  DeadLetterGroup,
  DeadLetterQuery,
  DeliveredDay,
  EventQuery,
  LedgerEntry,
  LedgerEvent,
  LedgerPage,
  RecordQuery,
  ReplaySelector,
  Tally,
} from './ledger.ts'

/** Maximum ages in milliseconds: of records since they ended, of cached lookups since they were fetched. */
export type Retention = Readonly<Record<'settled' | 'dead', number>> & { readonly lookups?: number }

/** What became of every record and event: totals, lists, dead letters and their replay, retention. The functions that work it out of outcomes are exported. */
export interface Ledger {
  tallies(scope?: string): Promise<readonly Tally[]>
  /** Finds records by record id, lookup id, idempotency key, contact or e-mail hash. Oldest first, at most 100. */
  trace(ref: string): Promise<readonly LedgerEntry[]>
  /** The record of a number in the ledger. Undefined: there is none, or retention has dropped it. */
  readRecord(seq: number): Promise<LedgerEntry | undefined>
  /** The same as `trace`, by any of several names and in pages: newest first. */
  findRecords(query: RecordQuery): Promise<readonly LedgerEntry[]>
  /** Counts of ended events that happened from `since` to before `until`. A replay subtracts its dead letter. */
  activity(window: ActivityWindow): Promise<readonly ActivityBucket[]>
  /** All delivered events of a metric, counted by the day they happened, oldest first. Retention keeps the counts. */
  deliveredByDay(metric: string): Promise<readonly DeliveredDay[]>
  /** Ended events, newest first. Of a deferred record, only the events that it delivered. */
  events(page: EventQuery): Promise<readonly LedgerEvent[]>
  /** Events that ended and events that wait, newest first by when they happened. */
  findEvents(search: EventSearch): Promise<readonly FoundEvent[]>
  /**
   * The number of events that `findEvents` finds in all its pages, counted up to `most`. Those that wait may be counted
   * among the `most` records received last alone: to look through a long queue takes long.
   */
  countEvents(search: CountSearch, most: number): Promise<number>
  /** Records that have not ended: queued, being delivered, or waiting. Oldest first. */
  listUnsettled(page: LedgerPage): Promise<readonly LedgerEntry[]>
  /** Oldest first. Leaves out records whose dead events were all delivered since by other records. */
  listDeadLetters(page: DeadLetterQuery): Promise<readonly LedgerEntry[]>
  /** The same by fault code, metric and place, or fields without a place, largest group first. A record with two faults is in two groups. */
  groupDeadLetters(): Promise<readonly DeadLetterGroup[]>
  countDeadLetters(): Promise<number>
  /** Queues dead letters again, with ingress `replay`, and keeps the failure in their attempt history. Returns how many. */
  replay(which: ReplaySelector): Promise<number>
  /**
   * Ends dead letters that can never be delivered, by record id: they become `skipped: dismissed`, with `reason` and the
   * failure in their attempt history. What they delivered stays delivered. Returns how many.
   */
  dismiss(ids: readonly string[], reason: string): Promise<number>
  /** Drops old records and lookups. Returns the number of records dropped. */
  applyRetention(retention: Retention): Promise<number>
}
