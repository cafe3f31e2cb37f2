/** Builds Klaviyo's request bodies from events and profiles, as JSON text. Throws a data `Fault` over a limit. */
import type { Lane, MetricEvent, Profile } from '../../runtime/ports/types.ts'
import { checkEvent, checkProfile, checkSize, type Limits, limitOf } from './limits.ts'

/** One event of a bulk request: encoded once, however often the request is rebuilt. */
export interface BulkEntry {
  readonly key: string
  readonly text: string
  /** In UTF-8, with the separating comma. */
  readonly bytes: number
}

/** `POST /api/events`: one live event with the profile's current attributes. Throws a data `Fault`. */
export function eventBody(event: MetricEvent, limits: Limits): string {
  checkEvent(event, limits)
  const profile = profileData(event.profile, limits)
  const body = JSON.stringify({ data: { type: 'event', attributes: { ...eventFields(event, 'live'), profile } } })
  checkSize(Buffer.byteLength(body), event.profile, limits)
  return body
}

/** `POST /api/profile-import`: the profile's attributes. Throws a data `Fault`. */
export function profileBody(profile: Profile, limits: Limits): string {
  const body = JSON.stringify(profileData(profile, limits))
  checkSize(Buffer.byteLength(body), profile, limits)
  return body
}

/**
 * One entry of `POST /api/event-bulk-create-jobs`. Throws a data `Fault`.
 *
 * One event per entry, so that the index in an error's pointer is the event's. In lane `backfill` both the entry and the
 * event carry the flag (Klaviyo does not document which one counts), and the profile holds identifiers only: old
 * attributes would overwrite current ones.
 */
export function bulkEntry(event: MetricEvent, lane: Lane, limits: Limits): BulkEntry {
  checkEvent(event, limits)
  const included = lane === 'backfill' ? identifiers(event.profile) : event.profile
  const profile = profileData(included, limits)
  const events = { data: [{ type: 'event', attributes: eventFields(event, lane) }] }
  const text = JSON.stringify({ type: 'event-bulk-create', attributes: { ...backfillFlag(lane), profile, events } })
  const bytes = Buffer.byteLength(text)
  checkSize(BULK_WRAPPER + bytes, included, limits)
  return { key: event.key, text, bytes: bytes + 1 }
}

/** A bulk request from encoded entries. */
export function bulkBody(entries: readonly string[]): string {
  return `{"data":{"type":"event-bulk-create-job","attributes":{"events-bulk-create":{"data":[${entries.join(',')}]}}}}`
}

/** Bytes of a bulk request without entries. */
export const BULK_WRAPPER = Buffer.byteLength(bulkBody([]))

/**
 * Splits entries into requests within the limits, in order.
 *
 * A request holds a key once: Klaviyo rejects a whole request for a duplicate. The duplicate goes with the next request,
 * and Klaviyo drops it.
 */
export function splitIntoRequests<E extends BulkEntry>(
  entries: readonly E[],
  limits: Limits,
): readonly (readonly E[])[] {
  const batches: E[][] = []
  for (let rest = entries; rest.length > 0; ) {
    const { batch, later } = firstBatch(rest, limits)
    batches.push(batch)
    rest = later
  }
  return batches
}

function firstBatch<E extends BulkEntry>(entries: readonly E[], limits: Limits): { batch: E[]; later: E[] } {
  const batch: E[] = []
  const later: E[] = []
  const keys = new Set<string>()
  let bytes = BULK_WRAPPER
  let full = false
  for (const entry of entries) {
    const fits = batch.length < limitOf(limits, 'events') && bytes + entry.bytes <= limitOf(limits, 'request')
    // The first always fits: `bulkEntry` has checked its size, and the loop must end.
    full ||= !fits && batch.length > 0
    if (full || keys.has(entry.key)) {
      later.push(entry)
      continue
    }
    batch.push(entry)
    keys.add(entry.key)
    bytes += entry.bytes
  }
  return { batch, later }
}

function identifiers({ email, phone_number }: Profile): Profile {
  return { ...(email && { email }), ...(phone_number && { phone_number }) }
}

function profileData(profile: Profile, limits: Limits) {
  checkProfile(profile, limits)
  return { data: { type: 'profile', attributes: profile } }
}

function eventFields({ metric, properties, time, key }: MetricEvent, lane: Lane) {
  return {
    metric: { data: { type: 'metric', attributes: { name: metric } } },
    properties,
    time,
    unique_id: key,
    ...backfillFlag(lane),
  }
}

const backfillFlag = (lane: Lane) => (lane === 'backfill' ? { backfill: true } : {})
