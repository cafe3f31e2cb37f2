/** Parses accepted bodies of single and bulk requests into one shape. */
import type { Json, JsonObject } from '../../runtime/ports/types.ts'

/** A profile as received: identifiers and attributes. */
export interface SentProfile {
  readonly id?: string | null
  readonly attributes: JsonObject
  readonly patch: PropertyPatch
}

/** `meta.patch_properties` */
export interface PropertyPatch {
  readonly append?: JsonObject | null
  readonly unappend?: JsonObject | null
  readonly unset?: string | readonly string[] | null
}

/** One event as received. */
export interface IncomingEvent {
  readonly metric: string
  readonly profile: SentProfile
  readonly properties: JsonObject
  /** Milliseconds. Absent: the moment of receipt. */
  readonly time?: number
  readonly key?: string
  readonly value?: number
  readonly currency?: string
  /** The flag on the bulk entry, and on the event. */
  readonly backfill: { readonly entry: boolean; readonly event: boolean }
}

interface Wrapped<Data> {
  readonly data: Data
}

interface EventBody {
  readonly attributes: {
    readonly metric: Wrapped<{ readonly attributes: { readonly name: string } }>
    readonly properties: JsonObject
    readonly time?: string | null
    readonly unique_id?: string | null
    readonly value?: number | null
    readonly value_currency?: string | null
    readonly backfill?: boolean | null
  }
}

interface ProfileBody {
  readonly id?: string | null
  readonly attributes: JsonObject
  readonly meta?: { readonly patch_properties?: PropertyPatch | null } | null
}

type CreateEventBody = Wrapped<{
  readonly attributes: EventBody['attributes'] & { readonly profile: Wrapped<ProfileBody> }
}>

interface EntryBody {
  readonly attributes: {
    readonly backfill?: boolean | null
    readonly profile: Wrapped<ProfileBody>
    readonly events: Wrapped<readonly EventBody[]>
  }
}

type BulkBody = Wrapped<{ readonly attributes: { readonly 'events-bulk-create': Wrapped<readonly EntryBody[]> } }>

// These bodies satisfy validation/event-bodies.ts, so they have these shapes.

export function parseEvent(body: Json): IncomingEvent {
  const { data } = body as unknown as CreateEventBody
  const { meta, ...attributes } = data.attributes.profile.data.attributes
  const profile = { ...data.attributes.profile.data, attributes, meta: meta as ProfileBody['meta'] }
  return toIncomingEvent(data, toSentProfile(profile as ProfileBody), false)
}

export function parseBulkEvents(body: Json): readonly IncomingEvent[] {
  const { data } = body as unknown as BulkBody
  return data.attributes['events-bulk-create'].data.flatMap(({ attributes: { profile, events, backfill } }) => {
    const sent = toSentProfile(profile.data)
    return events.data.map((event) => toIncomingEvent(event, sent, backfill === true))
  })
}

export function parseProfile(body: Json): SentProfile {
  return toSentProfile((body as unknown as Wrapped<ProfileBody>).data)
}

function toSentProfile({ id, attributes, meta }: ProfileBody): SentProfile {
  return { ...(id && { id }), attributes, patch: meta?.patch_properties ?? {} }
}

function toIncomingEvent({ attributes }: EventBody, profile: SentProfile, entry: boolean): IncomingEvent {
  const { metric, properties, time, unique_id: key, value, value_currency: currency, backfill } = attributes
  return {
    metric: metric.data.attributes.name,
    profile,
    properties,
    ...(time && { time: Date.parse(time) }),
    ...(key && { key }),
    ...(typeof value === 'number' && { value }),
    ...(currency && { currency }),
    backfill: { entry, event: backfill === true },
  }
}
