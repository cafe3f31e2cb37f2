/** The names that a spec itself gives to what it sends, which are no one's data: a destination may quote them in a refusal. */
import type { Property, Spec } from './spec.ts'

type SpecParts = Pick<Spec, 'mappings' | 'profile' | 'destination'>

/** Of metrics, of their properties, and of the attributes and properties of the profile. Without members of spread properties. */
export function messageNames({ mappings, profile, destination }: SpecParts): ReadonlySet<string> {
  const metrics = mappings.map(({ metric }) => destination.metricPrefix + metric)
  const properties = mappings.flatMap((mapping) => [...mapping.properties, ...mapping.profileProperties])
  return new Set([...metrics, ...[...properties, ...profile.attributes, ...profile.properties].flatMap(nameOf)])
}

/** The source names the members of a spread property. */
const nameOf = ({ name, isSpread }: Property): readonly string[] => (isSpread ? [] : [name])
