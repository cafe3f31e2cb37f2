/** One occurrence to one event, or to the named reason why there is none. */
import type { Bindings } from '../expression/expression.ts'
import { Fault } from '../fault.ts'
import type { Mapping, Spec } from '../spec/spec.ts'
import type { EventResult, Json, JsonObject, Lane, MetricEvent, Run } from '../types.ts'
import { text } from './envelope.ts'
import { hydrate } from './hydrate.ts'
import { type Lookups, list } from './lookups.ts'
import type { Occurrence } from './occurrences.ts'
import { CONTACT, type Plan } from './plan.ts'
import { identified, person, profileOf } from './profile.ts'
import { firstSkip, outside } from './skip.ts'
import { evaluateAll, moment, Skip } from './values.ts'

export interface MapParts {
  readonly spec: Spec
  readonly plan: Plan
  readonly lookups: Pick<Lookups, 'find'>
  /** Whether the destination has taken an event with this key before. */
  readonly delivered: (key: string) => Promise<boolean>
  /** A preview: people are shown whole, and also those who could not be identified. */
  readonly forTheEye?: boolean
}

/** What is known of an occurrence before it is sent; the ledger keeps it. */
export type Named = Pick<EventResult, 'metric' | 'lane' | 'key' | 'time' | 'contact' | 'person'>

/** A message and its name in the ledger, or the reason why there is none. */
export type Mapped<M> =
  | { readonly named: Named; readonly message: M }
  | { readonly named: Named; readonly skipped: string }

/** How a record's events are to be sent, and for which run. */
export interface How {
  readonly lane: Lane
  readonly workspace: string
  readonly run?: Run
}

/** Maps one occurrence. Throws a `Fault` for an expression that fails: there are no half events. */
export async function mapEvent(
  mapping: Mapping,
  { item, bindings }: Occurrence,
  how: How,
  parts: MapParts,
): Promise<Mapped<MetricEvent>> {
  const key = await keyOf(mapping, item, bindings, how.workspace)
  const ms = await timeOf(mapping, item, bindings)
  const time = new Date(ms).toISOString()
  const lane = isHistory(ms, bindings) && !parts.forTheEye ? 'backfill' : how.lane
  const contact = text(list(await mapping.contact.evaluate(item, bindings))[0])
  const named: Named = { metric: mapping.metric, lane, key, time, ...(contact && { contact }) }

  // In the order of their cost: what needs nothing fetched is asked before anything is fetched.
  const { early, late, wanted } = parts.plan.of(mapping)
  const reason = outside(ms, how.run) ?? (await firstSkip(early, item, bindings))
  if (reason !== undefined) return { named, skipped: reason }
  if (contact === undefined) return { named, skipped: 'no-contact' }
  if (await parts.delivered(key)) return { named, skipped: 'already-delivered' }

  const bound = await hydrate({ wanted: wanted[lane], item, bindings, contact, lane, find: parts.lookups.find })
  const found = bound[CONTACT]
  if (found === undefined) return { named, skipped: 'contact-not-found' }
  const lateReason = await firstSkip(late, item, bound)
  if (lateReason !== undefined) return { named, skipped: lateReason }
  const profile = await profileOf(found, bound, lane, parts)
  if (!parts.forTheEye && !identified(profile, parts.spec)) return { named, skipped: 'no-identity' }

  const known = { ...named, ...person(profile) }
  try {
    const properties = await evaluateAll(mapping.properties, item, bound)
    const metric = parts.spec.destination.metricPrefix + mapping.metric
    return { named: known, message: { kind: 'event', metric, time, key, profile, properties } }
  } catch (error) {
    if (error instanceof Skip) return { named: known, skipped: error.reason }
    throw error
  }
}

/**
 * A month. What was moved here from another help desk keeps its old date, and must not mail thousands; a
 * notification that is merely late is hours late.
 */
const LONG_PAST = 30 * 86_400_000

/** Whether a notification tells of something long past. */
function isHistory(ms: number, { notification }: Bindings): boolean {
  const told = isObject(notification) ? moment(notification.created_at) : undefined
  return told !== undefined && told - ms > LONG_PAST
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Workspace first: a source's ids are unique only within one. */
async function keyOf(mapping: Mapping, item: Json, bindings: Bindings, workspace: string): Promise<string> {
  const values = workspace === '' ? [] : [workspace]
  for (const part of mapping.key) {
    const value = text(await part.evaluate(item, bindings))
    if (value === undefined) {
      const message = `part "${part.text}" of the key of ${mapping.metric} is missing, so the event could be counted twice`
      throw new Fault('data', 'mapping/no-key', message, { place: part.place })
    }
    values.push(value)
  }
  return values.join(':')
}

/** Milliseconds. Without a time the destination would take the moment of receipt for it. */
async function timeOf(mapping: Mapping, item: Json, bindings: Bindings): Promise<number> {
  const time = moment(await mapping.time.evaluate(item, bindings))
  if (time !== undefined) return time
  const message = `the time of ${mapping.metric} is missing, or is no time`
  throw new Fault('data', 'mapping/no-time', message, { place: mapping.time.place })
}
