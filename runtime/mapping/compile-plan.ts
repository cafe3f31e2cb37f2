/** What each mapping needs fetched, worked out once when the connector is assembled. */
import type { Expression } from '../expression/expression.ts'
import type { Lane } from '../ports/types.ts'
import { collectLookups } from '../spec/compile/lookups.ts'
import type { LookupSpec, Mapping, Property, SkipRule, Spec } from '../spec/spec.ts'
import { CONTACT, type LookupPlan, lookupPlan } from './hydrate.ts'
import { type EvaluateProperties, nested, propertyEvaluator } from './property-values.ts'

export interface MappingPlan {
  readonly mapping: Mapping
  readonly key: readonly Property[]
  /** What says which event it is: the parts of the key, the time, the contact. */
  readonly identity: EvaluateProperties
  readonly properties: EvaluateProperties
  /** Skip rules that need nothing fetched, asked first. */
  readonly early: readonly SkipRule[]
  readonly late: readonly SkipRule[]
  readonly wanted: Readonly<Record<Lane, LookupPlan>>
}

export interface ProfilePlan {
  readonly evaluate: Readonly<Record<Lane, EvaluateProperties>>
  readonly wanted: LookupPlan
}

export interface CompiledPlan {
  readonly of: (mapping: Mapping) => MappingPlan
  readonly profile: ProfilePlan
}

const made = new WeakMap<Spec, CompiledPlan>()

/** Of one spec always the same: tenants that share it share the code made for it, which is fast once it is used much. */
export function compilePlan(spec: Spec): CompiledPlan {
  const known = made.get(spec)
  if (known !== undefined) return known
  const fresh = buildPlan(spec)
  made.set(spec, fresh)
  return fresh
}

function buildPlan(spec: Spec): CompiledPlan {
  const plans = new Map(spec.mappings.map((mapping) => [mapping, mappingPlan(mapping, spec)]))
  return { profile: profilePlan(spec), of: (mapping) => plans.get(mapping) ?? mappingPlan(mapping, spec) }
}

/** In lane `backfill` identifiers only: an old event must not overwrite today's attributes. */
function profileProperties({ profile }: Spec, lane: Lane): readonly Property[] {
  const { attributes, identifiers, properties } = profile
  return lane === 'live' ? [...attributes, ...properties] : attributes.filter(({ name }) => identifiers.includes(name))
}

function profilePlan(spec: Spec): ProfilePlan {
  const own = new Set(spec.profile.properties)
  const evaluate = (lane: Lane) =>
    propertyEvaluator(profileProperties(spec, lane), (one) => (own.has(one) ? ['properties', one.name] : nested(one)))
  return {
    evaluate: { live: evaluate('live'), backfill: evaluate('backfill') },
    wanted: lookupPlan(needs(spec, expressions(profileProperties(spec, 'live')))),
  }
}

function mappingPlan(mapping: Mapping, spec: Spec): MappingPlan {
  const early = mapping.skip.filter(({ when }) => needs(spec, [when]).length === 0)
  const own = [...expressions(mapping.properties), ...mapping.skip.map(({ when }) => when)]
  const wanted = (lane: Lane) =>
    lookupPlan(needs(spec, [...own, ...expressions(profileProperties(spec, lane))], [CONTACT]))
  const named = (name: string, expr: Expression): Property => ({ name, expr, whenMissing: { action: 'omit' } })
  const key = mapping.key.map((expr, i) => named(`key ${i}`, expr))
  return {
    mapping,
    key,
    identity: propertyEvaluator([...key, named('time', mapping.time), named('contact', mapping.contact)]),
    properties: propertyEvaluator(mapping.properties),
    early,
    late: mapping.skip.filter((rule) => !early.includes(rule)),
    wanted: { live: wanted('live'), backfill: wanted('backfill') },
  }
}

const expressions = (properties: readonly Property[]): Expression[] => properties.map(({ expr }) => expr)

function needs(spec: Spec, named: readonly Expression[], always: readonly string[] = []): readonly LookupSpec[] {
  return collectLookups(named, spec.lookups, always).flatMap((name) => spec.lookups.get(name) ?? [])
}
