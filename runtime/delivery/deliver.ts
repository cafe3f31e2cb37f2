/** Delivers one record: maps it, sends its events, and returns the outcome. */
import pLimit, { type LimitFunction } from 'p-limit'
import { YieldingScheduler } from '../lib/yielding-scheduler.ts'
import type { MappedOccurrence } from '../mapping/map-events.ts'
import { PROFILE } from '../mapping/map-profile.ts'
import { type MapRecordParts, mapRecord, type RecordToDeliver } from '../mapping/map-record.ts'
import { Fault, toFault } from '../ports/fault.ts'
import { FOREIGN_WORKSPACE } from '../ports/ledger.ts'
import type { EventResult, Lane, LeasedRecord, Outcome, SourceRecord } from '../ports/types.ts'
import { type AccountPin, isForeign } from '../source/account-pin.ts'
import { findTargets } from '../source/open-record.ts'
import type { CoverageRecorder } from './coverage-recorder.ts'
import { findCutOffFault } from './cut-off.ts'
import { observeMapping } from './observe-attempts.ts'
import {
  combineOutcomes,
  failedOccurrence,
  failRecord,
  type OccurrenceOutcome,
  type OutcomeParts,
  waitingOccurrence,
} from './outcome.ts'
import { type MessageToSend, type SendParts, sendMessage } from './send-message.ts'

export interface DeliverParts extends MapRecordParts, OutcomeParts, DeliveryLimits, SendParts {
  readonly accounts: Pick<AccountPin, 'cachedNames'> & { pin(): Promise<void> }
  /** Absent: a host settles its records itself, and nothing is written. */
  readonly coverage?: Pick<CoverageRecorder, 'add'> | undefined
}

export interface DeliveryLimits {
  /** Records mapped at once. Thousands may wait to be sent; half-mapped ones cost memory, not time. */
  readonly mappingConcurrency: Readonly<Record<Lane, () => LimitFunction>>
  /** Records at once that only update a profile: few, so that no event waits behind all of them. */
  readonly profileConcurrency: () => LimitFunction
  /** Yields to the event loop between mapped records. */
  readonly scheduler: Pick<YieldingScheduler, 'yield'>
}

/** Enough to fill a batch of lookups while another one is fetched. */
const MAPPING_CONCURRENCY = 100
/** Half of the live lane's records in flight while there is no backlog. */
const PROFILE_CONCURRENCY = 32

export function createDeliveryLimits(): DeliveryLimits {
  return {
    mappingConcurrency: { live: limitOnUse(MAPPING_CONCURRENCY), backfill: limitOnUse(MAPPING_CONCURRENCY) },
    profileConcurrency: limitOnUse(PROFILE_CONCURRENCY),
    scheduler: new YieldingScheduler(),
  }
}

/** Created on first use: three of them would be a tenth of the memory of an idle tenant. */
function limitOnUse(concurrency: number): () => LimitFunction {
  let limit: LimitFunction | undefined
  return () => {
    limit ??= pLimit(concurrency)
    return limit
  }
}

/** A record once it is mapped. Its body is no longer needed, and thousands may wait for a full request. */
type RecordWithoutBody = Omit<SourceRecord, 'body'> & Partial<Pick<LeasedRecord, 'attempt' | 'retryState'>>

/**
 * Every result is a value: nothing about the record, the mapping or the destination makes this throw, so one bad
 * record cannot stop the others.
 */
export function deliver(
  received: RecordToDeliver | LeasedRecord,
  parts: DeliverParts,
  onMapped?: () => void,
): Promise<Outcome> {
  const fault = findCutOffFault('cutOffs' in received ? received.cutOffs : 0)
  if (fault !== undefined) return Promise.resolve(failRecord(fault, [], received, parts))
  const names = parts.accounts.cachedNames()
  if (names.id === undefined) return pinAndDeliver(received, parts, onMapped)
  if (isForeign(received.workspace, names))
    return Promise.resolve({ status: 'skipped', reason: FOREIGN_WORKSPACE, events: [] })
  // Keys begin with the account as the API names it, by whatever name it came.
  const record = received.workspace === names.id ? received : { ...received, workspace: names.id }
  if (!isProfileOnly(record, parts)) return mapAndSend(record, parts, onMapped)
  const profileConcurrency = parts.profileConcurrency()
  // A bulk edit of contacts gives thousands of updates. Those over the limit wait in the store, where others pass them.
  const full = profileConcurrency.activeCount + profileConcurrency.pendingCount >= profileConcurrency.concurrency
  return full
    ? Promise.resolve(deferBehindProfiles(parts))
    : profileConcurrency(() => mapAndSend(record, parts, onMapped))
}

/** A host with a queue of its own may deliver before any worker has pinned the accounts. */
async function pinAndDeliver(...[record, parts, onMapped]: Parameters<typeof deliver>): Promise<Outcome> {
  try {
    await parts.accounts.pin()
  } catch (error) {
    return failRecord(toFault(error), [], record, parts)
  }
  return deliver(record, parts, onMapped)
}

function mapAndSend(...[record, parts, onMapped]: Parameters<typeof deliver>): Promise<Outcome> {
  const mapped = parts.mappingConcurrency[record.lane]()(() =>
    parts.scheduler.yield().then(() => observeMapping(() => mapRecord(record, parts))),
  )
  const { body: _, ...withoutBody } = record
  if (onMapped !== undefined) mapped.then(onMapped, onMapped)
  return sendOccurrences(withoutBody, mapped, parts)
}

async function sendOccurrences(
  record: RecordWithoutBody,
  mapping: ReturnType<typeof mapRecord>,
  parts: DeliverParts,
): Promise<Outcome> {
  try {
    const mapped = await mapping
    if (typeof mapped === 'string') return { status: 'skipped', reason: mapped, events: [] }
    // Sending again after a crash is safe: an event has the same key on every ingress.
    const outcomes = await Promise.all(mapped.map((occurrence) => sendOccurrence(occurrence, parts)))
    const outcome = combineOutcomes(outcomes, record, parts)
    const identified = mapped.flatMap((occurrence) => occurrence.identified ?? [])
    return identified.length === 0 ? outcome : { ...outcome, identified }
  } catch (error) {
    return failRecord(toFault(error), [], record, parts)
  }
}

function isProfileOnly(record: SourceRecord, { spec }: DeliverParts): boolean {
  const { mappings, profile } = findTargets(record, spec)
  return profile && mappings.length === 0
}

/** Not a failure, so it has no `failingSince`. */
function deferBehindProfiles({ clock, random }: DeliverParts): Outcome {
  const fault = {
    kind: 'transient',
    code: 'delivery/deferred-behind-profiles',
    message: 'other profile updates are delivered first',
  } as const
  return { status: 'deferred', fault, until: clock.now() + 5_000 + Math.round(random() * 25_000), events: [] }
}

async function deleteProfile(
  { identity, deletion }: Extract<MappedOccurrence, { readonly deletion: unknown }>,
  { deletions, logger }: DeliverParts,
): Promise<EventResult> {
  if (deletions === undefined) throw new Fault('bug', 'bug/deletion', 'a profile would be deleted that is to be kept')
  const receipt = await deletions.delete(deletion.profileId)
  const { requestId } = receipt
  logger.info('deleted the profile of a contact that was deleted at the source', {
    contact: identity.contact,
    profile: deletion.profileId,
    requestId,
  })
  return { ...identity, status: 'delivered', receipt }
}

/** The profile of an event of history, or of an outdated state, has identifiers only: it says nothing of the mapping. */
function countProperties(
  { identity, message, person }: MessageToSend,
  { receipt }: EventResult,
  { coverage }: DeliverParts,
): void {
  coverage?.add(identity.metric, message)
  const hasAttributes = identity.lane === 'live' && person?.isOutdated === false && !receipt?.firstIdentifiers
  if (message.kind === 'event' && hasAttributes) coverage?.add(PROFILE, { kind: 'profile', profile: message.profile })
}

/** Sends one occurrence, unless mapping has skipped or failed it. */
async function sendOccurrence(occurrence: MappedOccurrence, parts: DeliverParts): Promise<OccurrenceOutcome> {
  const { identity } = occurrence
  if ('fault' in occurrence) return failedOccurrence(identity, occurrence.fault, parts.spec)
  if ('wait' in occurrence) return waitingOccurrence(occurrence)
  if ('skipped' in occurrence) return { result: { ...identity, status: 'skipped', reason: occurrence.skipped } }
  try {
    if ('deletion' in occurrence) return { result: await deleteProfile(occurrence, parts) }
    const result = await sendMessage(occurrence, parts)
    if (result.status === 'delivered') countProperties(occurrence, result, parts)
    return { result }
  } catch (error) {
    return failedOccurrence(identity, toFault(error), parts.spec)
  }
}
