/** Compiles each mapping once: its evaluators, and the lookups it needs. */
import type { Expression } from '../expression/expression.ts'
import type { Lane } from '../ports/types.ts'
import { collectLookups } from '../spec/compile/lookups.ts'
import type { LookupSpec, Mapping, Property, SkipRule, Spec } from '../spec/spec.ts'
import { CONTACT, type LookupPlan, planLookups } from './hydrate.ts'
import { addSpreads, createPropertyEvaluator, type EvaluateProperties, toMemberName } from './property-values.ts'

export interface MappingPlan {
  readonly mapping: Mapping
  readonly key: readonly Property[]
  /** The parts of the key, the time, the contact. */
  readonly identity: EvaluateProperties
  readonly properties: EvaluateProperties
  /** Profile properties that a live event sets. Absent: none. */
  readonly profileProperties?: EvaluateProperties
  /** `value` and `currency`. Absent: the mapping has none. */
  readonly revenue?: EvaluateProperties
  /** Skip rules without lookups, evaluated first. */
  readonly earlySkips: readonly SkipRule[]
  readonly lateSkips: readonly SkipRule[]
  readonly lookups: Readonly<Record<Lane, LookupPlan>>
}

export interface ProfilePlan {
  readonly evaluate: Readonly<Record<Lane, EvaluateProperties>>
  readonly lookups: LookupPlan
}

export interface CompiledPlan {
  readonly planOf: (mapping: Mapping) => MappingPlan
  readonly profile: ProfilePlan
}

const compiled = new WeakMap<Spec, CompiledPlan>()

/** The same plan for the same spec: tenants that share a spec share its code, which is fast once it is hot. */
export function compilePlan(spec: Spec): CompiledPlan {
  const known = compiled.get(spec)
  if (known !== undefined) return known
  const fresh = buildPlan(spec)
  compiled.set(spec, fresh)
  return fresh
}

function buildPlan(spec: Spec): CompiledPlan {
  const plans = new Map(spec.mappings.map((mapping) => [mapping, planMapping(mapping, spec)]))
  return { profile: planProfile(spec), planOf: (mapping) => plans.get(mapping) ?? planMapping(mapping, spec) }
}

/** In lane `backfill` identifiers only: an old event must not overwrite today's attributes. */
function profileProperties({ profile }: Spec, lane: Lane): readonly Property[] {
  const { attributes, identifiers, properties } = profile
  return lane === 'live' ? [...attributes, ...properties] : attributes.filter(({ name }) => identifiers.includes(name))
}

function planProfile(spec: Spec): ProfilePlan {
  const own = new Set(spec.profile.properties)
  const evaluate = (lane: Lane) => {
    const [single, spreads] = separateSpreads(profileProperties(spec, lane))
    const evaluateSingle = createPropertyEvaluator(single, (one) =>
      own.has(one) ? ['properties', one.name] : toMemberName(one),
    )
    const names = single.flatMap((one) => (own.has(one) ? one.name : []))
    const ownNames = [...names, ...spec.mappings.flatMap((one) => one.profileProperties.map(({ name }) => name))]
    const { reservedPrefix } = spec.destination
    return addSpreads(evaluateSingle, spreads, {
      ownNames,
      reservedPrefix,
      path: 'profile.properties',
      head: 'properties',
    })
  }
  return {
    evaluate: { live: evaluate('live'), backfill: evaluate('backfill') },
    lookups: planLookups(
      lookupsOf(spec, [...expressions(profileProperties(spec, 'live')), ...peopleExpressions(spec)]),
    ),
  }
}

function planMapping(mapping: Mapping, spec: Spec): MappingPlan {
  const earlySkips = mapping.skip.filter(({ when }) => lookupsOf(spec, [when]).length === 0)
  const revenue = revenueProperties(mapping)
  const { profileProperties: sets } = mapping
  const own = [...expressions([...mapping.properties, ...revenue]), ...mapping.skip.map(({ when }) => when)]
  const ofLane = (lane: Lane) => expressions([...profileProperties(spec, lane), ...(lane === 'live' ? sets : [])])
  const lookups = (lane: Lane) =>
    planLookups(lookupsOf(spec, [...own, ...ofLane(lane), ...peopleExpressions(spec)], [CONTACT]))
  const key = mapping.key.map((expr, i) => named(`key ${i}`, expr))
  return {
    mapping,
    key,
    identity: createPropertyEvaluator([
      ...key,
      named('time', mapping.time),
      ...(mapping.isAnonymous ? [] : [named('contact', mapping.contact)]),
    ]),
    properties: planProperties(mapping.properties, spec),
    ...(sets.length > 0 && { profileProperties: createPropertyEvaluator(sets) }),
    ...(revenue.length > 0 && { revenue: createPropertyEvaluator(revenue) }),
    earlySkips,
    lateSkips: mapping.skip.filter((rule) => !earlySkips.includes(rule)),
    lookups: { live: lookups('live'), backfill: lookups('backfill') },
  }
}

const named = (name: string, expr: Expression): Property => ({ name, expr, whenMissing: { action: 'omit' } })

function planProperties(
  properties: readonly Property[],
  { destination: { reservedPrefix } }: Spec,
): EvaluateProperties {
  const [single, spreads] = separateSpreads(properties)
  const ownNames = single.map(({ name }) => name)
  return addSpreads(createPropertyEvaluator(single), spreads, { ownNames, reservedPrefix, path: 'properties' })
}

const separateSpreads = (properties: readonly Property[]): readonly [single: Property[], spreads: Property[]] => [
  properties.filter(({ isSpread }) => !isSpread),
  properties.filter(({ isSpread }) => isSpread),
]

/** A currency that the record lacks is null: its value would be counted in another one. */
const revenueProperties = ({ value, currency }: Mapping): readonly Property[] => [
  ...(value ? [named('value', value)] : []),
  ...(currency ? [{ name: 'currency', expr: currency, whenMissing: { action: 'default', value: null } } as const] : []),
]

const expressions = (properties: readonly Property[]): Expression[] => properties.map(({ expr }) => expr)

/** Whom to send is decided alike for history and live. */
const peopleExpressions = ({ people }: Spec): Expression[] => people.exclude?.rules.map(({ expr }) => expr) ?? []

function lookupsOf(spec: Spec, named: readonly Expression[], always: readonly string[] = []): readonly LookupSpec[] {
  return collectLookups(named, spec.lookups, always).flatMap((name) => spec.lookups.get(name) ?? [])
}
