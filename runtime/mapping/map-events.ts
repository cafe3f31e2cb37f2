/** Maps the occurrences of a record that are still to be sent: each becomes a message, a skip reason or a fault. */
import type { Bindings } from '../expression/expression.ts'
import type { MaybePromise } from '../lib/maybe-promise.ts'
import { type Fault, toFault } from '../ports/fault.ts'
import type { Json, OutgoingMessage } from '../ports/types.ts'
import type { Mapping } from '../spec/spec.ts'
import { type Candidate, findCandidates, isRepeated, selectCandidates } from './candidates.ts'
import { mapEvent, toEventIdentity } from './map-event.ts'
import { checkOccurrences } from './occurrences.ts'
import type { DeliveryContext, EventIdentity, MapParts, MapResult } from './types.ts'

/** A mapped occurrence, or its fault, which does not affect the others. */
export type MappedOccurrence = MapResult<OutgoingMessage> | FailedMapping | MappedDeletion

interface MappedDeletion {
  readonly identity: EventIdentity
  readonly deletion: { readonly profileId: string }
  readonly identified?: undefined
}

interface FailedMapping {
  readonly identity: EventIdentity
  readonly fault: Fault
  readonly identified?: undefined
}

export interface RecordItem {
  readonly bindings: Bindings
  /** The resource that a mapping reads. Undefined if the source no longer has it. */
  readonly itemOf: (mapping: Mapping) => MaybePromise<Json | undefined>
}

export async function mapEvents(
  mappings: readonly Mapping[],
  { bindings, itemOf }: RecordItem,
  context: DeliveryContext,
  parts: MapParts,
): Promise<readonly MappedOccurrence[]> {
  const candidates: Candidate[] = []
  const ended: MappedOccurrence[] = []
  for (const mapping of mappings) {
    const identity: EventIdentity = { metric: mapping.metric, lane: context.lane }
    try {
      // Awaiting a value that is no promise costs more than the check, for each mapping of each record.
      const fetched = itemOf(mapping)
      const item = fetched instanceof Promise ? await fetched : fetched
      if (item === undefined) {
        ended.push({ identity, skipped: 'resource-not-found' })
        continue
      }
      const result = findCandidates(mapping, { item, bindings }, context, parts)
      const found = result instanceof Promise ? await result : result
      checkOccurrences(candidates.length + found.length, mapping)
      for (const one of found)
        if ('fault' in one) ended.push(one)
        else candidates.push(one)
    } catch (error) {
      ended.push({ identity, fault: toFault(error) })
    }
  }
  if (candidates.length === 0) return ended
  const selected = await selectCandidates(candidates, context, parts)
  const mapped = await Promise.all(selected.map((one) => mapCandidate(one, context, parts)))
  const mayRepeat = mapped.length > 1 || context.repeats !== 'nothing'
  return [...ended, ...(mayRepeat ? withoutRepetition(mapped, selected, context) : mapped)]
}

export function mapCandidate(one: Candidate, context: DeliveryContext, parts: MapParts): Promise<MappedOccurrence> {
  const identity = toEventIdentity(one, context, parts)
  return catchFault(identity, () => mapEvent(one, identity, context, parts))
}

/**
 * Leaves out the skipped older parts, which every notification repeats, and a key's second event in one record. Marks
 * older parts that wait. A fault stays: its part may have had no notification of its own. So does a part that waited with
 * this record: no other one ends it.
 */
function withoutRepetition(
  mapped: readonly MappedOccurrence[],
  selected: readonly Candidate[],
  context: DeliveryContext,
): readonly MappedOccurrence[] {
  const keys = new Set<string>()
  return mapped.flatMap((one, index): readonly MappedOccurrence[] => {
    const candidate = selected[index] as Candidate
    const { key } = candidate
    const isOlder = isRepeated(candidate, context) && !context.awaited?.has(key)
    if ('skipped' in one) return isOlder ? [] : [one]
    if ('wait' in one) return isOlder ? [{ ...one, repeated: true }] : [one]
    if ('fault' in one || 'deletion' in one) return [one]
    return keys.size < keys.add(key).size ? [one] : []
  })
}

export async function catchFault(
  identity: EventIdentity,
  map: () => Promise<MappedOccurrence>,
): Promise<MappedOccurrence> {
  try {
    return await map()
  } catch (error) {
    return { identity, fault: toFault(error) }
  }
}
