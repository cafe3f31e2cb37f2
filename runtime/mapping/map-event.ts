/** Maps one occurrence to one event, or to the named reason to skip it. */
import type { Bindings, Expression } from '../expression/expression.ts'
import { parseTime, toIsoUtc } from '../lib/iso-time.ts'
import { asArray, asId, isObject } from '../lib/json.ts'
import { type MaybePromise, mapMaybe } from '../lib/maybe-promise.ts'
import { Fault } from '../ports/fault.ts'
import type { Json, JsonObject, MetricEvent } from '../ports/types.ts'
import type { Mapping, Property } from '../spec/spec.ts'
import type { MappingPlan } from './compile-plan.ts'
import { awaitIdentity, findPerson, ownId } from './find-person.ts'
import { hashEmail, hasIdentifier } from './map-profile.ts'
import type { Occurrence } from './occurrences.ts'
import { SkipSignal } from './property-values.ts'
import { findSkipReason, findWindowSkip } from './skip-rules.ts'
import type { DeliveryContext, EventIdentity, MapParts, MapResult } from './types.ts'

/** Maps one occurrence. Throws a `Fault` for an expression that fails: an event is sent whole or not at all. */
export async function mapEvent(
  mapping: Mapping,
  { item, bindings }: Occurrence,
  context: DeliveryContext,
  parts: MapParts,
): Promise<MapResult<MetricEvent>> {
  const plan = parts.plan.planOf(mapping)
  // Here and below: awaiting a value that is no promise costs more than the check.
  const identified = identifyOccurrence(plan, item, bindings, context.workspace)
  const { key, ms, contacts } = identified instanceof Promise ? await identified : identified
  const time = toIsoUtc(ms)
  const lane = isHistory(ms, bindings) && !parts.forDisplay ? 'backfill' : context.lane
  const [firstContact] = contacts
  const named: EventIdentity = {
    metric: mapping.metric,
    lane,
    key,
    time,
    ...(firstContact && { contact: firstContact }),
  }

  // In the order of their cost: rules without lookups before anything is fetched.
  const reason = findWindowSkip(ms, context.run) ?? (await findSkipReason(plan.earlySkips, item, bindings))
  if (reason !== undefined) return { identity: named, skipped: reason }
  if (firstContact === undefined) return { identity: named, skipped: 'no-contact' }
  if (await parts.wasDelivered(key)) return { identity: named, skipped: 'already-delivered' }

  const request = { plan: plan.lookups[lane], item, bindings, lane, lookups: parts.lookups }
  const { contact, bound, person, wait } = await findPerson(contacts, request, context)
  const identity = { ...named, contact }
  if (wait !== undefined) return { identity, wait }
  if (person === undefined) return { identity, skipped: 'contact-not-found' }
  const lateReason = await findSkipReason(plan.lateSkips, item, bound)
  if (lateReason !== undefined) return { identity, skipped: lateReason }
  const evaluated = parts.plan.profile.evaluate[lane](person, bound)
  const profile = evaluated instanceof Promise ? await evaluated : evaluated
  if (!parts.forDisplay && !hasIdentifier(profile, parts.spec)) {
    const identityWait = awaitIdentity(ms, parts.spec, context)
    if (identityWait === undefined) return { identity, skipped: 'no-identity' }
    return { identity: { ...identity, contact: (await ownId(person, parts.spec)) ?? contact }, wait: identityWait }
  }

  const withPerson = { ...identity, ...hashEmail(profile) }
  try {
    const result = plan.properties(item, bound)
    const properties = result instanceof Promise ? await result : result
    const metric = parts.spec.destination.metricPrefix + mapping.metric
    return { identity: withPerson, message: { kind: 'event', metric, time, key, profile, properties } }
  } catch (error) {
    if (error instanceof SkipSignal) return { identity: withPerson, skipped: error.reason }
    throw error
  }
}

export interface OccurrenceIdentity {
  /** The idempotency key. */
  readonly key: string
  /** The time of the event, milliseconds since 1970. */
  readonly ms: number
  /** The ids of the contacts that may be its person, likeliest first. */
  readonly contacts: readonly string[]
}

/** Identifies the event of an occurrence. Throws, or rejects with, a data fault without a key or a time. */
export function identifyOccurrence(
  { mapping, key, identity }: MappingPlan,
  item: Json,
  bindings: Bindings,
  workspace: string,
): MaybePromise<OccurrenceIdentity> {
  return mapMaybe(identity(item, bindings), (values) => ({
    key: keyOf(key, values, mapping.metric, workspace),
    ms: parseTime(values.time) ?? throwNoTime(mapping),
    contacts: idsOf(values.contact),
  }))
}

function idsOf(contact: Json | undefined): readonly string[] {
  const ids = asArray(contact).flatMap((one) => asId(one) ?? [])
  return ids.length < 2 ? ids : [...new Set(ids)]
}

/**
 * A month. Conversations imported from another help desk keep their old dates and must not mail thousands of people;
 * a notification that is merely late is hours late.
 */
const HISTORY_AFTER = 30 * 86_400_000

/** Whether the event was long past when its notification was created. */
function isHistory(ms: number, { notification }: Bindings): boolean {
  const notifiedAt = isObject(notification) ? parseTime(notification.created_at) : undefined
  return notifiedAt !== undefined && notifiedAt - ms > HISTORY_AFTER
}

/** Workspace first: a source's ids are unique only within one. */
function keyOf(parts: readonly Property[], values: JsonObject, metric: string, workspace: string): string {
  let key = workspace
  for (const { name, expr } of parts) {
    const part = asId(values[name]) ?? throwNoKey(expr, metric)
    key = key === '' ? part : `${key}:${part}`
  }
  return key
}

function throwNoKey({ text, place }: Expression, metric: string): never {
  const message = `part "${text}" of the key of ${metric} is missing, so the event could be counted twice`
  throw new Fault('data', 'mapping/no-key', message, { place })
}

/** Without a time the destination would record the time of receipt. */
function throwNoTime({ metric, time: { place } }: Mapping): never {
  throw new Fault('data', 'mapping/no-time', `the time of ${metric} is missing, or not a time`, { place })
}
