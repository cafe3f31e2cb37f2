/** Maps one record: every occurrence becomes a message, a skip reason or a fault. */

import { withStepBudget } from '../expression/step-budget.ts'
import { type MaybePromise, mapMaybe } from '../lib/maybe-promise.ts'
import { isReconciled, PARTS_UNAVAILABLE } from '../ports/ledger.ts'
import type { BackfillRun, Json, LeasedRecord, SourceRecord } from '../ports/types.ts'
import { requireId } from '../source/envelope.ts'
import { findTargets, type OpenRecord, openRecord } from '../source/open-record.ts'
import { countUnavailableParts } from '../source/unavailable-parts.ts'
import type { Mapping, ResourceSpec } from '../spec/spec.ts'
import { CONTACT } from './hydrate.ts'
import type { Lookups } from './lookups.ts'
import { catchFault, type MappedOccurrence, mapEvents } from './map-events.ts'
import { mapProfile, PROFILE } from './map-profile.ts'
import type { ContactStates } from './person/contact-states.ts'
import type { DeletionState } from './person/deletion-state.ts'
import { DELETION, isDeletion, mapDeletion } from './person/deletions.ts'
import type { DeliveryContext, MapParts } from './types.ts'

export interface MapRecordParts extends MapParts {
  readonly lookups: Lookups
  readonly contacts: ContactStates
  /** Milliseconds since 1970, by the source's clock. */
  readonly sourceTime: () => number
  /** Absent: the profiles of deleted contacts are kept. */
  readonly deletions?: DeletionState
  /** Whether a run belongs to the newest import. */
  readonly isCurrentRun: (run: string) => Promise<boolean>
}

/** A record, and of one that was leased the keys of its events that waited. */
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
  const lookupIds = record.topic === undefined ? [await knownId(record, open)] : record.lookupIds
  const isPolled = isReconciled(record)
  const staleLookup = record.topic !== undefined || isPolled ? resource.invalidates : undefined
  if (staleLookup !== undefined) await Promise.all(record.lookupIds.map((id) => lookups.invalidate(staleLookup, id)))

  const context = contextOf(record, parts)
  const bindings = withStepBudget(open.bindings)
  const items = new Set<Json>()
  const itemOf = (mapping: Mapping) =>
    mapMaybe(fetchFullResource(mapping, { ...open, record: { ...record, lookupIds } }, parts), (item) => {
      if (item !== undefined) items.add(item)
      return item
    })
  const mapped = [...(await mapEvents(targets.mappings, { bindings, itemOf }, context, parts))]
  if (targets.profile) {
    const { deletions } = parts
    const isOfDeletion = deletions && record.topic !== undefined && (await isDeletion(open.item, bindings, spec.people))
    const profile = isOfDeletion
      ? await catchFault({ metric: DELETION, lane: 'live' }, () =>
          mapDeletion(open.item, context, { ...parts, deletions }),
        )
      : await catchFault({ metric: PROFILE, lane: 'live' }, () => mapProfile(open.item, bindings, parts))
    if (!isPolled || isNewState(profile)) mapped.push(profile)
  }
  if (record.backfillRun !== undefined)
    mapped.push(...(await findUnavailableParts(items, resource, record.backfillRun)))
  return mapped.length === 0 && isPolled ? 'nothing-new' : mapped
}

/** A result of the record as a whole, if the source did not give all of its parts. */
async function findUnavailableParts(
  items: ReadonlySet<Json>,
  resource: ResourceSpec,
  { since }: BackfillRun,
): Promise<readonly MappedOccurrence[]> {
  let most = 0
  for (const item of items) most = Math.max(most, await countUnavailableParts(item, resource, since))
  if (most === 0) return []
  return [{ identity: { metric: '', lane: 'backfill', unavailableParts: most }, skipped: PARTS_UNAVAILABLE }]
}

/** Reading set an item without an id apart. A spec corrected since may find one. */
async function knownId({ lookupIds: [id] }: SourceRecord, { item, resource }: OpenRecord): Promise<string> {
  return id ?? (await requireId(item, resource))
}

/** Whether a poll brings a later state of the contact than the one that was sent, so that it is news. */
function isNewState(mapped: MappedOccurrence): boolean {
  if ('skipped' in mapped) return false
  if (!('person' in mapped) || mapped.person?.previous === undefined) return true
  const { updatedAt, previous } = mapped.person
  return updatedAt === undefined || previous.updatedAt === undefined || updatedAt > previous.updatedAt
}

function contextOf(record: RecordToDeliver, { sourceTime, lookups }: MapRecordParts): DeliveryContext {
  const { workspace, topic, receivedAt, backfillRun, awaited, orderingKey } = record
  const isPolled = isReconciled(record)
  const now = sourceTime()
  return {
    // What a poll finds goes by its age; its record queues behind live ones only to leave them their place.
    lane: isPolled ? 'live' : record.lane,
    workspace,
    now,
    repeats: isPolled ? 'everything' : topic === undefined ? 'nothing' : 'older-parts',
    ...(backfillRun && { run: backfillRun, orderingKey }),
    ...(topic !== undefined && { noticedAt: Math.min(receivedAt, now) }),
    ...(awaited && { awaited: new Set(awaited), refreshContacts: contactRefresher(lookups) }),
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

/** The item, fetched whole where the stream gives only a part. Undefined if the source no longer has it. */
function fetchFullResource(
  mapping: Mapping,
  { record, item }: OpenRecord & { readonly record: SourceRecord },
  { spec, lookups }: MapRecordParts,
): MaybePromise<Json | undefined> {
  // A poll fetches the full resource itself, where there may be something new in it.
  const name = record.stream === undefined || isReconciled(record) ? undefined : mapping.stream?.fetchFull
  const lookup = name === undefined ? undefined : spec.lookups.get(name)
  const [id] = record.lookupIds
  return lookup === undefined || id === undefined ? item : lookups.find(lookup, id, record.lane)
}
