/** The destination: sends mapped events and profiles to one vendor's API. */
import type { Fault } from './fault.ts'
import type { FieldChange, Json, Lane, OutgoingMessage, Profile, Receipt } from './types.ts'

/** The result of one message of several. */
export type SendResult = Receipt | Fault

/** A message as it is sent: within the destination's limits. */
export interface FittedMessage<M extends OutgoingMessage = OutgoingMessage> {
  readonly message: M
  /** What was shortened or left out. */
  readonly changes: readonly FieldChange[]
}

/** A request as it is sent, for people: without its credentials. */
export interface RequestPreview {
  readonly method: string
  readonly url: string
  /** The credentials are a shell variable, e.g. `Bearer $API_KEY`. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Json
  /** What the destination does with fields of it without saying so. */
  readonly notes: readonly FieldNote[]
}

/** `field`: its path, e.g. `properties.Reopens` or `profile.email`. `note`: a sentence. Quotes no value of a person. */
export interface FieldNote {
  readonly field: string
  readonly note: string
}

/** How messages are sent. */
export interface SendMode {
  readonly lane: Lane
  /** Whether a request carries several. Always in lane `backfill`. */
  readonly together: boolean
}

/** A person whom the destination may have. */
export interface PersonQuery {
  readonly identifiers: Profile
  /** The destination's id of a profile that the person had under another address. */
  readonly profileId?: string
}

/** Deletes profiles for good, each with its events. */
export interface ProfileDeletion {
  /** The identifiers that a profile has now; undefined if there is none of the id. Throws a `Fault`. */
  readIdentifiers(profileId: string, signal: AbortSignal): Promise<Profile | undefined>
  /** Throws a `Fault` unless the destination has accepted to delete it. */
  delete(profileId: string, signal: AbortSignal): Promise<Receipt>
}

/** Sends messages through one vendor's API; knows nothing of records or mappings. */
export interface Destination {
  /** Sends one message now. Throws a `Fault`. */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<Receipt>
  /**
   * Sends several events in as few requests as the limits allow. Returns a result for each, in order.
   * In lane `backfill` no event may start a flow, and profiles carry identifiers only.
   */
  sendMany(messages: readonly OutgoingMessage[], lane: Lane, signal: AbortSignal): Promise<readonly SendResult[]>
  /** The largest useful `sendMany`. */
  readonly batch: { readonly events: number; readonly bytes: number }
  /** The bytes that a message adds to a request. */
  sizeOf(message: OutgoingMessage, lane: Lane): number
  /**
   * Whether the destination has each of these people, in as few requests as possible; a `Fault` for one whom it cannot look
   * up. Reads only. Absent: it cannot tell. Throws a `Fault`.
   */
  findKnown?(people: readonly PersonQuery[], lane: Lane, signal: AbortSignal): Promise<readonly (boolean | Fault)[]>
  /** Absent: it cannot delete profiles. */
  readonly deletion?: ProfileDeletion
  /** Fits a message into the destination's limits, as sending it does. Throws a `Fault`. */
  fit(message: OutgoingMessage): FittedMessage
  /** The request bodies for these messages, without sending. */
  previewBodies(messages: readonly OutgoingMessage[], lane: Lane): readonly Json[] | Promise<readonly Json[]>
  /** The requests for these messages as they are sent, without sending. Absent: only their bodies are known. Throws a `Fault`. */
  previewRequests?(
    messages: readonly OutgoingMessage[],
    mode: SendMode,
  ): readonly RequestPreview[] | Promise<readonly RequestPreview[]>
}
