/** The events hidden in one record: which parts of the resource a mapping is about. */
import type { Bindings } from '../expression/expression.ts'
import type { Mapping } from '../spec/spec.ts'
import type { Json } from '../types.ts'
import { list } from './lookups.ts'
import { truthy } from './skip.ts'

/** The resource, and what its expressions may name. */
export interface Occurrence {
  readonly item: Json
  readonly bindings: Bindings
}

/**
 * All occurrences of a mapping in a resource.
 *
 * `pick: last` holds for webhooks alone and comes before `when`: a notification
 * tells of its newest part, so an older one that would match is not news.
 */
export async function occurrences(
  mapping: Mapping,
  item: Json,
  bindings: Bindings,
  webhook: boolean,
): Promise<readonly Occurrence[]> {
  const parts = mapping.each ? list(await mapping.each.evaluate(item, bindings)) : [undefined]
  const picked = webhook && mapping.pick === 'last' ? parts.slice(-1) : parts
  const found: Occurrence[] = []
  for (const part of picked) {
    const bound = part === undefined ? bindings : { ...bindings, part }
    if (mapping.when && !truthy(await mapping.when.evaluate(item, bound))) continue
    found.push({ item, bindings: bound })
  }
  return found
}
