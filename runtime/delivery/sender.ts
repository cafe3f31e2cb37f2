/** Which request carries a message: one of its own, or a place in a bulk one. */

import { Batcher } from '../lib/batcher.ts'
import type { Destination, SendResult } from '../ports/destination.ts'
import type { Clock } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import type { Lane, OutgoingMessage, Receipt } from '../ports/types.ts'

export interface Send {
  /** Sends one message and resolves with its own receipt. Throws its own `Fault`. */
  (message: OutgoingMessage, lane: Lane): Promise<Receipt>
  /** No more is read for this lane: what waits for a full request goes. */
  flush(lane: Lane): void
}

/**
 * A bulk request waits this long for more, milliseconds. History is in no hurry: one request in two seconds that is not
 * full stays far below any limit of requests, and as soon as more comes in than that, requests are full.
 */
const LINGER: Readonly<Record<Lane, number>> = { live: 50, backfill: 2_000 }

export interface SendParts {
  readonly destination: Destination
  readonly clock: Clock
  /** Whether live events have piled up, so that one request each would be too slow. */
  readonly hasBacklog: () => boolean
  readonly signal: AbortSignal
}

export function createSender({ destination, clock, hasBacklog, signal }: SendParts): Send {
  const bulk = (lane: Lane) =>
    new Batcher<OutgoingMessage, Receipt>({
      maxItems: destination.batch.events,
      maxBytes: destination.batch.bytes,
      sizeOf: (message) => destination.sizeOf(message, lane),
      lingerMs: LINGER[lane],
      clock,
      run: (messages): Promise<readonly SendResult[]> => destination.sendMany(messages, lane, signal),
    })
  const bulks = { live: bulk('live'), backfill: bulk('backfill') }

  const send = async (message: OutgoingMessage, lane: Lane): Promise<Receipt> => {
    if (message.kind === 'profile') {
      // Profiles as they are now have no place in history: only the live lane may write attributes.
      if (lane === 'backfill') throw new Fault('bug', 'bug/profile-lane', 'a profile update came by lane backfill')
      return destination.send(message, signal)
    }
    return lane === 'backfill' || hasBacklog() ? bulks[lane].add(message) : destination.send(message, signal)
  }
  return Object.assign(send, { flush: (lane: Lane) => bulks[lane].flush() })
}
