/** What each mapping needs fetched, worked out once when the connector is assembled. */
import type { Expression } from '../expression/expression.ts'
import { neededLookups } from '../spec/compile-lookups.ts'
import type { LookupSpec, Mapping, Property, SkipRule, Spec } from '../spec/spec.ts'
import type { Lane } from '../types.ts'

/** The lookup that says whose event it is. Its key is the mapping's `contact`. */
export const CONTACT = 'contact'

export interface MappingPlan {
  /** Skip rules that need nothing fetched, asked first. */
  readonly early: readonly SkipRule[]
  readonly late: readonly SkipRule[]
  readonly wanted: Readonly<Record<Lane, readonly LookupSpec[]>>
}

export interface ProfilePlan {
  /** In lane `backfill` identifiers only: an old event must not overwrite today's attributes. */
  readonly attributes: Readonly<Record<Lane, readonly Property[]>>
  readonly wanted: readonly LookupSpec[]
}

export interface Plan {
  readonly of: (mapping: Mapping) => MappingPlan
  readonly profile: ProfilePlan
}

export function plan(spec: Spec): Plan {
  const profile = profilePlan(spec)
  const plans = new Map(spec.mappings.map((mapping) => [mapping, mappingPlan(mapping, profile, spec)]))
  return { profile, of: (mapping) => plans.get(mapping) ?? mappingPlan(mapping, profile, spec) }
}

function profilePlan(spec: Spec): ProfilePlan {
  const { attributes, identifiers, properties } = spec.profile
  const identifying = attributes.filter(({ name }) => identifiers.includes(name))
  return {
    attributes: { live: attributes, backfill: identifying },
    wanted: needs(spec, expressions([...attributes, ...properties])),
  }
}

function mappingPlan(mapping: Mapping, profile: ProfilePlan, spec: Spec): MappingPlan {
  const early = mapping.skip.filter(({ when }) => needs(spec, [when]).length === 0)
  const own = [...expressions(mapping.properties), ...mapping.skip.map(({ when }) => when)]
  const wanted = (lane: Lane, properties: readonly Property[]) =>
    needs(spec, [...own, ...expressions([...profile.attributes[lane], ...properties])], [CONTACT])
  return {
    early,
    late: mapping.skip.filter((rule) => !early.includes(rule)),
    wanted: { live: wanted('live', spec.profile.properties), backfill: wanted('backfill', []) },
  }
}

const expressions = (properties: readonly Property[]): Expression[] => properties.map(({ expr }) => expr)

function needs(spec: Spec, named: readonly Expression[], always: readonly string[] = []): readonly LookupSpec[] {
  return neededLookups(named, spec.lookups, always).flatMap((name) => spec.lookups.get(name) ?? [])
}
