/** Sends events in bulk, and isolates those that Klaviyo rejects. */

import type { SendResult } from '../../runtime/ports/destination.ts'
import type { Logger } from '../../runtime/ports/effects.ts'
import { Fault, toFault } from '../../runtime/ports/fault.ts'
import type { Lane, MetricEvent, Receipt } from '../../runtime/ports/types.ts'
import { onlyPhone, rejectedEntries } from './errors.ts'
import { PHONE_REJECTED, withChanges } from './limits/change-log.ts'
import type { Limits } from './limits/limits.ts'
import { type BulkEntry, bulkBody, bulkEntry, splitIntoRequests } from './request-bodies.ts'

export interface BulkParts {
  readonly limits: Limits
  readonly lane: Lane
  readonly logger: Logger
  /** Sends one bulk request. Throws a `Fault`. */
  readonly post: (body: string) => Promise<Receipt>
}

/** An event of a bulk request and the receiver of its result. */
export interface BulkItem extends BulkEntry {
  readonly event: MetricEvent
  /** Called once. */
  readonly onResult: (result: SendResult) => void
}

/** Sends all items, one request after the other, and reports the result of each. Never throws because of an event. */
export async function sendBulk(items: readonly BulkItem[], parts: BulkParts): Promise<void> {
  for (const batch of splitIntoRequests(items, parts.limits)) await sendBatch(batch, parts)
}

async function sendBatch(batch: readonly BulkItem[], parts: BulkParts): Promise<void> {
  let receipt: Receipt
  try {
    receipt = await parts.post(bulkBody(batch.map(({ text }) => text)))
  } catch (error) {
    const fault = toFault(error)
    // Klaviyo accepts a request as a whole or not at all, so events share any fault but a data fault. A smaller request
    // may pass a proxy that answers 413.
    const splits = fault.kind === 'data' || (fault.details.status === 413 && batch.length > 1)
    if (!splits) for (const item of batch) item.onResult(fault)
    else await isolateRejected(batch, fault, parts)
    return
  }
  for (const { onResult, changes } of batch) onResult(withChanges(receipt, changes))
}

/**
 * Fails the events that the rejection points at and resends the rest; bisects the request when it points at none.
 *
 * Terminates: each further request holds fewer events, or the same events with one phone number fewer.
 */
async function isolateRejected(batch: readonly BulkItem[], fault: Fault, parts: BulkParts): Promise<void> {
  const { pointers = [], status } = fault.details
  // 413 is about the whole request, whatever it points at.
  const rejected = rejectedEntries(status === 413 && batch.length > 1 ? [] : pointers, batch.length)
  if (rejected.size === 0) {
    const middle = Math.ceil(batch.length / 2)
    await sendBatch(batch.slice(0, middle), parts)
    return sendBatch(batch.slice(middle), parts)
  }
  const rest = batch.flatMap((item, index) => {
    const own = rejected.get(index)
    if (own === undefined) return item
    const resend = onlyPhone(own) ? withoutPhone(item, parts) : undefined
    if (resend === undefined) item.onResult(rejected.size === 1 ? fault : faultOfEvent(fault, own))
    return resend ?? []
  })
  parts.logger.warn('Klaviyo rejected some events in a bulk request; resending the rest', {
    rejected: rejected.size,
    rest: rest.length,
    lane: parts.lane,
  })
  await sendBulk(rest, parts)
}

/** The same event without its phone number, if an e-mail address still identifies the profile. */
function withoutPhone({ event, onResult }: BulkItem, { lane, limits }: BulkParts): BulkItem | undefined {
  const { phone_number, ...profile } = event.profile
  if (phone_number === undefined || !profile.email) return undefined
  const trimmed = { ...event, profile }
  const entry = bulkEntry(trimmed, lane, limits)
  return { ...entry, event: trimmed, onResult, changes: [...entry.changes, PHONE_REJECTED] }
}

/** The fault of one event, when the request was rejected for several. */
function faultOfEvent({ kind, code, details }: Fault, pointers: readonly string[]): Fault {
  const message = `Klaviyo answered ${details.status}: it rejected this event at ${pointers.slice(0, 3).join(', ')}`
  return new Fault(kind, code, message, { ...details, pointers })
}
