/** The form of a profile: attributes with a dot in their names nest, and events may set properties. */
import type { Catalog, CatalogProperty } from './types.ts'

/** By the name before the dot. */
export function groupAttributes(
  attributes: readonly CatalogProperty[],
): ReadonlyMap<string, readonly CatalogProperty[]> {
  const groups = new Map<string, CatalogProperty[]>()
  for (const attribute of attributes) {
    const [name = ''] = attribute.name.split('.', 1)
    groups.set(name, [...(groups.get(name) ?? []), attribute])
  }
  return groups
}

/** Those of the profile itself, then those that only some events set. */
export function collectProfileProperties({ profile, metrics }: Catalog): readonly CatalogProperty[] {
  const set = metrics.flatMap(({ profileProperties }) => profileProperties)
  const all = new Map(profile.properties.map((property) => [property.name, property]))
  for (const property of set)
    if (!all.has(property.name)) all.set(property.name, { ...property, isAlwaysPresent: false })
  return [...all.values()]
}
