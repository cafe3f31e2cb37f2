/** The parts and the results of mapping. */

import type { MaybePromise } from '../lib/maybe-promise.ts'
import type { PersonQuery } from '../ports/destination.ts'
import type {
  BackfillRun,
  ContactState,
  EventResult,
  EventSend,
  Lane,
  OutgoingMessage,
  WaitReason,
} from '../ports/types.ts'
import type { Mapping, Spec } from '../spec/spec.ts'
import type { CompiledPlan } from './compile-plan.ts'
import type { Lookups } from './lookups.ts'
import type { ContactStates } from './person/contact-states.ts'

export interface MapParts {
  readonly spec: Spec
  readonly plan: CompiledPlan
  readonly lookups: Pick<Lookups, 'find' | 'invalidate'>
  readonly contacts: Pick<ContactStates, 'newest' | 'sent'>
  /** Those of the keys whose events were delivered before. */
  readonly filterDelivered: (keys: readonly string[]) => Promise<ReadonlySet<string>>
  /** Those of the events with these keys that were sent, and may have arrived. */
  readonly readSends: (keys: readonly string[]) => Promise<readonly EventSend[]>
  /** Those of the keys whose events wait for their contact. */
  readonly filterWaiting: (keys: readonly string[]) => Promise<ReadonlySet<string>>
  /** Whether records of the lane and the ordering key are still to be delivered. */
  readonly isQueued: (lane: Lane, orderingKey: string) => Promise<boolean>
  /** When live delivery of a metric began, milliseconds since 1970. Undefined before its first webhook. */
  readonly liveSince: (mapping: Mapping) => MaybePromise<number | undefined>
  /** When the first webhook of any metric or profile arrived: from then on the source could send all of them. */
  readonly firstWebhookAt: () => MaybePromise<number | undefined>
  /** Whether the destination has a person. Absent: everyone is sent. */
  readonly isKnown?: (person: PersonQuery, lane: Lane) => MaybePromise<boolean>
  /** Whether the source no longer has a contact, so that its profile is deleted. Absent: profiles are kept. */
  readonly isDeleted?: (contact: string) => Promise<boolean>
  /** The hash of an e-mail address or a phone number, for searches. Absent: events cannot be found by them. */
  readonly hashPerson?: (identifier: string) => string | undefined
  /** For a preview: shows whole profiles, and also those without an identifier. */
  readonly forDisplay?: boolean
}

/** Identifies an occurrence in the ledger, before it is sent. */
export type EventIdentity = Pick<
  EventResult,
  'metric' | 'lane' | 'key' | 'time' | 'contact' | 'person' | 'emailHash' | 'phoneHash' | 'unavailableParts'
>

/** The state of a contact that a message was mapped from. */
export interface PersonState extends Pick<ContactState, 'contact' | 'updatedAt'> {
  /** The newest state sent before. */
  readonly previous?: ContactState
  /** Whether the state is older than the previous one. */
  readonly isOutdated: boolean
}

/** Why an event cannot be sent yet. */
export interface EventWait {
  readonly reason: WaitReason
  /** When the event is skipped, or the next candidate tried, if nothing has changed. Milliseconds since 1970. */
  readonly expires: number
}

/** A message, with the state of its person and the names of the profile properties that it sets as an event. */
export interface MappedMessage<M extends OutgoingMessage = OutgoingMessage> {
  readonly message: M
  /** Absent: nothing is known of its contact, and the message goes as it is. */
  readonly person?: PersonState
  /** Part of the message's profile, unless a later event has set them. */
  readonly setProperties?: readonly string[]
}

/** A message, or the reason why there is none, or none yet. */
export type MapResult<M extends OutgoingMessage> = (
  | MappedMessage<M>
  | { readonly skipped: string }
  | { readonly wait: EventWait; readonly repeated?: boolean }
) & {
  readonly identity: EventIdentity
  /** Contacts that the record proves to have an identifier. */
  readonly identified?: readonly string[]
}

/** How the events of a record are sent, and for which run. Lane `live` holds for young events only. */
export interface DeliveryContext {
  readonly lane: Lane
  readonly workspace: string
  readonly run?: BackfillRun
  /** Of the record of a run: live records with the same are about the same resource. */
  readonly orderingKey?: string
  /** Milliseconds since 1970. */
  readonly now: number
  /** When its notification was received, if it came by webhook. */
  readonly noticedAt?: number
  /** What the record repeats of earlier ones: a notification all parts but the one it announces, a poll everything. */
  readonly repeats: 'nothing' | 'older-parts' | 'everything'
  /** Of a record that waited: the keys of its waiting events. */
  readonly awaited?: ReadonlySet<string>
  /** Drops cached lookups of contacts, once each. Of a record that waited: what it waited for may have changed. */
  readonly refreshContacts?: (contacts: readonly string[]) => Promise<unknown>
}
