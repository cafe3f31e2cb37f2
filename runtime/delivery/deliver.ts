/** Takes one record to its end: map it, send what it holds, say how it ended. */
import type { LimitFunction } from 'p-limit'
import { type MappedOccurrence, type MapRecordParts, mapRecord } from '../mapping/map-record.ts'
import { toFault } from '../ports/fault.ts'
import { FOREIGN_WORKSPACE } from '../ports/ledger.ts'
import type { Lane, LeasedRecord, Outcome, SourceRecord } from '../ports/types.ts'
import { type AccountPin, isForeign } from '../source/account-pin.ts'
import { targetsOf } from '../source/open-record.ts'
import { failedOccurrence, failRecord, type OccurrenceOutcome, type OutcomeParts, outcomeOf } from './outcome.ts'
import type { Send } from './sender.ts'

export interface DeliverParts extends MapRecordParts, OutcomeParts {
  readonly accounts: Pick<AccountPin, 'known'> & { pin(): Promise<void> }
  readonly send: Send
  /** How many records are mapped at once. Thousands may wait to be sent; half-mapped ones cost memory, not time. */
  readonly mappingConcurrency: Readonly<Record<Lane, LimitFunction>>
  /** Takes in records that only update a profile, few at a time: an event must not stand behind them all. */
  readonly profileConcurrency: LimitFunction
  /** Waits for this record's turn: see `turns.ts`. */
  readonly yieldTurn: () => Promise<void>
}

/** What must be known of a record once it is mapped. Its body is not: thousands may wait for a full request. */
type RecordWithoutBody = Omit<SourceRecord, 'body'> & Partial<Pick<LeasedRecord, 'attempt' | 'retryState'>>

/**
 * However it ends, the end is a value. Nothing about the record, the mapping or
 * the destination makes this throw, so one bad record cannot stop the others.
 */
export function deliver(record: SourceRecord | LeasedRecord, parts: DeliverParts): Promise<Outcome> {
  const ours = parts.accounts.known()
  if (ours === undefined) return pinFirst(record, parts)
  if (isForeign(record.workspace, ours))
    return Promise.resolve({ status: 'skipped', reason: FOREIGN_WORKSPACE, events: [] })
  if (!isProfileOnly(record, parts)) return mapAndSend(record, parts)
  const { profileConcurrency } = parts
  // A bulk edit of contacts gives thousands of updates. What does not fit waits in the store, where others pass it.
  const full = profileConcurrency.activeCount + profileConcurrency.pendingCount >= profileConcurrency.concurrency
  return full ? Promise.resolve(deferBehindOthers(parts)) : profileConcurrency(() => mapAndSend(record, parts))
}

/** A host with a queue of its own may deliver before any worker has pinned the accounts. */
async function pinFirst(record: SourceRecord | LeasedRecord, parts: DeliverParts): Promise<Outcome> {
  try {
    await parts.accounts.pin()
  } catch (error) {
    return failRecord(toFault(error), [], record, parts)
  }
  return deliver(record, parts)
}

function mapAndSend(record: SourceRecord | LeasedRecord, parts: DeliverParts): Promise<Outcome> {
  const mapped = parts.mappingConcurrency[record.lane](() => parts.yieldTurn().then(() => mapRecord(record, parts)))
  const { body: _, ...bare } = record
  return settleOccurrences(bare, mapped, parts)
}

async function settleOccurrences(
  record: RecordWithoutBody,
  mapped: ReturnType<typeof mapRecord>,
  parts: DeliverParts,
): Promise<Outcome> {
  try {
    const tried = await mapped
    if (typeof tried === 'string') return { status: 'skipped', reason: tried, events: [] }
    // Sending again after a crash is safe: each event carries the same key by whichever road its record came.
    const ends = await Promise.all(tried.map((one) => sendOccurrence(one, parts)))
    return outcomeOf(ends, record, parts)
  } catch (error) {
    return failRecord(toFault(error), [], record, parts)
  }
}

function isProfileOnly(record: SourceRecord, { spec }: DeliverParts): boolean {
  const { mappings, profile } = targetsOf(record, spec)
  return profile && mappings.length === 0
}

/** Not a failure, so it counts towards nothing. */
function deferBehindOthers({ clock, random }: DeliverParts): Outcome {
  const fault = {
    kind: 'transient',
    code: 'delivery/deferred-behind-profiles',
    message: 'other profile updates go first',
  } as const
  return { status: 'deferred', fault, until: clock.now() + 5_000 + Math.round(random() * 25_000), events: [] }
}

/** Sends one occurrence, unless it is at its end already. */
async function sendOccurrence(tried: MappedOccurrence, { send }: DeliverParts): Promise<OccurrenceOutcome> {
  const { named } = tried
  if ('fault' in tried) return failedOccurrence(named, tried.fault)
  if ('skipped' in tried) return { result: { ...named, status: 'skipped', reason: tried.skipped } }
  try {
    const receipt = await send(tried.message, named.lane)
    return { result: { ...named, status: 'delivered', receipt } }
  } catch (error) {
    return failedOccurrence(named, toFault(error))
  }
}
