/** All that one record holds, mapped: what to send, what to skip and why, what went wrong. Nothing of the record is kept. */

import type { Clock } from '../ports/effects.ts'
import { type Fault, toFault } from '../ports/fault.ts'
import type { Json, Lane, OutgoingMessage, SourceRecord } from '../ports/types.ts'
import { type OpenRecord, openRecord, targetsOf } from '../source/open-record.ts'
import type { Mapping } from '../spec/spec.ts'
import type { Lookups } from './lookups.ts'
import { mapEvent } from './map-event.ts'
import { mapProfile, PROFILE } from './map-profile.ts'
import { occurrences } from './occurrences.ts'
import type { DeliveryContext, EventIdentity, MapParts, MapResult } from './types.ts'

export interface MapRecordParts extends MapParts {
  readonly lookups: Lookups
  readonly clock: Clock
  /** Whether a run is the newest import's. */
  readonly isCurrentRun: (run: string) => Promise<boolean>
}

/** A mapped occurrence, or the fault that stopped it: the others go on. */
export type MappedOccurrence = MapResult<OutgoingMessage> | { readonly named: EventIdentity; readonly fault: Fault }

/** The reason why no mapping takes the record, or everything they find in it. Throws a `Fault` if it cannot be read. */
export async function mapRecord(
  record: SourceRecord,
  parts: MapRecordParts,
): Promise<string | readonly MappedOccurrence[]> {
  const { spec, lookups } = parts
  const takers = targetsOf(record, spec)
  const resource = spec.resources.get(record.resource ?? '')
  if (resource === undefined || (takers.mappings.length === 0 && !takers.profile)) {
    return record.topic === undefined ? 'not-selected' : 'unknown-topic'
  }
  if (
    record.backfillRun !== undefined &&
    record.ingress === 'backfill' &&
    !(await parts.isCurrentRun(record.backfillRun.id))
  ) {
    return 'run-replaced' // an import with other dates or metrics has begun since
  }
  const open = await openRecord(record, resource, spec)
  const stale = record.topic === undefined ? undefined : resource.invalidates
  if (stale !== undefined) await Promise.all(record.lookupIds.map((ref) => lookups.invalidate(stale, ref)))

  const lane = laneOf(record, parts)
  const how: DeliveryContext = {
    lane,
    workspace: record.workspace,
    ...(record.backfillRun && { run: record.backfillRun }),
  }
  const tried: MappedOccurrence[] = []
  for (const mapping of takers.mappings) tried.push(...(await mapAll(mapping, { ...open, record }, how, parts)))
  if (takers.profile) {
    tried.push(await attempt({ metric: PROFILE, lane: 'live' }, () => mapProfile(open.item, open.bindings, parts)))
  }
  return tried
}

/** What comes late is recorded, but starts nothing: a flow three days after the event helps nobody. */
function laneOf(record: SourceRecord, { spec, clock }: MapRecordParts): Lane {
  return clock.now() - record.receivedAt > spec.delivery.liveWindow ? 'backfill' : record.lane
}

/** An opened record and the record it was. */
interface Received extends OpenRecord {
  readonly record: SourceRecord
}

async function mapAll(
  mapping: Mapping,
  open: Received,
  how: DeliveryContext,
  parts: MapRecordParts,
): Promise<readonly MappedOccurrence[]> {
  const named: EventIdentity = { metric: mapping.metric, lane: how.lane }
  try {
    const item = await fetchFullResource(mapping, open, how.lane, parts)
    if (item === undefined) return [{ named, skipped: 'resource-not-found' }]
    const given = occurrences(mapping, item, open.bindings, open.record.topic !== undefined)
    const found = given instanceof Promise ? await given : given
    return await Promise.all(found.map((one) => attempt(named, () => mapEvent(mapping, one, how, parts))))
  } catch (error) {
    return [{ named, fault: toFault(error) }]
  }
}

async function attempt(
  named: EventIdentity,
  map: () => Promise<MapResult<OutgoingMessage>>,
): Promise<MappedOccurrence> {
  try {
    return await map()
  } catch (error) {
    return { named, fault: toFault(error) }
  }
}

/** The item, or one call more where the stream gives only part of it. Undefined if the source no longer has it. */
async function fetchFullResource(
  mapping: Mapping,
  { record, item }: Received,
  lane: Lane,
  { spec, lookups }: MapRecordParts,
): Promise<Json | undefined> {
  const name = record.stream === undefined ? undefined : mapping.stream?.fetchFull
  const lookup = name === undefined ? undefined : spec.lookups.get(name)
  const [id] = record.lookupIds
  return lookup === undefined || id === undefined ? item : lookups.find(lookup, id, lane)
}
