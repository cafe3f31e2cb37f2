/** The whole resource, for metrics whose stream gives only part of it. */
import { Fault } from '../fault.ts'
import type { Mapping } from '../spec/spec.ts'
import type { Json, Lane } from '../types.ts'
import type { DeliverParts, Received } from './deliver.ts'

/** The item itself where it is whole; otherwise one call. Undefined if the source no longer has it. */
export async function detailed(
  mapping: Mapping,
  open: Received,
  lane: Lane,
  parts: DeliverParts,
): Promise<Json | undefined> {
  const detail = open.record.stream === undefined ? undefined : mapping.stream?.detail
  if (detail === undefined) return open.item
  const lookup = parts.spec.lookups.get(detail)
  const id = open.record.refs[0]
  if (lookup === undefined || id === undefined)
    throw new Fault('bug', 'bug/detail', `no lookup ${detail} for a record of ${mapping.metric}`)
  return parts.lookups.find(lookup, id, lane)
}
