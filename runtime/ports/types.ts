/**
 * The words of this project, as types. A new word goes here first.
 *
 * - **source**, **destination**: where records come from, where events go.
 * - **ingress**: the road a record came by: `webhook`, `backfill`, `reconcile` or `replay`.
 * - **topic**: the source's name for a kind of webhook. **stream**: a named, paginated collection.
 * - **resource**: the kind of thing a record holds (a conversation, a ticket, a contact).
 * - **envelope**: the wrapping round a resource in a webhook.
 * - **page**, **cursor**: the source's. **checkpoint**: ours; everything up to it is in the store.
 * - **lookup**: a further thing fetched for a record. **hydrate**: to fetch them.
 * - **occurrence**: one event found in a record. **lane**: how it is sent, `live` or `backfill`.
 * - **lease**, **settle**: to take a record out of the store for a while; to say how it ended.
 * - **attempt**: what happens to a record between lease and settle. It may take several requests to the other side.
 * - **request**, of a receipt or a fault: the other side's id of it, to quote to its support.
 * - **ledger**: what became of every record and every event.
 */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = { readonly [key: string]: Json | undefined }

export type Ingress = 'webhook' | 'backfill' | 'reconcile' | 'replay'
export type Lane = 'live' | 'backfill'

/** One resource as received. This, not the mapped event, is what is queued. */
export interface SourceRecord {
  /** Appended once: a second record with the same id is dropped by the store. */
  readonly id: string
  readonly ingress: Ingress
  readonly lane: Lane
  /** Set on records that came by webhook. */
  readonly topic?: string
  /** Set on records that were read from a stream. */
  readonly stream?: string
  /** The kind of thing it holds. Absent when the topic is one we do not know. */
  readonly resource?: string
  /** The source's account. Keys are prefixed with it, since ids are unique only within one. */
  readonly workspace: string
  /** Records of one lane with the same order are delivered one after another, e.g. `conversation:123`. */
  readonly orderingKey: string
  /** Ids a person may look this record up by: the resource's, the notification's. */
  readonly lookupIds: readonly string[]
  /** Milliseconds since 1970. */
  readonly receivedAt: number
  /** The JSON text as received: the whole notification of a webhook, one item of a stream. */
  readonly body: string
  /** The backfill run that read it: its window and its tallies. */
  readonly backfillRun?: BackfillRun
}

/** What one backfill was asked for. Saved with its checkpoint, carried by its records. */
export interface BackfillRun {
  readonly id: string
  /** Occurrences before this are not sent. Milliseconds; absent = from the beginning. */
  readonly since?: number
  /** Occurrences from this on are not sent: live delivery has them. Milliseconds. */
  readonly until: number
  /** Metrics asked for. Absent = all that have history and are not opt-in. */
  readonly only?: readonly string[]
}

/** A record taken from the store for a while. */
export interface LeasedRecord extends SourceRecord {
  /** Proves that it is still ours. Records leased together may share one. */
  readonly lease: string
  /** 1 on the first try. */
  readonly attempt: number
  /** Why it waited before this attempt, and since when that kind of fault has lasted. */
  readonly retryState?: RetryState
}

export interface RetryState {
  readonly kind: FaultInfo['kind']
  /** Milliseconds since 1970. */
  readonly since: number
}

/** Who an event belongs to, in the destination's words. */
export interface Profile {
  readonly email?: string
  readonly phone_number?: string
  readonly [attribute: string]: Json | undefined
}

/** One occurrence, mapped: what the destination is sent. */
export interface MetricEvent {
  readonly kind: 'event'
  readonly metric: string
  /** ISO 8601 with milliseconds. */
  readonly time: string
  /** The idempotency key, workspace first. The same by every road. */
  readonly key: string
  readonly profile: Profile
  readonly properties: JsonObject
}

/** A person's attributes as they are now. */
export interface ProfileUpdate {
  readonly kind: 'profile'
  readonly profile: Profile
}

export type OutgoingMessage = MetricEvent | ProfileUpdate

/** What the destination said when it took a message. */
export interface Receipt {
  /** HTTP status of the accepting answer. */
  readonly status: number
  /** The destination's id of the request, where it gives one. */
  readonly requestId?: string
  /** What had to be left out to be accepted, e.g. `phone_number`. */
  readonly omittedFields?: readonly string[]
}

/** What must be known of a fault once it is stored: no stack, no payload. */
export interface FaultInfo {
  readonly kind: 'config' | 'data' | 'transient' | 'bug'
  /** Stable and documented, e.g. `destination/invalid`. */
  readonly code: string
  readonly message: string
  /** Where in the spec, `file:line:column`, if a mapping is to blame. */
  readonly place?: string
  /** The other side's id of the request it refused, or of its refusal, where it gave one. */
  readonly requestId?: string
}

/** How one occurrence of a record ended. */
export interface EventResult {
  /** The metric's name, or `Profile`. */
  readonly metric: string
  readonly status: 'delivered' | 'skipped' | 'deferred' | 'dead'
  readonly lane: Lane
  readonly key?: string
  readonly time?: string
  /** The source's id of the contact. */
  readonly contact?: string
  /** SHA-256 of the lower-cased e-mail, hex: found by address without keeping it. */
  readonly emailHash?: string
  readonly reason?: string
  readonly fault?: FaultInfo
  readonly receipt?: Receipt
}

/** How a record ended. Queue, console, logs and tests speak only these four. */
export type Outcome =
  | { readonly status: 'delivered'; readonly events: readonly EventResult[] }
  | { readonly status: 'skipped'; readonly reason: string; readonly events: readonly EventResult[] }
  | {
      readonly status: 'deferred'
      readonly fault: FaultInfo
      /** Not before this. Milliseconds since 1970. */
      readonly until: number
      /** When faults of this kind began, without another kind between. */
      readonly failingSince?: number
      readonly events: readonly EventResult[]
    }
  | { readonly status: 'dead'; readonly fault: FaultInfo; readonly events: readonly EventResult[] }

/** How an attempt ended that was not the record's last. Several in a row that ended alike are told as one. */
export interface Attempt {
  /** When it ended, milliseconds since 1970. Of several, when the first did. */
  readonly at: number
  /** How many. Absent: one. */
  readonly count?: number
  /** Of several: when the last of them ended, if that is known. */
  readonly last?: number
  /** Of several, the last's. Absent: they ended in different ways, and there were too many to keep. */
  readonly fault?: FaultInfo
  /** Until when the record waited. Of several, after the last. */
  readonly until?: number
  /** The record was dead, and somebody replayed it then. */
  readonly replayed?: number
  /** What was delivered all the same. */
  readonly delivered?: readonly EventResult[]
}

/** A lease and how it ended. */
export interface Settlement {
  readonly record: LeasedRecord
  readonly outcome: Outcome
}
