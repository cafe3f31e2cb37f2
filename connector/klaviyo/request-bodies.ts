/** From events and profiles to Klaviyo's request bodies, as JSON text. Pure. */
import type { Lane, MetricEvent, Profile } from '../../runtime/ports/types.ts'
import { checkEvent, checkProfile, checkSize, type Limits, limitOf } from './limits.ts'

/** One event as its place in a bulk request: encoded once, however often the request is put together anew. */
export interface Entry {
  readonly key: string
  readonly text: string
  /** UTF-8, with the comma that parts it from the next. */
  readonly bytes: number
}

/** `POST /api/events`: one live event with the person's attributes as they are now. Throws a data `Fault`. */
export function eventBody(event: MetricEvent, limits: Limits): string {
  checkEvent(event, limits)
  const profile = profileData(event.profile, limits)
  const body = JSON.stringify({ data: { type: 'event', attributes: { ...eventFields(event, 'live'), profile } } })
  checkSize(Buffer.byteLength(body), event.profile, limits)
  return body
}

/** `POST /api/profile-import`: a person's attributes. Throws a data `Fault`. */
export function profileBody(profile: Profile, limits: Limits): string {
  const body = JSON.stringify(profileData(profile, limits))
  checkSize(Buffer.byteLength(body), profile, limits)
  return body
}

/**
 * An event's place in `POST /api/event-bulk-create-jobs`. Throws a data `Fault`.
 *
 * One event an entry, so that the index in an error's pointer is the event's. In lane `backfill` the flag
 * is on the entry and on the event (Klaviyo does not say which one counts), and the profile is identifiers
 * alone: attributes of long ago would overwrite today's.
 */
export function bulkEntry(event: MetricEvent, lane: Lane, limits: Limits): Entry {
  checkEvent(event, limits)
  const person = lane === 'backfill' ? identifiers(event.profile) : event.profile
  const profile = profileData(person, limits)
  const events = { data: [{ type: 'event', attributes: eventFields(event, lane) }] }
  const text = JSON.stringify({ type: 'event-bulk-create', attributes: { ...flag(lane), profile, events } })
  const bytes = Buffer.byteLength(text)
  checkSize(BULK_WRAPPER + bytes, person, limits)
  return { key: event.key, text, bytes: bytes + 1 }
}

/** A bulk request of entries' texts: what is encoded stays encoded. */
export function bulkBody(entries: readonly string[]): string {
  return `{"data":{"type":"event-bulk-create-job","attributes":{"events-bulk-create":{"data":[${entries.join(',')}]}}}}`
}

/** Bytes of a bulk request beside its entries. */
export const BULK_WRAPPER = Buffer.byteLength(bulkBody([]))

/**
 * Parts entries into requests within the limits, in order.
 *
 * A key comes once in a request, since Klaviyo refuses a whole request for a second one;
 * the second goes with the next, where Klaviyo finds that it has it already.
 */
export function split<E extends Entry>(entries: readonly E[], limits: Limits): readonly (readonly E[])[] {
  const batches: E[][] = []
  for (let rest = entries; rest.length > 0; ) {
    const { batch, later } = firstBatch(rest, limits)
    batches.push(batch)
    rest = later
  }
  return batches
}

function firstBatch<E extends Entry>(entries: readonly E[], limits: Limits): { batch: E[]; later: E[] } {
  const batch: E[] = []
  const later: E[] = []
  const keys = new Set<string>()
  let bytes = BULK_WRAPPER
  let full = false
  for (const entry of entries) {
    const fits = batch.length < limitOf(limits, 'events') && bytes + entry.bytes <= limitOf(limits, 'request')
    // The first is taken even if too large: `bulkEntry` has checked it, and the loop must end.
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
    ...flag(lane),
  }
}

const flag = (lane: Lane) => (lane === 'backfill' ? { backfill: true } : {})
