/** Names of files and types for metrics, whose own names may hold anything. */
import { capitalize } from '../lib/format.ts'
import type { Catalog, CatalogMetric } from './types.ts'

/** `rated-conversation`. */
export const nameFiles = (catalog: Catalog): ReadonlyMap<CatalogMetric, string> =>
  nameAll(catalog, ['profile', 'readme'], (words) => words.join('-').toLowerCase() || 'metric', '-')

/** `RatedConversation`. */
export const nameTypes = (catalog: Catalog): ReadonlyMap<CatalogMetric, string> =>
  nameAll(catalog, ['Profile'], (words) => toIdentifier(words.map(capitalize).join('')), '')

/** `separator` stands before the number of a name that is taken. */
function nameAll(
  { metrics }: Catalog,
  reserved: readonly string[],
  createName: (words: readonly string[]) => string,
  separator: string,
): ReadonlyMap<CatalogMetric, string> {
  const taken = new Set(reserved.map((name) => name.toLowerCase()))
  const names = new Map<CatalogMetric, string>()
  for (const metric of metrics) {
    const name = createName(metric.name.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [])
    let unique = name
    // Case does not tell files apart on every disk.
    for (let count = 2; taken.has(unique.toLowerCase()); count++) unique = `${name}${separator}${count}`
    taken.add(unique.toLowerCase())
    names.set(metric, unique)
  }
  return names
}

const toIdentifier = (name: string): string => (/^[\p{L}]/u.test(name) ? name : `Metric${name}`)
