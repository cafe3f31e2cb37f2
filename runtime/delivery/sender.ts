/** Chooses the request that carries a message: one of its own, or a bulk request. */

import { linkAbort } from '../lib/abort.ts'
import { Batcher } from '../lib/batcher.ts'
import { type MaybePromise, mapMaybe } from '../lib/maybe-promise.ts'
import type { Destination, SendResult } from '../ports/destination.ts'
import type { Clock } from '../ports/effects.ts'
import { Fault, toFault } from '../ports/fault.ts'
import type { Lane, MetricEvent, OutgoingMessage, Profile, Receipt } from '../ports/types.ts'
import { processIsolation } from './cut-off.ts'
import type { BegunSend, FirstSends } from './first-sends.ts'
import type { SendObserver } from './observe-sends.ts'

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
  readonly firstSends: FirstSends
  readonly observed: SendObserver
}

export class MessageSender {
  readonly #parts: SenderParts
  readonly #bulk: Readonly<Record<Lane, Batcher<MetricEvent, Receipt>>>

  constructor(parts: SenderParts) {
    this.#parts = parts
    this.#bulk = { live: bulkRequests('live', parts), backfill: bulkRequests('backfill', parts) }
  }

  /** Resolves with the receipt of this message, or throws its `Fault`. */
  send(message: OutgoingMessage, lane: Lane): Promise<Receipt> {
    return this.#send(message, lane, this.#parts)
  }

  /** The same sender, whose requests for a single message end when `signal` aborts, too. */
  until(signal: AbortSignal): Pick<MessageSender, 'send'> {
    return {
      send: async (message, lane) => {
        const { stop, unlink } = linkAbort(signal, this.#parts.signal)
        try {
          return await this.#send(message, lane, { ...this.#parts, signal: stop.signal })
        } finally {
          unlink()
        }
      },
    }
  }

  async #send(message: OutgoingMessage, lane: Lane, parts: SenderParts): Promise<Receipt> {
    const { destination, hasBacklog, observed, signal } = parts
    if (message.kind === 'profile') {
      // Current profile attributes have no place in history: only the live lane may write attributes.
      if (lane === 'backfill') throw new Fault('bug', 'bug/profile-lane', 'a profile update is in lane backfill')
      return observed.one(message, lane, () => destination.send(message, signal))
    }
    return lane === 'backfill' || hasBacklog()
      ? this.#bulk[lane].add(observed.note(message))
      : observed.one(message, lane, () => sendOne(message, parts))
  }

  /** Sends the bulk request of a lane that is not full yet. */
  flush(lane: Lane): void {
    this.#bulk[lane].flush()
  }
}

async function sendOne(event: MetricEvent, { destination, firstSends, signal }: SenderParts): Promise<Receipt> {
  let begun: BegunSend | undefined
  let first = event.profile
  // Noted as late as possible: a newer state of the person may have been sent while the event waited.
  const currentProfile = async (mayHaveArrived = false) => {
    const current = (await event.currentProfile?.()) ?? event.profile
    // Refused so far, by a rate limit for example, so it may go to the identifiers that the person has by now.
    if (begun && !begun.again && !mayHaveArrived && !firstSends.isSame(begun, current)) {
      await firstSends.forget([begun])
      begun = undefined
    }
    if (begun === undefined) [begun, first] = [(await firstSends.begin([{ ...event, profile: current }]))[0], current]
    return firstSends.profileOf(begun, current)
  }
  try {
    const receipt = await destination.send({ ...event, currentProfile }, signal)
    return begun === undefined || firstSends.isSame(begun, first) ? receipt : { ...receipt, firstIdentifiers: true }
  } catch (error) {
    if (begun !== undefined) await firstSends.end([begun], [toFault(error)])
    throw error
  }
}

function bulkRequests(lane: Lane, parts: SenderParts): Batcher<MetricEvent, Receipt> {
  const { destination, clock } = parts
  return new Batcher<MetricEvent, Receipt>({
    maxItems: destination.batch.events,
    maxBytes: destination.batch.bytes,
    sizeOf: (message) => destination.sizeOf(message, lane),
    lingerMs: () => (processIsolation.hasSuspects ? LINGER.live : LINGER[lane]),
    clock,
    run: (events) => parts.observed.many(events, lane, () => sendMany(events, lane, parts)),
  })
}

async function sendMany(
  events: readonly MetricEvent[],
  lane: Lane,
  { destination, firstSends, signal }: SenderParts,
): Promise<readonly SendResult[]> {
  const current = await Promise.all(events.map(withCurrentProfile))
  const begun = await firstSends.begin(current)
  const pinned = current.map((event, index) => withProfile(event, firstSends.profileOf(begun[index], event.profile)))
  const results = await destination.sendMany(pinned, lane, signal)
  await firstSends.end(begun, results)
  return results.map((result, index) => {
    if (result instanceof Fault) return result
    const together = lane === 'live' && events.length > 1 && { together: true as const }
    return { ...result, ...together, ...(pinned[index] !== current[index] && { firstIdentifiers: true as const }) }
  })
}

/** An event waits for others before it leaves, and a newer state of its person may leave first. */
function withCurrentProfile(event: MetricEvent): MaybePromise<MetricEvent> {
  return mapMaybe(event.currentProfile?.() ?? event.profile, (profile) => withProfile(event, profile))
}

const withProfile = (event: MetricEvent, profile: Profile): MetricEvent =>
  profile === event.profile ? event : { ...event, profile }
