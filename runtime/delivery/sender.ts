/** Chooses the request that carries a message: one of its own, or a bulk request. */

import { Batcher } from '../lib/batcher.ts'
import type { Destination, SendResult } from '../ports/destination.ts'
import type { Clock } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import type { Lane, OutgoingMessage, Receipt } from '../ports/types.ts'
import { processIsolation } from './cut-off.ts'

/**
 * How long a bulk request waits for more messages, milliseconds. History is in no hurry: one half-empty request in two
 * seconds stays far below any rate limit, and when messages arrive faster than that, requests are full.
 */
const LINGER: Readonly<Record<Lane, number>> = { live: 50, backfill: 2_000 }

export interface SenderParts {
  readonly destination: Destination
  readonly clock: Clock
  /** Whether the live backlog is too high for one request per event. */
  readonly hasBacklog: () => boolean
  readonly signal: AbortSignal
}

export class MessageSender {
  readonly #parts: SenderParts
  readonly #bulk: Readonly<Record<Lane, Batcher<OutgoingMessage, Receipt>>>

  constructor(parts: SenderParts) {
    this.#parts = parts
    this.#bulk = { live: bulkRequests('live', parts), backfill: bulkRequests('backfill', parts) }
  }

  /** Resolves with the receipt of this message, or throws its `Fault`. */
  async send(message: OutgoingMessage, lane: Lane): Promise<Receipt> {
    const { destination, hasBacklog, signal } = this.#parts
    if (message.kind === 'profile') {
      // Current profile attributes have no place in history: only the live lane may write attributes.
      if (lane === 'backfill') throw new Fault('bug', 'bug/profile-lane', 'a profile update is in lane backfill')
      return destination.send(message, signal)
    }
    return lane === 'backfill' || hasBacklog() ? this.#bulk[lane].add(message) : destination.send(message, signal)
  }

  /** Sends the bulk request of a lane that is not full yet. */
  flush(lane: Lane): void {
    this.#bulk[lane].flush()
  }
}

function bulkRequests(lane: Lane, { destination, clock, signal }: SenderParts): Batcher<OutgoingMessage, Receipt> {
  return new Batcher<OutgoingMessage, Receipt>({
    maxItems: destination.batch.events,
    maxBytes: destination.batch.bytes,
    sizeOf: (message) => destination.sizeOf(message, lane),
    get lingerMs() {
      return processIsolation.hasSuspects ? LINGER.live : LINGER[lane]
    },
    clock,
    run: (messages): Promise<readonly SendResult[]> =>
      destination.sendMany(messages.map(withCurrentProfile), lane, signal),
  })
}

/** A message waits for others before it leaves, and a newer state of its person may leave first. */
function withCurrentProfile(message: OutgoingMessage): OutgoingMessage {
  if (message.kind === 'profile') return message
  const profile = message.currentProfile?.() ?? message.profile
  return profile === message.profile ? message : { ...message, profile }
}
