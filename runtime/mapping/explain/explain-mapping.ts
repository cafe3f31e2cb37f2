/** Explains what a mapping makes of a record: its occurrences, and of each what is sent or why nothing is. */

import type { Bindings, Expression } from '../../expression/expression.ts'
import { withStepBudget } from '../../expression/step-budget.ts'
import { asArray } from '../../lib/json.ts'
import type { Json } from '../../ports/types.ts'
import type { Mapping, Property } from '../../spec/spec.ts'
import type { Candidate } from '../candidates.ts'
import { CONTACT, hydrate } from '../hydrate.ts'
import { toEventIdentity } from '../map-event.ts'
import { type MappedOccurrence, mapCandidate } from '../map-events.ts'
import { hasIdentifier } from '../map-profile.ts'
import { checkOccurrences, identifyOccurrence } from '../occurrences.ts'
import { isMissing } from '../property-values.ts'
import { isTruthy } from '../skip-rules.ts'
import type { DeliveryContext, MapParts } from '../types.ts'
import { explainLookups, type LookupReading, type LookupsToExplain } from './explain-lookups.ts'
import { explainProperties, type PropertyExplanation } from './explain-properties.ts'
import {
  type ExpressionReading,
  type FaultReading,
  readCondition,
  readExpression,
  toFaultReading,
} from './read-expression.ts'

export interface MappingExplanation {
  /** `Profile` for the profile that the record updates. */
  readonly metric: string
  readonly file: string
  readonly disabled?: true
  /** Absent: the resource is the only occurrence. */
  readonly each?: ExpressionReading
  readonly occurrences: readonly OccurrenceExplanation[]
}

export interface OccurrenceExplanation {
  readonly status: 'sent' | 'skipped' | 'when-false' | 'failed'
  readonly time?: string
  readonly key?: string
  /** The skip reason. */
  readonly reason?: string
  /** The rule that skips it, the condition that is false, or the time, key or contact that fails. */
  readonly rule?: ExpressionReading
  readonly fault?: FaultReading
  readonly lookups?: readonly LookupReading[]
  readonly properties?: readonly PropertyExplanation[]
  readonly profile?: readonly PropertyExplanation[]
}

export interface ExplainedItem {
  readonly item: Json
  readonly bindings: Bindings
}

export interface ExplainOptions {
  readonly context: DeliveryContext
  /** The properties to explain. Absent: none. */
  readonly selects?: (name: string) => boolean
  /** The events to explain them of, by metric and key. Absent: all. */
  readonly includes?: (metric: string, key: string) => boolean
  readonly isCollected?: LookupsToExplain['isCollected']
}

export async function explainMapping(
  mapping: Mapping,
  { item, bindings }: ExplainedItem,
  options: ExplainOptions,
  parts: MapParts,
): Promise<MappingExplanation> {
  const { metric, file } = mapping
  const each = mapping.each && (await readExpression(mapping.each, item, bindings))
  const base = { metric, file, ...(each && { each: withoutValue(each) }) }
  const values = each === undefined ? [undefined] : asArray(each.value)
  const { workspace, notification } = bindings
  const occurrences: OccurrenceExplanation[] = []
  if (each?.fault !== undefined) return { ...base, occurrences: [{ status: 'failed', fault: each.fault }] }
  try {
    checkOccurrences(values.length, mapping)
  } catch (error) {
    return { ...base, occurrences: [{ status: 'failed', fault: toFaultReading(error) }] }
  }
  for (const [position, part] of values.entries()) {
    const own = part === undefined ? bindings : { workspace, notification, part }
    const place = { item, bindings: withStepBudget(own), position, newest: position === values.length - 1 }
    occurrences.push(await explainOccurrence({ mapping, ...place }, options, parts))
  }
  return { ...base, occurrences }
}

/** That of `each` is the list of occurrences. */
const withoutValue = ({ value: _, ...reading }: ExpressionReading): ExpressionReading => reading

type Occurrence = Pick<Candidate, 'mapping' | 'item' | 'bindings' | 'position' | 'newest'>

async function explainOccurrence(
  occurrence: Occurrence,
  { context, selects, includes, isCollected }: ExplainOptions,
  parts: MapParts,
): Promise<OccurrenceExplanation> {
  const { mapping, item, bindings } = occurrence
  const when = mapping.when && (await readCondition(mapping.when, item, bindings))
  if (when?.fault !== undefined) return { status: 'failed', fault: when.fault }
  if (when !== undefined && !isTruthy(when.value)) return { status: 'when-false', rule: when }
  try {
    const plan = parts.plan.planOf(mapping)
    const identity = await identifyOccurrence(plan, item, bindings, context.workspace)
    const candidate = { ...occurrence, ...identity }
    const mapped = await mapCandidate(candidate, context, parts)
    const { contact = identity.contacts[0] } = mapped.identity
    const request = { plan: plan.lookups.live, item, bindings, lane: 'live', lookups: parts.lookups } as const
    const bound = await hydrate({ ...request, ...(contact !== undefined && { contact }) })
    const { time } = toEventIdentity(candidate, context, parts)
    const isIncluded = includes?.(mapping.metric, identity.key) ?? true
    return {
      ...(await explainResult(mapped, candidate, bound, parts)),
      time,
      key: identity.key,
      ...(selects && isIncluded && (await explainParts(candidate, bound, { selects, isCollected, parts }))),
    }
  } catch (error) {
    const fault = toFaultReading(error)
    const source = [mapping.time, ...mapping.key, mapping.contact].find(({ place }) => place === fault.place)
    return { status: 'failed', fault, ...(source && { rule: await readExpression(source, item, bindings) }) }
  }
}

async function explainResult(
  mapped: MappedOccurrence,
  { mapping, item, bindings }: Candidate,
  bound: Bindings,
  parts: MapParts,
): Promise<Pick<OccurrenceExplanation, 'status' | 'reason' | 'rule' | 'fault'>> {
  if ('fault' in mapped) return { status: 'failed', fault: toFaultReading(mapped.fault) }
  const reason = 'skipped' in mapped ? mapped.skipped : 'wait' in mapped ? mapped.wait.reason : undefined
  if (reason === undefined) {
    // A preview shows the event all the same.
    const isIdentified =
      mapping.isAnonymous === true || !('message' in mapped) || hasIdentifier(mapped.message.profile, parts.spec)
    return isIdentified ? { status: 'sent' } : { status: 'skipped', reason: 'awaiting-identity' }
  }
  const exclusions = (parts.spec.people.exclude?.rules ?? []).map((rule) => ({ reason: rule.reason, when: rule.expr }))
  const rules = [
    ...(await holding(mapping.skip, reason, { item, bindings: bound })),
    ...(await holding(exclusions, reason, { item: bound[CONTACT] ?? null, bindings: bound })),
    ...(reason === 'no-contact' || reason === 'contact-not-found'
      ? [await readExpression(mapping.contact, item, bindings)]
      : []),
    ...(await findMissing(mapping, reason, { item, bindings: bound })),
  ]
  return { status: 'skipped', reason, ...(rules[0] && { rule: rules[0] }) }
}

/** The rules that give a reason, those that hold first. */
export async function holding(
  rules: readonly { readonly reason: string; readonly when: Expression }[],
  reason: string,
  { item, bindings }: ExplainedItem,
): Promise<readonly ExpressionReading[]> {
  const named = rules.filter((rule) => rule.reason === reason)
  const readings = await Promise.all(named.map(({ when }) => readCondition(when, item, bindings)))
  return readings.filter(({ value }) => isTruthy(value))
}

/** The properties whose absence skips the event for a reason. */
async function findMissing(
  { properties }: Mapping,
  reason: string,
  { item, bindings }: ExplainedItem,
): Promise<readonly ExpressionReading[]> {
  const named = properties.filter(({ whenMissing: rule }) => rule.action === 'skip' && rule.reason === reason)
  const readings = await Promise.all(named.map(({ expr }) => readExpression(expr, item, bindings)))
  return readings.filter(({ value }) => isMissing(value))
}

interface PartsToExplain extends Pick<ExplainOptions, 'isCollected'> {
  readonly selects: (name: string) => boolean
  readonly parts: MapParts
}

/** Lookups, properties and the profile that goes with the event. */
async function explainParts(
  { mapping, item, bindings }: Candidate,
  bound: Bindings,
  { selects, isCollected, parts: { spec, plan } }: PartsToExplain,
): Promise<Pick<OccurrenceExplanation, 'lookups' | 'properties' | 'profile'>> {
  const select = (properties: readonly Property[]) => properties.filter(({ name }) => selects(name))
  const contact = { expr: mapping.contact, bindings }
  const { lookups } = plan.planOf(mapping).lookups.live
  const values = { item, bound, lookups: new Set(lookups.map(({ name }) => name)) }
  const person = bound[CONTACT]
  const own = await explainProperties(select([...mapping.properties, ...listWorth(mapping)]), values)
  const set = await explainProperties(select(mapping.profileProperties), values)
  const { attributes, properties } = spec.profile
  const ofPerson = select([...attributes, ...properties])
  return {
    lookups: await explainLookups({ lookups, item, bound, contact, isCollected }),
    properties: own,
    profile: [...(person === undefined ? [] : await explainProperties(ofPerson, { ...values, item: person })), ...set],
  }
}

/** `value` and `currency`. */
export function listWorth({ value, currency }: Pick<Mapping, 'value' | 'currency'>): readonly Property[] {
  const rows = Object.entries({ value, currency })
  return rows.flatMap(([name, expr]) => (expr ? [{ name, expr, whenMissing: { action: 'omit' } }] : []))
}
