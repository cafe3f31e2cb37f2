/** What the runtime asks of its host: clock, log, store, destination. Each can be replaced. */

import type { AuthProvider } from './auth.ts'
import type { Fault, FaultDetails, FaultKind } from './fault.ts'
import type {
  ActivityBucket,
  ActivityWindow,
  DeadGroup,
  DeadPage,
  EventsPage,
  LedgerEvent,
  ReplaySelector,
} from './ledger.ts'
import type {
  Attempt,
  EventResult,
  Json,
  Lane,
  LeasedRecord,
  Outcome,
  OutgoingMessage,
  Receipt,
  Settlement,
  SourceRecord,
} from './types.ts'

export type Fetch = (request: Request) => Promise<Response>

/** A number in [0, 1), like `Math.random`. */
export type Random = () => number

export interface Clock {
  /** Milliseconds since 1970, a whole number. */
  now(): number
  /** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Fields are ids, counts, codes and durations; never payloads, secrets or addresses. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** Ours: everything up to here is in the store. */
export interface Checkpoint {
  readonly name: string
  readonly value: Json
}

export interface Appended {
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

/** One line of the ledger's totals. `scope` is a run's id, or `live`. */
export interface Tally {
  readonly scope: string
  readonly metric: string
  readonly status: EventResult['status']
  readonly reason: string
  readonly count: number
}

/** A record as the ledger knows it. The body is absent once retention has dropped it. */
export interface LedgerEntry extends Omit<SourceRecord, 'workspace' | 'orderingKey' | 'body' | 'backfillRun'> {
  readonly seq: number
  readonly status: 'pending' | 'leased' | Outcome['status']
  readonly attempt: number
  readonly due?: number
  readonly settledAt?: number
  readonly outcome?: Outcome
  /** How the attempts before ended, oldest first, those before a replay too. Absent: there was none. */
  readonly attempts?: readonly Attempt[]
  readonly body?: string
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
  append(records: readonly SourceRecord[], checkpoint?: Checkpoint): Promise<Appended>
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
  checkpoint(name: string): Promise<Json | undefined>
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
  events(page: EventsPage): Promise<readonly LedgerEvent[]>
  /** Dead letters, oldest first, after `seq`. One whose keys were all delivered since, by another record, is none. */
  listDeadLetters(page: DeadPage): Promise<readonly LedgerEntry[]>
  /** The same by what was wrong, largest group first. A record with two faults is in two groups. */
  groupDeadLetters(): Promise<readonly DeadGroup[]>
  countDeadLetters(): Promise<number>
  /** Queues dead letters again, with ingress `replay`, and keeps how they died. Returns how many. */
  replay(which: ReplaySelector): Promise<number>
  /** Drops what retention no longer keeps. Returns how many records went. */
  applyRetention(retention: Retention): Promise<number>
  close(): Promise<void>
}

/** What a destination says of one message of several. */
export type SendResult = Receipt | Fault

/** Where messages go. Speaks one vendor's API; knows nothing of records or mappings. */
export interface Destination {
  /** Sends one message now. Throws a `Fault`. */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<Receipt>
  /**
   * Sends several events in as few requests as the limits allow, and answers for each, in order.
   * In lane `backfill` nothing may start a flow and profiles carry identifiers only.
   */
  sendMany(messages: readonly OutgoingMessage[], lane: Lane, signal: AbortSignal): Promise<readonly SendResult[]>
  /** How large a `sendMany` should be. */
  readonly batch: { readonly events: number; readonly bytes: number }
  /** How many bytes a message adds to a request. */
  sizeOf(message: OutgoingMessage, lane: Lane): number
  /** The request bodies for these messages, without sending. */
  previewBodies(messages: readonly OutgoingMessage[], lane: Lane): readonly Json[]
}

/** Where records come from: its credentials, and its own way of saying no. */
export interface Source {
  readonly logins: AuthProvider
  /** Any of these may have signed a webhook. Empty: none is trusted. */
  secrets(): Promise<readonly string[]>
  /** What an error answer says, in words without personal data. `body` is its JSON, where it is JSON. */
  explainError(status: number, body: Json | undefined, headers: Headers): ErrorExplanation
}

/** What one vendor's refusal means, where its status alone does not say it. */
export interface ErrorExplanation extends Pick<FaultDetails, 'movedTo' | 'pointers' | 'requestId'> {
  readonly message?: string
  readonly kind?: FaultKind
  /** Without the vendor's name. */
  readonly code?: string
}

/** One line of `connector check`. */
export interface CheckResult {
  readonly name: string
  readonly ok: boolean
  /** What was found, or what is missing and where to get it. */
  readonly detail: string
}
