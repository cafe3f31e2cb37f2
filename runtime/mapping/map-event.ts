/** Maps one occurrence to one event, or to the named reason to skip it. */

import type { Bindings } from '../expression/expression.ts'
import { toIsoUtc } from '../lib/iso-time.ts'
import { isObject } from '../lib/json.ts'
import { type MaybePromise, mapMaybe } from '../lib/maybe-promise.ts'
import { Fault } from '../ports/fault.ts'
import { CONTACT_DELETED } from '../ports/ledger.ts'
import type { FieldChange, JsonObject, Lane, MetricEvent, Profile } from '../ports/types.ts'
import type { Candidate } from './candidates.ts'
import { CONTACT, hydrate } from './hydrate.ts'
import { describePerson, hasIdentifier } from './map-profile.ts'
import { findExclusion } from './person/exclusion.ts'
import { awaitIdentity, findPerson, ownId } from './person/find-person.ts'
import { skipUnknown } from './person/only-known.ts'
import { withNewestState } from './person/person-state.ts'
import { SkipSignal } from './property-values.ts'
import { findSkipReason } from './skip-rules.ts'
import type { DeliveryContext, EventIdentity, MapParts, MapResult, PersonState } from './types.ts'

/** Maps one occurrence. Throws a `Fault` for an expression that fails: an event is sent whole or not at all. */
export async function mapEvent(
  candidate: Candidate,
  named: EventIdentity & { readonly time: string },
  context: DeliveryContext,
  parts: MapParts,
): Promise<MapResult<MetricEvent>> {
  const { mapping, item, bindings, ms, contacts, ended, windowSkip, behindLive } = candidate
  const plan = parts.plan.planOf(mapping)
  const { lane, time } = named

  // Rules without lookups before anything is fetched.
  const early = windowSkip ?? findSkipReason(plan.earlySkips, item, bindings)
  const reason = early instanceof Promise ? await early : early
  if (reason !== undefined) return { identity: named, skipped: reason }
  if (contacts.length === 0 && !mapping.isAnonymous) return { identity: named, skipped: 'no-contact' }
  if (ended !== undefined) return { identity: named, skipped: ended }
  if (behindLive) throw BEHIND_LIVE

  const request = { plan: plan.lookups[lane], item, bindings, lane, lookups: parts.lookups }
  if (mapping.isAnonymous)
    return mapWithoutPerson({ candidate, identity: named, time, bound: await hydrate(request) }, parts)
  const found = await findPerson(contacts, request, parts.forDisplay ? 0 : ms, context)
  const identity = { ...named, contact: found.contact }
  const event = { candidate, identity, time }
  if (found.wait !== undefined)
    return (await mapSentEvent({ ...event, bound: found.bound }, parts)) ?? { identity, wait: found.wait }
  const { bound, person, state } = await withNewestState(found, request, parts)
  if (person === undefined)
    return (await mapSentEvent({ ...event, bound }, parts)) ?? { identity, skipped: 'contact-not-found' }
  const late = findSkipReason(plan.lateSkips, item, bound)
  const lateReason = late instanceof Promise ? await late : late
  if (lateReason !== undefined) return { identity, skipped: lateReason }
  const omissions: FieldChange[] = []
  // Attributes of an older state would overwrite newer ones.
  const evaluated = parts.plan.profile.evaluate[state?.isOutdated ? 'backfill' : lane](person, bound, omissions)
  const profile = evaluated instanceof Promise ? await evaluated : evaluated
  if (!parts.forDisplay && !hasIdentifier(profile, parts.spec)) {
    const sent = await mapSentEvent({ ...event, bound }, parts)
    if (sent !== undefined) return sent
    const identityWait = awaitIdentity(ms, parts.spec, context)
    if (identityWait === undefined) return { identity, skipped: 'no-identity' }
    return {
      identity: { ...identity, contact: (await ownId(person, parts.spec)) ?? found.contact },
      wait: identityWait,
    }
  }
  return mapForPerson({ ...event, bound, state, omissions }, profile, parts)
}

interface EventToMap {
  readonly candidate: Candidate
  readonly identity: EventIdentity
  readonly time: string
  readonly bound: Bindings
  readonly state?: PersonState | undefined
  readonly omissions?: FieldChange[]
}

/** An event that belongs to no person. */
function mapWithoutPerson(event: EventToMap, parts: MapParts): MaybePromise<MapResult<MetricEvent>> {
  const { candidate, identity, bound } = event
  const send = (reason: string | undefined) =>
    reason === undefined ? withProperties({ ...event, omissions: [] }, {}, parts) : { identity, skipped: reason }
  return mapMaybe(findSkipReason(parts.plan.planOf(candidate.mapping).lateSkips, candidate.item, bound), send)
}

/** An event that was sent before, and may have arrived, goes to the same person again, though that contact is gone. */
async function mapSentEvent(event: EventToMap, parts: MapParts): Promise<MapResult<MetricEvent> | undefined> {
  if (parts.forDisplay) return undefined
  const [sent] = await parts.readSends([event.candidate.key])
  return sent && mapForPerson(event, sent.identifiers, parts)
}

/** The message, unless the spec sends nothing of its person. */
function mapForPerson(event: EventToMap, profile: Profile, parts: MapParts): MaybePromise<MapResult<MetricEvent>> {
  const { spec, isKnown, isDeleted } = parts
  const sendsEveryone = spec.people.exclude === undefined && isKnown === undefined && isDeleted === undefined
  return sendsEveryone ? withProperties(event, profile, parts) : mapForSelected(event, profile, parts)
}

async function mapForSelected(event: EventToMap, profile: Profile, parts: MapParts): Promise<MapResult<MetricEvent>> {
  const { spec, isDeleted } = parts
  const { exclude } = spec.people
  const { identity, bound, state } = event
  if (identity.contact !== undefined && (await isDeleted?.(identity.contact)))
    return { identity, skipped: CONTACT_DELETED }
  const excluded = exclude && (await findExclusion({ profile, person: bound[CONTACT], bound }, exclude))
  if (excluded !== undefined) return { identity: { ...identity, ...describePerson(profile, parts) }, skipped: excluded }
  return skipUnknown(await withProperties(event, profile, parts), state, parts)
}

function withProperties(event: EventToMap, profile: Profile, parts: MapParts): MaybePromise<MapResult<MetricEvent>> {
  const { candidate, identity, bound, omissions } = event
  const { properties: evaluate, revenue, profileProperties } = parts.plan.planOf(candidate.mapping)
  const { item } = candidate
  const finish = (properties: JsonObject) => {
    const evaluated = { properties, profile }
    if (revenue === undefined && profileProperties === undefined) return toMessage(event, evaluated, parts)
    const sets = maySetProperties(event, parts) ? profileProperties?.(item, bound) : undefined
    return mapMaybe(revenue?.(item, bound), (worth) =>
      mapMaybe(sets, (setProperties) => toMessage(event, { ...evaluated, worth, setProperties }, parts)),
    )
  }
  const toSkip = (error: unknown): MapResult<MetricEvent> => {
    if (error instanceof SkipSignal)
      return { identity: { ...identity, ...describePerson(profile, parts) }, skipped: error.reason }
    throw error
  }
  try {
    const properties = evaluate(item, bound, omissions)
    return properties instanceof Promise ? properties.then(finish).catch(toSkip) : finish(properties)
  } catch (error) {
    return toSkip(error)
  }
}

/** History never sets any, nor does an event with an older state of its person. Without a state no order is known. */
const maySetProperties = ({ identity, state }: EventToMap, { forDisplay }: MapParts): boolean =>
  identity.lane === 'live' && (forDisplay === true || (state !== undefined && !state.isOutdated))

interface EvaluatedEvent {
  readonly properties: JsonObject
  readonly profile: Profile
  /** Value and currency. */
  readonly worth?: JsonObject | undefined
  readonly setProperties?: JsonObject | undefined
}

function toMessage(
  { candidate: { mapping, key }, identity, time, state, omissions = [] }: EventToMap,
  { properties, profile: own, worth, setProperties = {} }: EvaluatedEvent,
  parts: MapParts,
): MapResult<MetricEvent> {
  const metric = parts.spec.destination.metricPrefix + mapping.metric
  const names = Object.keys(setProperties)
  const profile = names.length === 0 ? own : withProfileProperties(own, setProperties)
  const left = omissions.length > 0 && { omissions }
  const message = { kind: 'event', metric, time, key, profile, properties, ...worth, ...left } as const
  return {
    identity: { ...identity, ...describePerson(profile, parts) },
    message,
    ...(state && { person: state }),
    ...(names.length > 0 && { setProperties: names }),
  }
}

const withProfileProperties = (profile: Profile, added: JsonObject): Profile => ({
  ...profile,
  properties: { ...(isObject(profile.properties) ? profile.properties : {}), ...added },
})

/** One object, so that it is logged once. */
const BEHIND_LIVE = new Fault(
  'transient',
  'delivery/behind-live',
  'the import leaves a recent event to the webhook of the same record that is being delivered, and checks again later',
)

/** The identity of an occurrence's event in the ledger, before its person is known. */
export function toEventIdentity(
  { mapping, key, ms, contacts: [contact], history = false }: Candidate,
  context: DeliveryContext,
  parts: MapParts,
) {
  const lane = history ? 'backfill' : chooseLane(ms, context, parts)
  return { metric: mapping.metric, lane, key, time: toIsoUtc(ms), ...(contact && { contact }) }
}

/** An old event is sent as history, which starts no flow: a flow three days late is worse than none. */
function chooseLane(ms: number, { lane, now }: DeliveryContext, { spec, forDisplay }: MapParts): Lane {
  return !forDisplay && now - ms > spec.delivery.liveWindow ? 'backfill' : lane
}
