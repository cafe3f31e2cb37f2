/** Fetches the full resource where the stream gives only a part, if it may hold something new. */
import { parseTime } from '../lib/iso-time.ts'
import { asId, isObject } from '../lib/json.ts'
import type { Json } from '../ports/types.ts'
import type { Mapping, ResourceSpec, StreamSpec } from '../spec/spec.ts'
import type { ReconcileParts } from './types.ts'

interface ChangedItem {
  readonly stream: StreamSpec
  readonly resource: ResourceSpec
  /** Start of the window, milliseconds since 1970. */
  readonly since: number
}

/**
 * The full resource, if a mapping needs it and its newest occurrence lies in the window. A known newest occurrence would
 * not do: one before it may be the one whose webhook was lost.
 */
export async function fetchFullIfNew(
  item: Json,
  { stream, resource, since }: ChangedItem,
  { spec, lookups }: ReconcileParts,
): Promise<Json> {
  for (const mapping of spec.mappings) {
    const { name, fetchFull = '' } = mapping.stream ?? {}
    const lookup = name === stream.name ? spec.lookups.get(fetchFull) : undefined
    const id = lookup && asId(await resource.id.evaluate(item))
    if (lookup === undefined || id === undefined || !(await mayBeNew(mapping, item, since))) continue
    const full = await lookups.find(lookup, id, 'backfill')
    return isObject(full) ? full : item
  }
  return item
}

async function mayBeNew({ stream }: Mapping, item: Json, since: number): Promise<boolean> {
  if (stream?.newest === undefined) return true
  const newest = parseTime((await stream.newest.evaluate(item)) ?? null)
  return newest !== undefined && newest >= since
}
