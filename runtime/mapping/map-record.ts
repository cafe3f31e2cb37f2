/** Maps one record: every occurrence becomes a message, a skip reason or a fault. */

import type { Clock } from '../ports/effects.ts'
import { type Fault, toFault } from '../ports/fault.ts'
import type { Json, Lane, LeasedRecord, OutgoingMessage, SourceRecord } from '../ports/types.ts'
import { findTargets, type OpenRecord, openRecord } from '../source/open-record.ts'
import type { Mapping } from '../spec/spec.ts'
import { CONTACT } from './hydrate.ts'
import type { Lookups } from './lookups.ts'
import { mapEvent } from './map-event.ts'
import { mapProfile, PROFILE } from './map-profile.ts'
import { findOccurrences } from './occurrences.ts'
import type { DeliveryContext, EventIdentity, MapParts, MapResult } from './types.ts'

export interface MapRecordParts extends MapParts {
  readonly lookups: Lookups
  readonly clock: Clock
  /** Whether a run belongs to the newest import. */
  readonly isCurrentRun: (run: string) => Promise<boolean>
}

/** A mapped occurrence, or its fault, which does not affect the others. */
export type MappedOccurrence = MapResult<OutgoingMessage> | FailedMapping

interface FailedMapping {
  readonly identity: EventIdentity
  readonly fault: Fault
  readonly identified?: undefined
}

/** A record, and of one that was leased the contacts that its events waited for. */
export type RecordToDeliver = SourceRecord & Partial<Pick<LeasedRecord, 'awaited'>>

/** All occurrences, or the reason to skip the whole record. Throws a `Fault` for a record that cannot be read. */
export async function mapRecord(
  record: RecordToDeliver,
  parts: MapRecordParts,
): Promise<string | readonly MappedOccurrence[]> {
  const { spec, lookups } = parts
  const targets = findTargets(record, spec)
  const resource = spec.resources.get(record.resource ?? '')
  if (resource === undefined || (targets.mappings.length === 0 && !targets.profile)) {
    return record.topic === undefined ? 'not-selected' : 'unknown-topic'
  }
  if (
    record.backfillRun !== undefined &&
    record.ingress === 'backfill' &&
    record.awaited === undefined &&
    !(await parts.isCurrentRun(record.backfillRun.id))
  ) {
    return 'run-replaced'
  }
  const open = await openRecord(record, resource, spec)
  const staleLookup = record.topic === undefined ? undefined : resource.invalidates
  if (staleLookup !== undefined) await Promise.all(record.lookupIds.map((id) => lookups.invalidate(staleLookup, id)))

  const context = contextOf(record, parts)
  const mapped: MappedOccurrence[] = []
  for (const mapping of targets.mappings)
    mapped.push(...(await mapOccurrences(mapping, { ...open, record }, context, parts)))
  if (targets.profile) {
    mapped.push(await catchFault({ metric: PROFILE, lane: 'live' }, () => mapProfile(open.item, open.bindings, parts)))
  }
  return mapped
}

function contextOf(record: RecordToDeliver, parts: MapRecordParts): DeliveryContext {
  const { workspace, topic, receivedAt, backfillRun, awaited } = record
  return {
    lane: laneOf(record, parts),
    workspace,
    now: parts.clock.now(),
    ...(backfillRun && { run: backfillRun }),
    ...(topic !== undefined && { noticedAt: receivedAt }),
    ...(awaited && { refreshContacts: contactRefresher(parts.lookups) }),
  }
}

/** Events of one record often share a contact: its lookup is dropped once, and fetched once. */
function contactRefresher(lookups: Pick<Lookups, 'invalidate'>): NonNullable<DeliveryContext['refreshContacts']> {
  const dropped = new Map<string, Promise<void>>()
  const drop = (id: string) => {
    const known = dropped.get(id)
    if (known !== undefined) return known
    const dropping = lookups.invalidate(CONTACT, id)
    dropped.set(id, dropping)
    return dropping
  }
  return (contacts) => Promise.all(contacts.map(drop))
}

/** A late record is sent as history, which starts no flow: a flow three days late is worse than none. */
function laneOf(record: SourceRecord, { spec, clock }: MapRecordParts): Lane {
  return clock.now() - record.receivedAt > spec.delivery.liveWindow ? 'backfill' : record.lane
}

interface RecordToMap extends OpenRecord {
  readonly record: SourceRecord
}

async function mapOccurrences(
  mapping: Mapping,
  open: RecordToMap,
  context: DeliveryContext,
  parts: MapRecordParts,
): Promise<readonly MappedOccurrence[]> {
  const identity: EventIdentity = { metric: mapping.metric, lane: context.lane }
  try {
    const item = await fetchFullResource(mapping, open, context.lane, parts)
    if (item === undefined) return [{ identity, skipped: 'resource-not-found' }]
    const result = findOccurrences(mapping, item, open.bindings, open.record.topic !== undefined)
    const found = result instanceof Promise ? await result : result
    return await Promise.all(found.map((one) => catchFault(identity, () => mapEvent(mapping, one, context, parts))))
  } catch (error) {
    return [{ identity, fault: toFault(error) }]
  }
}

async function catchFault(
  identity: EventIdentity,
  map: () => Promise<MapResult<OutgoingMessage>>,
): Promise<MappedOccurrence> {
  try {
    return await map()
  } catch (error) {
    return { identity, fault: toFault(error) }
  }
}

/** The item, fetched whole where the stream gives only a part. Undefined if the source no longer has it. */
async function fetchFullResource(
  mapping: Mapping,
  { record, item }: RecordToMap,
  lane: Lane,
  { spec, lookups }: MapRecordParts,
): Promise<Json | undefined> {
  const name = record.stream === undefined ? undefined : mapping.stream?.fetchFull
  const lookup = name === undefined ? undefined : spec.lookups.get(name)
  const [id] = record.lookupIds
  return lookup === undefined || id === undefined ? item : lookups.find(lookup, id, lane)
}
