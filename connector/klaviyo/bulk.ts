/** Sends events by the thousand, and finds those to blame when a request is refused. */

import type { SendResult } from '../../runtime/ports/destination.ts'
import type { Logger } from '../../runtime/ports/effects.ts'
import { Fault, toFault } from '../../runtime/ports/fault.ts'
import type { Lane, MetricEvent, Receipt } from '../../runtime/ports/types.ts'
import { onlyPhone, rejectedEntries } from './errors.ts'
import type { Limits } from './limits.ts'
import { bulkBody, bulkEntry, type Entry, split } from './request-bodies.ts'

export interface BulkParts {
  readonly limits: Limits
  readonly lane: Lane
  readonly logger: Logger
  /** Sends one bulk request. Throws a `Fault`. */
  readonly post: (body: string) => Promise<Receipt>
}

/** An event on its way, and where its answer belongs. */
export interface BulkItem extends Entry {
  readonly event: MetricEvent
  /** Sets this event's answer. Called once. */
  readonly settle: (result: SendResult) => void
  readonly omittedFields?: readonly string[]
}

/** Sends all of them, request after request, and settles each. Never throws for an event's sake. */
export async function sendBulk(items: readonly BulkItem[], parts: BulkParts): Promise<void> {
  for (const batch of split(items, parts.limits)) await sendBatch(batch, parts)
}

async function sendBatch(batch: readonly BulkItem[], parts: BulkParts): Promise<void> {
  let receipt: Receipt
  try {
    receipt = await parts.post(bulkBody(batch.map(({ text }) => text)))
  } catch (error) {
    const fault = toFault(error)
    // Klaviyo takes all of a request or nothing. What is not about the events, they share.
    if (fault.kind !== 'data') for (const item of batch) item.settle(fault)
    else await isolateRejected(batch, fault, parts)
    return
  }
  for (const { settle, omittedFields: without } of batch)
    settle(without ? { ...receipt, omittedFields: without } : receipt)
}

/**
 * Settles those a refusal names and sends the rest now; if it names none, halves the request until it must.
 *
 * Comes to an end: each further request holds fewer events, or one that has just lost its phone number,
 * which it can lose once.
 */
async function isolateRejected(batch: readonly BulkItem[], fault: Fault, parts: BulkParts): Promise<void> {
  const { pointers = [], status } = fault.details
  // "Too large" blames the whole, whatever it points at.
  const guilty = rejectedEntries(status === 413 && batch.length > 1 ? [] : pointers, batch.length)
  if (guilty.size === 0) {
    const middle = Math.ceil(batch.length / 2)
    await sendBatch(batch.slice(0, middle), parts)
    return sendBatch(batch.slice(middle), parts)
  }
  const rest = batch.flatMap((item, index) => {
    const mine = guilty.get(index)
    if (mine === undefined) return item
    const again = onlyPhone(mine) ? withoutPhone(item, parts) : undefined
    if (again === undefined) item.settle(guilty.size === 1 ? fault : faultOfEvent(fault, mine))
    return again ?? []
  })
  parts.logger.warn('Klaviyo rejected some events in a bulk request; resending the rest', {
    refused: guilty.size,
    rest: rest.length,
    lane: parts.lane,
  })
  await sendBulk(rest, parts)
}

/** The same event without its phone number, if an e-mail address still says whose it is. */
function withoutPhone({ event, settle }: BulkItem, { lane, limits }: BulkParts): BulkItem | undefined {
  const { phone_number, ...profile } = event.profile
  if (phone_number === undefined || !profile.email) return undefined
  const trimmed = { ...event, profile }
  return { ...bulkEntry(trimmed, lane, limits), event: trimmed, settle, omittedFields: ['phone_number'] }
}

/** One event's part in a refusal of several. */
function faultOfEvent({ kind, code, details }: Fault, pointers: readonly string[]): Fault {
  const message = `Klaviyo answered ${details.status}: it refuses this event at ${pointers.slice(0, 3).join(', ')}`
  return new Fault(kind, code, message, { ...details, pointers })
}
