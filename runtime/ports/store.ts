/** The store: keeps records until they are settled, and remembers their outcomes. */
import type {
  ActivityBucket,
  ActivityWindow,
  DeadLetterGroup,
  DeadLetterQuery,
  EventQuery,
  LedgerEntry,
  LedgerEvent,
  ReplaySelector,
  Tally,
} from './ledger.ts'
import type { Json, Lane, LeasedRecord, Settlement, SourceRecord } from './types.ts'

/** Ours: everything up to here is in the store. */
export interface Checkpoint {
  readonly name: string
  readonly value: Json
}

export interface AppendResult {
  /** How many were new. The rest were already known by id. */
  readonly added: number
}

/** How much waits in a lane. */
export interface Backlog {
  /** Pending, leased and deferred records. */
  readonly records: number
  /** When the oldest of them was received. */
  readonly oldest?: number
}

/** Cached lookups: `namespace` is the lookup's name, `value` undefined-as-null means "known to be gone". */
export interface CacheEntry {
  readonly key: string
  readonly value: Json
  /** When it was fetched, milliseconds. */
  readonly at: number
}

export interface LeaseRequest {
  readonly lane: Lane
  readonly limit: number
  /** How long the lease holds, milliseconds, unless renewed. */
  readonly leaseMs: number
}

/** Dropped when older than this, milliseconds: records since they ended, cached lookups since they were fetched. */
export type Retention = Readonly<Record<'settled' | 'dead', number>> & { readonly lookups?: number }

/**
 * Keeps records until they are settled, and remembers what became of them. One promise above all: when `append`
 * resolves, the records survive a crash and a power cut. Every store passes `test/contract/store.ts`.
 *
 * What it throws is no record's fault. A worker waits for a store that throws a transient `Fault`, and ends with else.
 */
export interface Store {
  /** Appends records, dropping known ids, and saves the checkpoint in the same transaction. Resolves once durable. */
  append(records: readonly SourceRecord[], checkpoint?: Checkpoint): Promise<AppendResult>
  /**
   * Takes up to `limit` due records of a lane: fresh ones first, oldest first, then those that waited, by when they
   * became due. At most one for each `order`, and none whose order has an earlier record that is not settled
   * (a deferred one blocks; a dead one does not).
   */
  lease(request: LeaseRequest): Promise<readonly LeasedRecord[]>
  /** Holds the leases longer. Those no longer ours are ignored. */
  renew(records: readonly LeasedRecord[], hold: number): Promise<void>
  /**
   * Writes how leases ended, the events' keys and the tallies, in one transaction. Keeps each attempt of a record.
   * A settlement whose lease is no longer ours changes nothing (fencing). Returns how many counted.
   */
  settle(settlements: readonly Settlement[]): Promise<number>
  /** Gives leases back untried, e.g. on shutdown. */
  release(records: readonly LeasedRecord[]): Promise<void>
  /** Which of these idempotency keys were delivered already. */
  filterDelivered(keys: readonly string[]): Promise<ReadonlySet<string>>
  /** Resolves when something may have become due in the lane, after `ms` at most, or when the signal aborts. */
  wait(lane: Lane, ms: number, signal: AbortSignal): Promise<void>
  backlog(lane: Lane): Promise<Backlog>
  readCheckpoint(name: string): Promise<Json | undefined>
  /** Writes several checkpoints, or removes those whose value is undefined, in one transaction. */
  writeCheckpoints(entries: readonly { readonly name: string; readonly value: Json | undefined }[]): Promise<void>
  /** Replaces a checkpoint if it still is `from`; undefined is none. Answers whether it did, once that is durable. */
  compareAndSwapCheckpoint(name: string, from: string | undefined, to: string | undefined): Promise<boolean>
  readCache(namespace: string, keys: readonly string[]): Promise<readonly CacheEntry[]>
  writeCache(namespace: string, entries: readonly CacheEntry[]): Promise<void>
  /** Forgets entries: the given keys, or the whole namespace. */
  deleteCache(namespace: string, keys?: readonly string[]): Promise<void>
  tallies(scope?: string): Promise<readonly Tally[]>
  /** Every record and event that an id, key or person hash leads to, oldest first. At most 100. */
  trace(ref: string): Promise<readonly LedgerEntry[]>
  /** What ended from `since` to before `until`, by the hour. A replay takes back what its dead letter had counted. */
  activity(window: ActivityWindow): Promise<readonly ActivityBucket[]>
  /** What ended last, newest first. Of a record that waits, only what it delivered already. */
  events(page: EventQuery): Promise<readonly LedgerEvent[]>
  /** Dead letters, oldest first, after `seq`. One whose keys were all delivered since, by another record, is none. */
  listDeadLetters(page: DeadLetterQuery): Promise<readonly LedgerEntry[]>
  /** The same by what was wrong, largest group first. A record with two faults is in two groups. */
  groupDeadLetters(): Promise<readonly DeadLetterGroup[]>
  countDeadLetters(): Promise<number>
  /** Queues dead letters again, with ingress `replay`, and keeps how they died. Returns how many. */
  replay(which: ReplaySelector): Promise<number>
  /** Drops what retention no longer keeps. Returns how many records went. */
  applyRetention(retention: Retention): Promise<number>
  close(): Promise<void>
}
