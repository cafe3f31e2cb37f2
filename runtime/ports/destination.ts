/** The destination: sends mapped events and profiles to one vendor's API. */
import type { Fault } from './fault.ts'
import type { Json, Lane, OutgoingMessage, Receipt } from './types.ts'

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
