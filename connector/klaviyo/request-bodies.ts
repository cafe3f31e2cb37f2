/** Builds Klaviyo's request bodies from events and profiles, as JSON text. Throws a data `Fault` for an invalid identifier. */
import type { FittedMessage } from '../../runtime/ports/destination.ts'
import type { Lane, MetricEvent, OutgoingMessage, Profile, ProfileUpdate } from '../../runtime/ports/types.ts'
import { ChangeLog } from './limits/change-log.ts'
import { fitEventSize, fitProfileSize, profileData } from './limits/fit-size.ts'
import { fitEventValues, fitProfileValues } from './limits/fit-values.ts'
import { checkEvent, checkProfile, type Limits, limitOf } from './limits/limits.ts'

/** A message within the limits, as JSON text. */
export interface EncodedMessage<M extends OutgoingMessage = OutgoingMessage> extends FittedMessage<M> {
  readonly text: string
  /** In UTF-8. */
  readonly bytes: number
}

/** One event of a bulk request: encoded once, however often the request is rebuilt. `bytes` include its comma. */
export interface BulkEntry extends Omit<EncodedMessage, 'message'> {
  readonly key: string
}

/** `POST /api/events`: one live event with the profile's current attributes. Throws a data `Fault`. */
export function eventBody(event: MetricEvent, limits: Limits): EncodedMessage {
  return encodeEvent(event, limits, 0, (fitted) => {
    const profile = profileData(fitted.profile)
    return JSON.stringify({ data: { type: 'event', attributes: { ...eventFields(fitted, 'live'), profile } } })
  })
}

/** `POST /api/profile-import`, and with an id `PATCH /api/profiles/{id}`. Throws a data `Fault`. */
export function profileBody(
  { profile, profileId: id, omissions }: Pick<ProfileUpdate, 'profile' | 'profileId' | 'omissions'>,
  limits: Limits,
): EncodedMessage {
  checkProfile(profile, limits)
  const changes = new ChangeLog(omissions)
  const values = fitProfileValues(profile, limits, changes)
  const encode = (fitted: Profile) => withSize(JSON.stringify(profileData(fitted, id)))
  const encoded = encode(values)
  const fitted = fitProfileSize(values, encoded.bytes, limits, changes)
  const message = { kind: 'profile', profile: fitted } as const
  return { ...(fitted === values ? encoded : encode(fitted)), message, changes: changes.list() }
}

/**
 * One entry of `POST /api/event-bulk-create-jobs`. Throws a data `Fault`.
 *
 * One event per entry, so that the index in an error's pointer is the event's. In lane `backfill` both the entry and the
 * event carry the flag (Klaviyo does not document which one counts), and the profile holds identifiers only: old
 * attributes would overwrite current ones.
 */
export function bulkEntry(event: MetricEvent, lane: Lane, limits: Limits): BulkEntry {
  const included = lane === 'backfill' ? { ...event, profile: identifiers(event.profile) } : event
  const { text, bytes, changes } = encodeEvent(included, limits, BULK_WRAPPER, (fitted) => {
    const events = { data: [{ type: 'event', attributes: eventFields(fitted, lane) }] }
    const attributes = { ...backfillFlag(lane), profile: profileData(fitted.profile), events }
    return JSON.stringify({ type: 'event-bulk-create', attributes })
  })
  return { key: event.key, text, bytes: bytes + 1, changes }
}

/** `wrapper`: the bytes that the request has besides. */
function encodeEvent(
  event: MetricEvent,
  limits: Limits,
  wrapper: number,
  encode: (event: MetricEvent) => string,
): EncodedMessage {
  checkEvent(event, limits)
  checkProfile(event.profile, limits)
  const changes = new ChangeLog(event.omissions)
  const values = fitEventValues(event, limits, changes)
  const encoded = withSize(encode(values))
  const fitted = fitEventSize(values, wrapper + encoded.bytes, limits, changes)
  const final = fitted === values ? encoded : withSize(encode(fitted))
  return { ...final, message: fitted, changes: changes.list() }
}

const withSize = (text: string) => ({ text, bytes: Buffer.byteLength(text) })

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

function eventFields({ metric, properties, time, key, value, currency }: MetricEvent, lane: Lane) {
  return {
    metric: { data: { type: 'metric', attributes: { name: metric } } },
    properties,
    time,
    unique_id: key,
    ...(value !== undefined && { value }),
    ...(currency !== undefined && { value_currency: currency }),
    ...backfillFlag(lane),
  }
}

const backfillFlag = (lane: Lane) => (lane === 'backfill' ? { backfill: true } : {})
