/** One occurrence to one event, or to the named reason why there is none. */
import type { Bindings, Expression } from '../expression/expression.ts'
import { parseTime, toIsoUtc } from '../lib/iso-time.ts'
import { asArray, asId, isObject } from '../lib/json.ts'
import { type MaybePromise, mapMaybe } from '../lib/maybe-promise.ts'
import { Fault } from '../ports/fault.ts'
import type { Json, JsonObject, MetricEvent } from '../ports/types.ts'
import type { Mapping, Property } from '../spec/spec.ts'
import type { MappingPlan } from './compile-plan.ts'
import { CONTACT, hydrate } from './hydrate.ts'
import { emailHashOf, hasIdentifier } from './map-profile.ts'
import type { Occurrence } from './occurrences.ts'
import { SkipSignal } from './property-values.ts'
import { firstSkip, outsideWindow } from './skip-rules.ts'
import type { DeliveryContext, EventIdentity, MapParts, MapResult } from './types.ts'

/** Maps one occurrence. Throws a `Fault` for an expression that fails: there are no half events. */
export async function mapEvent(
  mapping: Mapping,
  { item, bindings }: Occurrence,
  how: DeliveryContext,
  parts: MapParts,
): Promise<MapResult<MetricEvent>> {
  const plan = parts.plan.of(mapping)
  // Here and below: to wait for what is there already costs more than to look.
  const told = identityOf(plan, item, bindings, how.workspace)
  const { key, ms, contact } = told instanceof Promise ? await told : told
  const time = toIsoUtc(ms)
  const lane = isHistory(ms, bindings) && !parts.forDisplay ? 'backfill' : how.lane
  const named: EventIdentity = { metric: mapping.metric, lane, key, time, ...(contact && { contact }) }

  // In the order of their cost: what needs nothing fetched is asked before anything is fetched.
  const reason = outsideWindow(ms, how.run) ?? (await firstSkip(plan.early, item, bindings))
  if (reason !== undefined) return { named, skipped: reason }
  if (contact === undefined) return { named, skipped: 'no-contact' }
  if (await parts.delivered(key)) return { named, skipped: 'already-delivered' }

  const bound = await hydrate({ wanted: plan.wanted[lane], item, bindings, contact, lane, find: parts.lookups.find })
  const found = bound[CONTACT]
  if (found === undefined) return { named, skipped: 'contact-not-found' }
  const lateReason = await firstSkip(plan.late, item, bound)
  if (lateReason !== undefined) return { named, skipped: lateReason }
  const person = parts.plan.profile.evaluate[lane](found, bound)
  const profile = person instanceof Promise ? await person : person
  if (!parts.forDisplay && !hasIdentifier(profile, parts.spec)) return { named, skipped: 'no-identity' }

  const known = { ...named, ...emailHashOf(profile) }
  try {
    const given = plan.properties(item, bound)
    const properties = given instanceof Promise ? await given : given
    const metric = parts.spec.destination.metricPrefix + mapping.metric
    return { named: known, message: { kind: 'event', metric, time, key, profile, properties } }
  } catch (error) {
    if (error instanceof SkipSignal) return { named: known, skipped: error.reason }
    throw error
  }
}

export interface Identity {
  /** The idempotency key. */
  readonly key: string
  /** When it happened, milliseconds since 1970. */
  readonly ms: number
  readonly contact: string | undefined
}

/** Which event an occurrence is. Throws, or rejects with, a data fault if it does not say. */
export function identityOf(
  { mapping, key, identity }: MappingPlan,
  item: Json,
  bindings: Bindings,
  workspace: string,
): MaybePromise<Identity> {
  return mapMaybe(identity(item, bindings), (told) => ({
    key: keyOf(key, told, mapping.metric, workspace),
    ms: parseTime(told.time) ?? noTime(mapping),
    contact: asId(asArray(told.contact)[0]),
  }))
}

/**
 * A month. What was moved here from another help desk keeps its old date, and must not mail thousands; a
 * notification that is merely late is hours late.
 */
const LONG_PAST = 30 * 86_400_000

/** Whether a notification tells of something long past. */
function isHistory(ms: number, { notification }: Bindings): boolean {
  const told = isObject(notification) ? parseTime(notification.created_at) : undefined
  return told !== undefined && told - ms > LONG_PAST
}

/** Workspace first: a source's ids are unique only within one. */
function keyOf(parts: readonly Property[], told: JsonObject, metric: string, workspace: string): string {
  let whole = workspace
  for (const { name, expr } of parts) {
    const part = asId(told[name]) ?? noKey(expr, metric)
    whole = whole === '' ? part : `${whole}:${part}`
  }
  return whole
}

function noKey({ text, place }: Expression, metric: string): never {
  const message = `part "${text}" of the key of ${metric} is missing, so the event could be counted twice`
  throw new Fault('data', 'mapping/no-key', message, { place })
}

/** Without a time the destination would take the moment of receipt for it. */
function noTime({ metric, time: { place } }: Mapping): never {
  throw new Fault('data', 'mapping/no-time', `the time of ${metric} is missing, or is no time`, { place })
}
