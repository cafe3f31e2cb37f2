/** The store: keeps records until they are settled, and remembers their outcomes. */
import type { Ledger } from './ledger-store.ts'
import type { StoreClaim } from './store-claim.ts'
import type { ContactState, EventSend, Json, Lane, LeasedRecord, Profile, Settlement, SourceRecord } from './types.ts'

/** A small named value of ours: the position of an import, a lock, a pinned account. */
export interface Checkpoint {
  readonly name: string
  readonly value: Json
}

export interface AppendResult {
  /** Records with a new id. */
  readonly added: number
}

export interface Backlog {
  /** Pending, leased and deferred records, except those that wait for a contact. */
  readonly records: number
  /** When the oldest of them was received, milliseconds since 1970. */
  readonly oldest?: number
}

/** A cached lookup. A null value means "known to be gone". */
export interface CacheEntry {
  readonly key: string
  readonly value: Json
  /** When it was fetched, milliseconds since 1970. */
  readonly at: number
}

export interface LeaseRequest {
  readonly lane: Lane
  readonly limit: number
  /** The lease expires after this long unless renewed, milliseconds. */
  readonly leaseMs: number
  /** Leases only records that were cut off once, or more often, in place of those that were not. */
  readonly cutOff?: 'once' | 'repeatedly'
}

/** Keeps records until they are settled. When `append` resolves, the records survive a crash and a power cut. */
export interface Queue {
  /** Appends records, dropping known ids, and saves the checkpoint in the same transaction. Resolves once durable. */
  append(records: readonly SourceRecord[], checkpoint?: Checkpoint): Promise<AppendResult>
  /**
   * Leases up to `limit` due records of a lane: new ones first, oldest first, then deferred ones, by due time. At
   * most one for each ordering key, and none whose key has an earlier unsettled record (a deferred one blocks; a
   * dead one does not). Records that wait for a contact are leased when due, whatever their ordering key, and hold up
   * no other.
   *
   * A lease that ends without settlement or release (its process died, or it expired) is cut off. Records that were are
   * leased only by a request that names them, most cut-offs first.
   */
  lease(request: LeaseRequest): Promise<readonly LeasedRecord[]>
  /** Extends the leases to `leaseMs` from now. Ignores leases that no longer hold. */
  renew(records: readonly LeasedRecord[], leaseMs: number): Promise<void>
  /**
   * Writes outcomes, attempts, the keys of delivered events, the states of their contacts and the tallies, in one
   * transaction. A settlement whose lease no longer holds changes nothing (fencing). Returns how many counted.
   *
   * Makes records due at once that wait for a contact of a delivered event, or for an `identified` one. A dead record
   * with waiting events is queued again, as by a replay.
   *
   * An event waits in one record only: a second record that settles with its key has it `skipped: already-waiting`, or
   * left out if it is `repeated`, and ends if no other event of it waits. A dead record gives its waiting events up to
   * one that is checked again. A record whose event has another contact by now is due at once.
   */
  settle(settlements: readonly Settlement[]): Promise<number>
  /** The most cut-offs of a due record of the lane; 0 if there is none. Leases that expire count from the next `lease`. */
  mostCutOffs(lane: Lane): Promise<number>
  /** Ends leases without counting an attempt, e.g. on shutdown. */
  release(records: readonly LeasedRecord[]): Promise<void>
  /**
   * Whether a record of the lane and ordering key is being delivered, or waits for its turn or its next attempt. One that
   * waits for a contact counts only from its next check on.
   */
  isQueued(lane: Lane, orderingKey: string): Promise<boolean>
  /** Whether `wait` also ends for what other processes write. Absent: an idle worker looks for it now and then. */
  readonly noticesOthers?: true
  /** Resolves when a record of the lane that was not cut off may have become due, after `ms` at most, or when the signal aborts. */
  wait(lane: Lane, ms: number, signal: AbortSignal): Promise<void>
  /**
   * When the lane's next record is due, or the lease on it expires: milliseconds since 1970, possibly past. Undefined when
   * there is none. Absent: `work({ until: 'idle' })` does not say when to call it again.
   */
  nextDue?(lane: Lane): Promise<number | undefined>
  backlog(lane: Lane): Promise<Backlog>
  close(): Promise<void>
}

/** The idempotency keys of events: those delivered, those about to be sent, those that wait for a contact. */
export interface Keys {
  /** Those of the idempotency keys that were delivered already. */
  filterDelivered(keys: readonly string[]): Promise<ReadonlySet<string>>
  /**
   * Notes events before they are sent, unless a send of the same key is noted already. Returns the earlier notes. They
   * survive a crash of the process; `settle` removes those of delivered events.
   */
  beginSends(sends: readonly EventSend[]): Promise<readonly EventSend[]>
  /** The notes of these keys. */
  readSends(keys: readonly string[]): Promise<readonly EventSend[]>
  /** Removes the notes of these keys: the destination refused their events. */
  forgetSends(keys: readonly string[]): Promise<void>
  /** Replaces the identifiers in the notes of a contact, whose profile was given these. */
  moveSends(contact: string, identifiers: Profile): Promise<void>
  /** Those of the idempotency keys whose events wait, except in dead records. */
  filterWaiting(keys: readonly string[]): Promise<ReadonlySet<string>>
}

/** The newest state of each contact, and checkpoints. */
export interface State {
  /** The newest delivered states of these contacts, in any order, without those that are unknown. Retention keeps them. */
  readContacts(contacts: readonly string[]): Promise<readonly ContactState[]>
  /** Up to `limit` other contacts that have the same profile, or the same address, as this one. */
  contactsSharing(contact: string, limit: number): Promise<readonly string[]>
  readCheckpoint(name: string): Promise<Json | undefined>
  /** Writes checkpoints, or removes those with an undefined value, in one transaction. */
  writeCheckpoints(entries: readonly { readonly name: string; readonly value: Json | undefined }[]): Promise<void>
  /** Replaces a checkpoint if its value is still `from`; undefined is none. Returns whether it did, once durable. */
  compareAndSwapCheckpoint(name: string, from: string | undefined, to: string | undefined): Promise<boolean>
}

/** Cached lookups. A store may lose them. */
export interface Cache {
  readCache(namespace: string, keys: readonly string[]): Promise<readonly CacheEntry[]>
  writeCache(namespace: string, entries: readonly CacheEntry[]): Promise<void>
  /** Deletes the given keys, or the whole namespace. */
  deleteCache(namespace: string, keys?: readonly string[]): Promise<void>
}

/** What the pipeline needs of a store: receiving, delivering, imports and polls run with no more. */
export interface PipelineStore extends Queue, Keys, State, Cache {}

/** A store of a host, which may keep no ledger, or only a part of it. */
export type HostStore = PipelineStore & Partial<Ledger>

/**
 * Stores records until they are settled, and their outcomes. Every store passes `testStore` of `./conformance`.
 *
 * A worker waits while the store throws transient `Fault`s, and stops at any other error.
 */
export interface Store extends PipelineStore, Ledger {
  /** False: its ledger is empty, since the host's store keeps none. */
  readonly hasLedger?: false
  /** The claim of this process, so that one of many delivers. Absent: no other process uses the store. */
  claim?(): StoreClaim
}
