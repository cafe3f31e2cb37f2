/** What an accepted body says, in one shape for single and bulk requests. */
import type { Json, JsonObject } from '../../runtime/ports/types.ts'

/** A profile as sent: what identifies it and what it sets. */
export interface SentProfile {
  readonly id?: string | null
  readonly attributes: JsonObject
  readonly patch: Patch
}

/** `meta.patch_properties` */
export interface Patch {
  readonly append?: JsonObject | null
  readonly unappend?: JsonObject | null
  readonly unset?: string | readonly string[] | null
}

/** One event as sent. */
export interface Arrival {
  readonly metric: string
  readonly profile: SentProfile
  readonly properties: JsonObject
  /** Milliseconds. Absent: the moment of receipt. */
  readonly time?: number
  readonly key?: string
  readonly value?: number
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
    readonly backfill?: boolean | null
  }
}

interface ProfileBody {
  readonly id?: string | null
  readonly attributes: JsonObject
  readonly meta?: { readonly patch_properties?: Patch | null } | null
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

// The rules of klaviyo-bodies.ts have held for these bodies, so they have these shapes.

export function arrivalOfOne(body: Json): Arrival {
  const { data } = body as unknown as CreateEventBody
  const { meta, ...attributes } = data.attributes.profile.data.attributes
  const profile = { ...data.attributes.profile.data, attributes, meta: meta as ProfileBody['meta'] }
  return arrival(data, sentProfile(profile as ProfileBody), false)
}

export function arrivalsOfMany(body: Json): readonly Arrival[] {
  const { data } = body as unknown as BulkBody
  return data.attributes['events-bulk-create'].data.flatMap(({ attributes: { profile, events, backfill } }) => {
    const sent = sentProfile(profile.data)
    return events.data.map((event) => arrival(event, sent, backfill === true))
  })
}

export function profileOf(body: Json): SentProfile {
  return sentProfile((body as unknown as Wrapped<ProfileBody>).data)
}

function sentProfile({ id, attributes, meta }: ProfileBody): SentProfile {
  return { ...(id && { id }), attributes, patch: meta?.patch_properties ?? {} }
}

function arrival({ attributes }: EventBody, profile: SentProfile, entry: boolean): Arrival {
  const { metric, properties, time, unique_id: key, value, backfill } = attributes
  return {
    metric: metric.data.attributes.name,
    profile,
    properties,
    ...(time && { time: Date.parse(time) }),
    ...(key && { key }),
    ...(typeof value === 'number' && { value }),
    backfill: { entry, event: backfill === true },
  }
}
