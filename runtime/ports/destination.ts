/** The destination: sends mapped events and profiles to one vendor's API. */
import type { Fault } from './fault.ts'
import type { FieldChange, Json, Lane, OutgoingMessage, Receipt } from './types.ts'

/** The result of one message of several. */
export type SendResult = Receipt | Fault

/** A message as it is sent: within the destination's limits. */
export interface FittedMessage<M extends OutgoingMessage = OutgoingMessage> {
  readonly message: M
  /** What was shortened or left out. */
  readonly changes: readonly FieldChange[]
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
  /** Fits a message into the destination's limits, as sending it does. Throws a `Fault`. */
  fit(message: OutgoingMessage): FittedMessage
  /** The request bodies for these messages, without sending. */
  previewBodies(messages: readonly OutgoingMessage[], lane: Lane): readonly Json[]
}
