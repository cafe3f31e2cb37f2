/** Sends events in bulk, and isolates those that Klaviyo rejects. */

import type { SendResult } from '../../runtime/ports/destination.ts'
import type { Logger } from '../../runtime/ports/effects.ts'
import { type Fault, toFault } from '../../runtime/ports/fault.ts'
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

/** Whether Klaviyo rejected the request because of its events. */
type Rejected = boolean

async function sendBatch(batch: readonly BulkItem[], parts: BulkParts, blind = false): Promise<Rejected> {
  let receipt: Receipt
  try {
    receipt = await parts.post(bulkBody(batch.map(({ text }) => text)))
  } catch (error) {
    const fault = toFault(error)
    // Klaviyo accepts a request as a whole or not at all, so events share any fault but a data fault. A smaller request
    // may pass a proxy that answers 413.
    const splits = fault.kind === 'data' || (fault.details.status === 413 && batch.length > 1)
    if (!splits) for (const item of batch) item.onResult(fault)
    else await isolateRejected(batch, fault, parts, blind)
    return splits
  }
  for (const { onResult, changes } of batch) onResult(withChanges(receipt, changes))
  return false
}

/**
 * Finds the events that Klaviyo rejects. A pointer only raises suspicion: an event fails when it is rejected alone. While
 * suspects prove guilty, the rest is resent together; after an innocent one it is bisected, `blind` to pointers.
 *
 * Terminates: each further request holds fewer events, or the same event without its phone number.
 */
async function isolateRejected(
  batch: readonly BulkItem[],
  fault: Fault,
  parts: BulkParts,
  blind: boolean,
): Promise<void> {
  const { pointers = [], status } = fault.details
  const [only, ...more] = batch
  if (only === undefined) return
  if (more.length === 0) return rejectOne(only, fault, parts)
  // 413 is about the whole request, whatever it points at.
  const indexes = blind || status === 413 ? new Set() : rejectedEntries(pointers, batch.length)
  const [suspect, ...suspects] = batch.filter((_, index) => indexes.has(index))
  if (suspect === undefined) return bisect(batch, parts, blind)
  const rest = batch.filter((_, index) => !indexes.has(index))
  const counts = { suspects: suspects.length + 1, rest: rest.length, lane: parts.lane }
  parts.logger.warn('Klaviyo rejected a bulk request; sending the events that it names one by one', counts)
  if (!(await sendBatch([suspect], parts))) return bisect([...suspects, ...rest], parts, true)
  await sendBulk(rest, parts)
  for (const one of suspects) await sendBatch([one], parts)
}

async function bisect(batch: readonly BulkItem[], parts: BulkParts, blind: boolean): Promise<void> {
  const middle = Math.ceil(batch.length / 2)
  for (const half of [batch.slice(0, middle), batch.slice(middle)])
    if (half.length > 0) await sendBatch(half, parts, blind)
}

/** Fails the only event of a rejected request, or sends it again without a rejected phone number. */
async function rejectOne(item: BulkItem, fault: Fault, parts: BulkParts): Promise<void> {
  const resend = onlyPhone(fault.details.pointers) ? withoutPhone(item, parts) : undefined
  if (resend === undefined) item.onResult(fault)
  else await sendBatch([resend], parts)
}

/** The same event without its phone number, if an e-mail address still identifies the profile. */
function withoutPhone({ event, onResult }: BulkItem, { lane, limits }: BulkParts): BulkItem | undefined {
  const { phone_number, ...profile } = event.profile
  if (phone_number === undefined || !profile.email) return undefined
  const trimmed = { ...event, profile }
  const entry = bulkEntry(trimmed, lane, limits)
  return { ...entry, event: trimmed, onResult, changes: [...entry.changes, PHONE_REJECTED] }
}
