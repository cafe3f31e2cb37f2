/** The ledger: the outcome of every record and event, counts by the hour, and dead letters by group. */
import type { Attempt, EventResult, FaultInfo, Ingress, Outcome, SourceRecord } from './types.ts'

/** The skip reason of a webhook from another account of the source. Stores drop its body. */
export const FOREIGN_WORKSPACE = 'foreign-workspace'

/** The skip reason of an event whose key was delivered before. */
export const ALREADY_DELIVERED = 'already-delivered'

/** The skip reason of an event that waits for its contact in another record. */
export const ALREADY_WAITING = 'already-waiting'

/** The skip reason of a dead letter that a person gave up. */
export const DISMISSED = 'dismissed'

/** The skip reason of a record of which the source gave only a part: its events are those of the parts it gave. */
export const PARTS_UNAVAILABLE = 'parts-unavailable'

/** The skip reasons of people of whom the spec sends nothing. */
export const EXCLUDED_DOMAIN = 'excluded-domain'
export const EXCLUDED_ROLE = 'excluded-role'
export const EXCLUDED_TAG = 'excluded-tag'

/** The skip reason of what is left of a contact that the source deleted, where its profile is deleted, too. */
export const CONTACT_DELETED = 'contact-deleted'

/** The scopes of tallies of records that belong to no backfill run. */
export const LIVE_SCOPE = 'live'
/** What it delivered, no webhook reported. */
export const RECONCILE_SCOPE = 'reconcile'

/** What tells how a record was read. */
export type RecordOrigin = Pick<SourceRecord, 'topic' | 'stream' | 'backfillRun'> &
  Partial<Pick<SourceRecord, 'ingress'>>

/** How the record of an event was read. `history`: by an import. The same after a replay. */
export type EventOrigin = 'live' | 'history' | 'reconcile'

/** Whether a poll of what has changed read the record. Holds for its replay, too. */
export function isReconciled({ stream, backfillRun, ingress }: RecordOrigin): boolean {
  return stream !== undefined && backfillRun === undefined && ingress !== 'backfill'
}

/** The idempotency keys of delivered events. Deferred and dead records may have some, too. */
export function deliveredKeys(outcome: Outcome): string[] {
  return outcome.events.flatMap(({ status, key }) => (status === 'delivered' && key !== undefined ? [key] : []))
}

/**
 * Ended events that happened in one hour. Those without a time, such as records that ended without an event, are counted
 * when they ended. The metric is empty for the latter.
 */
export interface ActivityBucket extends Pick<EventResult, 'metric' | 'status'> {
  readonly origin: EventOrigin
  /** Start of the hour, or of the day in UTC. Milliseconds since 1970. */
  readonly hour: number
  readonly count: number
}

/** Delivered events of a metric that happened on one day. */
export interface DeliveredDay {
  /** `2026-01-31`, in UTC: of the event itself, not of its delivery. */
  readonly day: string
  readonly count: number
}

/** Milliseconds since 1970. */
export interface ActivityWindow {
  readonly since: number
  readonly until: number
  /** Days are in UTC. Counts by the hour are kept for a month, those by the day for good. */
  readonly by?: 'hour' | 'day'
}

/** The result of one event, and its record. A record that ended without events is listed with an empty metric. */
export interface LedgerEvent extends EventResult {
  /** Ascending in the order of settling, never reused. */
  readonly id: number
  /** The record's id and number. */
  readonly record: string
  readonly seq: number
  readonly ingress: Ingress
  readonly topic?: string
  readonly stream?: string
  readonly settledAt: number
}

/** What any number of events have in common. */
export interface EventKindFilter {
  /** The metric's name, or `Profile`. Empty: records that ended without an event. */
  readonly metric?: string
  /** None of these metrics. Empty: no records that ended, or wait, without an event. */
  readonly exceptMetrics?: readonly string[]
  /** One of them, where there are several. */
  readonly status?: EventResult['status'] | readonly EventResult['status'][]
  /** A skip reason or a fault code. */
  readonly reason?: string
  /** The scope of its record: a backfill run, `live` or `reconcile`. */
  readonly run?: string
  readonly origin?: EventOrigin
  /** Of its webhook. */
  readonly topic?: string
}

export interface EventQuery extends EventKindFilter {
  /** Only events with a smaller id: the next page. */
  readonly before?: number
  /** Only events with a greater id: new ones. */
  readonly after?: number
  readonly limit: number
}

/** Dead letters with the same fault code, metric, and place in the spec, or fields without a place. */
export interface DeadLetterGroup {
  /** The group's name, made of code, metric and place or fields. */
  readonly group: string
  /** The example's fault. Within a group only message and request id differ. */
  readonly fault: FaultInfo
  /** Absent when the record as a whole failed. */
  readonly metric?: string
  /** Number of records. */
  readonly count: number
  /** End of the first and of the last record, milliseconds since 1970. */
  readonly oldest: number
  readonly newest: number
  /** The newest record's id. */
  readonly example: string
}

export interface LedgerPage {
  /** Only records with a greater `seq`: the next page. */
  readonly after?: number
  readonly limit: number
}

export interface RecordQuery {
  /** Record ids, lookup ids, idempotency keys, contacts or e-mail hashes: a record that has one of them is found. */
  readonly refs: readonly string[]
  /** Only records with a smaller `seq`: the next page. */
  readonly before?: number
  readonly limit: number
}

export interface DeadLetterQuery extends LedgerPage {
  readonly run?: string
  readonly group?: string
}

/** Dead letters to replay: by record id, one group, or all. */
export type ReplaySelector = readonly string[] | 'all' | { readonly group: string }

/** One total. `scope` is a backfill run's id, `live` or `reconcile`. */
export interface Tally {
  readonly scope: string
  readonly metric: string
  readonly status: EventResult['status']
  readonly reason: string
  readonly count: number
}

/** A record in the ledger. The body is absent once retention has dropped it. */
export interface LedgerEntry extends Omit<SourceRecord, 'orderingKey' | 'body' | 'backfillRun' | 'trace'> {
  readonly seq: number
  readonly status: 'pending' | 'leased' | Outcome['status']
  readonly attempt: number
  readonly due?: number
  readonly settledAt?: number
  readonly outcome?: Outcome
  /** Earlier attempts, oldest first, including those before a replay. Absent if there were none. */
  readonly attempts?: readonly Attempt[]
  readonly body?: string
}
