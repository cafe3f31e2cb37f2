/**
 * The glossary of this project, as types. A new word goes here first.
 *
 * - **source**, **destination**: the API that records come from, the API that events go to.
 * - **ingress**: how a record arrived: `webhook`, `backfill`, `reconcile` or `replay`.
 * - **topic**: the source's name for a kind of webhook. **stream**: a named, paginated collection.
 * - **resource**: the kind of object in a record (a conversation, a ticket, a contact).
 * - **envelope**: the JSON around a resource in a webhook.
 * - **page**, **cursor**: the source's. **checkpoint**: a named value of ours in the store, such as an import's position.
 * - **lookup**: another object fetched for a record. **hydrate**: to fetch them. **lookup ids** are something else: the
 *   ids by which `trace` finds a record.
 * - **mapping**: turns a record into events, by **expressions**. **occurrence**: one event found in a record.
 * - **lane**: how a record is delivered, `live` or `backfill`. **ordering key**: its records are delivered in order.
 * - **backfill**, shown to people as **import**: one reading of history, with its window and metrics. **run**: its id.
 * - **idempotency key**: identifies an event, so that the destination counts it once.
 * - **lease**, **settle**: to take a record from the queue for a limited time; to write its outcome.
 * - **attempt**: the delivery of a record between lease and settle. It may take several requests.
 * - **outcome**: the result of an attempt: `delivered`, `skipped`, `deferred` or `dead`. All but `deferred` end the record.
 * - **dead letter**: a record that failed for good. **replay**: to queue it again.
 * - **receipt**: the destination's acceptance of a message. **fault**: why a record or request failed.
 * - **ledger**: the outcome of every record and every event.
 * - **spec**: the YAML of a connector. **host**: a program that embeds the connector.
 */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = { readonly [key: string]: Json | undefined }

export type Ingress = 'webhook' | 'backfill' | 'reconcile' | 'replay'
export type Lane = 'live' | 'backfill'

/** In the order of service. */
export const LANES: readonly Lane[] = ['live', 'backfill']

/** One resource as received. The queue holds these, not mapped events. */
export interface SourceRecord {
  /** Appended once: a second record with the same id is dropped by the store. */
  readonly id: string
  readonly ingress: Ingress
  readonly lane: Lane
  /** Of records from webhooks. */
  readonly topic?: string
  /** Of records read from a stream. */
  readonly stream?: string
  /** Absent when the topic is unknown. */
  readonly resource?: string
  /** The source's account. Prefixes keys, since ids are unique only within one account. */
  readonly workspace: string
  /** Records of one lane with the same key are delivered one after another, e.g. `conversation:123`. */
  readonly orderingKey: string
  /** Ids to look the record up by: the resource's, the notification's. */
  readonly lookupIds: readonly string[]
  /** Milliseconds since 1970. */
  readonly receivedAt: number
  /** The JSON text as received: the whole notification of a webhook, one item of a stream. */
  readonly body: string
  /** The backfill run that read it. Decides its window and its tallies. */
  readonly backfillRun?: BackfillRun
  /** The W3C `traceparent` of its webhook. Absent: nothing was observed when it was received. */
  readonly trace?: string
}

/** The parameters of one backfill. Saved in its checkpoint, carried by its records. */
export interface BackfillRun {
  readonly id: string
  /** Occurrences before this are not sent. Milliseconds; absent = from the beginning. */
  readonly since?: number
  /** Occurrences from this on are not sent. Milliseconds. */
  readonly until: number
  /** Whether the operator chose `until`. Otherwise it is the start of the run. */
  readonly untilChosen?: true
  /** Selected metrics. Absent = all that have history and are not opt-in. */
  readonly only?: readonly string[]
}

export interface LeasedRecord extends SourceRecord {
  /** Proves that the lease still holds. Records leased together may share one. */
  readonly lease: string
  /** 1 on the first try. */
  readonly attempt: number
  readonly retryState?: RetryState
  /** Tries in a row that were cut off before their outcome was written. Absent: none. A replay starts anew. */
  readonly cutOffs?: number
  /** The keys of its events that waited for their contacts. The cached lookups of these may be out of date. */
  readonly awaited?: readonly string[]
}

/** Why a record is being retried, and since when faults of this kind have lasted. */
export interface RetryState {
  readonly kind: FaultInfo['kind']
  /** Milliseconds since 1970. */
  readonly since: number
}

/** The person of an event, with the destination's attribute names. */
export interface Profile {
  readonly email?: string
  readonly phone_number?: string
  readonly [attribute: string]: Json | undefined
}

/** One occurrence, mapped for the destination. */
export interface MetricEvent {
  readonly kind: 'event'
  readonly metric: string
  /** ISO 8601 with milliseconds. */
  readonly time: string
  /** The idempotency key, workspace first. The same on every ingress. */
  readonly key: string
  /** The source's id of the contact. */
  readonly contact?: string
  readonly profile: Profile
  /**
   * Called for each try, for the profile to send in place of `profile`: a newer state of the person may have been sent.
   * `mayHaveArrived`: an earlier try got no answer, so the profile must be the same again. Default: false.
   */
  readonly currentProfile?: (mayHaveArrived?: boolean) => Profile | Promise<Profile>
  readonly properties: JsonObject
  /** What the event is worth, as mapped: the destination omits it unless it is a number. */
  readonly value?: Json
  /** The currency of `value`, as mapped. Null: the mapping names one, and the record has none. Absent: the account's. */
  readonly currency?: Json
  /** Fields that the mapping left out. */
  readonly omissions?: readonly FieldChange[]
}

/** A person's current attributes. */
export interface ProfileUpdate {
  readonly kind: 'profile'
  readonly profile: Profile
  /** As in `MetricEvent`. */
  readonly currentProfile?: (mayHaveArrived?: boolean) => Profile | Promise<Profile>
  /** The destination's id of the person's profile, which has an address that the person gave up. */
  readonly profileId?: string
  /** As in `MetricEvent`. */
  readonly omissions?: readonly FieldChange[]
}

export type OutgoingMessage = MetricEvent | ProfileUpdate

/** An event that was, or is about to be, sent. */
export interface EventSend {
  /** Its idempotency key. */
  readonly key: string
  /** The source's id of the contact. */
  readonly contact?: string
  /** The identifiers that it was sent with. */
  readonly identifiers: Profile
}

/** The destination's acceptance of a message. */
export interface Receipt {
  /** HTTP status of the response. */
  readonly status: number
  /** The destination's id of the request, to quote to its support. */
  readonly requestId?: string
  /** Absent: the message was sent as mapped. */
  readonly changes?: readonly FieldChange[]
  /** The destination's id of the profile, where a response names it: its own, or that of an import after the event. */
  readonly profileId?: string
  /** Milliseconds that the destination's limits held the request, where people would notice. Absent in lane `backfill`. */
  readonly heldMs?: number
  /** The request carried other events, too, as while many wait. Absent in lane `backfill`, where all do. */
  readonly together?: true
  /** The event was sent again with the identifiers of its first send, since the answer to that one was lost. */
  readonly firstIdentifiers?: true
  /** What became of the person's profile when their address had changed. */
  readonly addressChange?: AddressChange
}

/**
 * `moved`: the profile has the new address. Otherwise it stays as it is, and the new address has a profile of its own:
 * `address-in-use`: since before; `profile-shared`: another contact has the old address; `profile-not-found`: the
 * destination no longer has the profile; `profile-unknown`: its id was not learned.
 */
export type AddressChange = 'moved' | 'address-in-use' | 'profile-shared' | 'profile-not-found' | 'profile-unknown'

/** The newest state of a contact that was delivered. Decides which of two states is newer, whatever order they arrive in. */
export interface ContactState {
  /** The source's id of the contact. */
  readonly contact: string
  /** When the source last changed the contact, by its clock. Milliseconds since 1970. */
  readonly updatedAt?: number
  /** Fingerprint of the attribute that identifies the person: notices a change without storing the address. */
  readonly address?: string
  /** The destination's id of the profile with that address. */
  readonly profileId?: string
  /** Of the profile properties that events set: when the newest of these events happened. By name, milliseconds since 1970. */
  readonly propertyTimes?: PropertyTimes
}

export type PropertyTimes = Readonly<Record<string, number>>

/** A field that differs from the mapped message, so that the destination accepts the rest. Names fields, never values. */
export interface FieldChange {
  /** Its path, e.g. `properties.Description` or `profile.phone_number`. */
  readonly field: string
  readonly action: 'shortened' | 'omitted' | 'sent as text'
  readonly reason: string
}

/** The stored part of a fault: no stack, no payload. */
export interface FaultInfo {
  readonly kind: 'config' | 'data' | 'transient' | 'bug'
  /** Stable and documented, e.g. `destination/invalid`. */
  readonly code: string
  readonly message: string
  /** Place in the spec, `file:line:column`, if a mapping caused it. */
  readonly place?: string
  /**
   * What it is about: fields of the message, as `FieldChange` names them, or parts of the mapping: `key`, `time`, `contact`,
   * `each`, `when`, `skip`, `lookups.contact`. Names no value.
   */
  readonly fields?: readonly string[]
  /** The remote API's id of the failed request or of its error, to quote to its support. */
  readonly requestId?: string
  /** HTTP status of the error response. */
  readonly status?: number
  /** The remote API's own words, with those masked that may name a person. */
  readonly detail?: string
}

/** The result of one occurrence of a record. */
export interface EventResult {
  /** The metric's name, or `Profile`. Empty: it concerns the record as a whole. */
  readonly metric: string
  readonly status: 'delivered' | 'skipped' | 'deferred' | 'dead'
  readonly lane: Lane
  readonly key?: string
  readonly time?: string
  /** The source's id of the contact. */
  readonly contact?: string
  /** The e-mail address or phone number, masked: `a••@s••.com`. */
  readonly person?: string
  /** Hash of the e-mail address with a key of the store, hex: finds events by address without storing it. */
  readonly emailHash?: string
  /** The same of the phone number in E.164. */
  readonly phoneHash?: string
  /** The state of the contact that was delivered: of the one it was merged into, if it was. Absent without attributes. */
  readonly contactState?: Partial<Omit<ContactState, 'profileId'>>
  readonly reason?: string
  /** With reason `parts-unavailable`: how many parts the source counts and did not give. */
  readonly unavailableParts?: number
  /** Of a waiting event: its notification repeats it, and announces another one. */
  readonly repeated?: boolean
  readonly fault?: FaultInfo
  readonly receipt?: Receipt
}

/**
 * Why an event waits: its contact has no identifier yet, the source does not know the contact yet, the operator has not
 * confirmed deletions, or events under way go before the deletion of their profile. Nothing has failed.
 */
export type WaitReason = 'awaiting-identity' | 'awaiting-contact' | 'awaiting-confirmation' | 'awaiting-deletion'

/**
 * The result of an attempt. All but `deferred` end the record. Queue, console, logs and tests use these four words only.
 *
 * A dead or waiting record may hold events that wait (`deferred`, with a key and a `WaitReason`). The store releases its
 * record once another record identifies their contact.
 */
export type Outcome = Ending & {
  /** Contacts that the record proved to have an identifier, besides those of its delivered events. */
  readonly identified?: readonly string[]
  /** The hash of the spec that mapped the record. */
  readonly spec?: string
  readonly timing?: AttemptTiming
  /** Of delivered history, whose content a store drops when it is settled: it keeps that of this record, as a sample. */
  readonly keepsBody?: true
}

/** When an attempt began, and how long it took to map the record, with its lookups. Milliseconds. */
export interface AttemptTiming {
  /** Since 1970. */
  readonly startedAt: number
  /** Absent: it ended before the record was mapped. */
  readonly mappedMs?: number
}

/** How an attempt ended. */
export type Ending =
  | { readonly status: 'delivered'; readonly events: readonly EventResult[] }
  | { readonly status: 'skipped'; readonly reason: string; readonly events: readonly EventResult[] }
  | {
      readonly status: 'deferred'
      readonly fault: FaultInfo
      /** The record is due then. Milliseconds since 1970. */
      readonly until: number
      /** When the first fault of this kind in a row occurred. */
      readonly failingSince?: number
      readonly awaits?: undefined
      readonly events: readonly EventResult[]
    }
  | {
      readonly status: 'deferred'
      /** No failure: the record waits outside its queue and holds up no other. */
      readonly awaits: WaitReason
      /** The next check, unless the contact is identified before. Milliseconds since 1970. */
      readonly until: number
      readonly fault?: undefined
      readonly events: readonly EventResult[]
    }
  | { readonly status: 'dead'; readonly fault: FaultInfo; readonly events: readonly EventResult[] }

/** An attempt that was not the record's last. Several in a row that ended alike are merged into one. */
export interface Attempt {
  /** When it ended, milliseconds since 1970; of several, the first. */
  readonly at: number
  /** The number of merged attempts. Absent: one. */
  readonly count?: number
  /** Of several: when the last of them ended. */
  readonly last?: number
  /** Of several, the last's. Absent when different ends were merged because there were too many. */
  readonly fault?: FaultInfo
  /** When the record was due again; of several, after the last. */
  readonly until?: number
  /** Nothing had failed: the record waited. Several such attempts in a row are always merged. */
  readonly awaits?: WaitReason
  /** The record was dead and was replayed then. */
  readonly replayed?: number
  /** The record was dead and was dismissed for this reason, in words of the person who did it. */
  readonly dismissed?: string
  /** Events that were delivered all the same. */
  readonly delivered?: readonly EventResult[]
  /** The hash of the spec that mapped what it delivered and what failed. Absent where several did. */
  readonly spec?: string
  /** Of several, the last's. */
  readonly timing?: AttemptTiming
}

/** A leased record and its outcome. */
export interface Settlement {
  readonly record: LeasedRecord
  readonly outcome: Outcome
}
