/** The effects of an outcome on the ledger: totals, events, dead letters, lookup ids. Shared by all stores. */
import {
  DISMISSED,
  type EventOrigin,
  FOREIGN_WORKSPACE,
  isReconciled,
  LIVE_SCOPE,
  RECONCILE_SCOPE,
} from '../ports/ledger.ts'
import type { ContactState, EventResult, FaultInfo, Lane, Outcome, RetryState, SourceRecord } from '../ports/types.ts'

export interface TallyLine {
  readonly metric: string
  readonly status: EventResult['status']
  readonly reason: string
}

/** The scope of a record's tallies: its backfill run, reconciliation, or live delivery. The same after a replay. */
export function scopeOf(record: Omit<SourceRecord, 'body'>): string {
  return record.backfillRun?.id ?? (isReconciled(record) ? RECONCILE_SCOPE : LIVE_SCOPE)
}

/** How the records of a scope were read. */
export function originOf(scope: string): EventOrigin {
  return scope === LIVE_SCOPE || scope === RECONCILE_SCOPE ? scope : 'history'
}

/** Why and since when a record is being retried, if its last attempt was deferred. */
export function toRetryState(outcome: Outcome | undefined): RetryState | undefined {
  if (outcome?.status !== 'deferred' || outcome.fault === undefined || outcome.failingSince === undefined)
    return undefined
  return { kind: outcome.fault.kind, since: outcome.failingSince }
}

/** The states of contacts that an outcome delivered. Deferred and dead records may have some, too. */
export function deliveredContacts(outcome: Outcome): ContactState[] {
  return outcome.events.flatMap(({ status, contact, contactState, receipt }) => {
    if (status !== 'delivered' || contact === undefined || contactState === undefined) return []
    return { contact, ...contactState, ...(receipt?.profileId !== undefined && { profileId: receipt.profileId }) }
  })
}

/** The contacts for whom waiting events can be sent now. */
export function identifiedContacts({ events, identified = [] }: Outcome): string[] {
  return [
    ...events.flatMap(({ status, contact }) => (status === 'delivered' && contact ? [contact] : [])),
    ...identified,
  ]
}

/** The ids to look up a record's events by: idempotency key, contact, hashes of the person, the destination's profile. */
export function eventLookupIds(outcome: Outcome): Set<string> {
  const ids = outcome.events.flatMap(({ key, contact, emailHash, phoneHash, receipt }) => [
    key,
    contact,
    emailHash,
    phoneHash,
    receipt?.profileId,
  ])
  return new Set(ids.filter((id) => id !== undefined))
}

/** Whether settling a record drops its body: history can be read again, and data of another account must not be kept. */
export function shouldDropBody(outcome: Outcome, lane: Lane): boolean {
  if (outcome.status === 'skipped') return outcome.reason === FOREIGN_WORKSPACE
  return outcome.status === 'delivered' && lane === 'backfill' && outcome.keepsBody !== true
}

/** The outcome of a dead record that a person gave up. */
export function dismissedOutcome({ events, spec }: Outcome): Outcome {
  return {
    status: 'skipped',
    reason: DISMISSED,
    ...(spec !== undefined && { spec }),
    events: events.map(({ fault: _, ...event }) =>
      event.status === 'delivered' ? event : { ...event, status: 'skipped', reason: DISMISSED },
    ),
  }
}

export interface CountedEvent {
  /** Index into `outcome.events`. */
  readonly index: number
  readonly result: EventResult
}

/**
 * The events that an outcome adds to the totals, the activity and the list of events.
 *
 * A deferred record is counted when it ends; only its deliveries with a key count at once, since a key is
 * new only once. `isNew` tells whether this outcome is the first to deliver a key: an event settled
 * twice (a retry, a replay, a second backfill) counts once.
 */
export function countableEvents(outcome: Outcome, lane: Lane, isNew: (key: string) => boolean): CountedEvent[] {
  if (outcome.events.length === 0) {
    return outcome.status === 'deferred' ? [] : [{ index: 0, result: recordResult(outcome, lane) }]
  }
  return outcome.events
    .map((result, index) => ({ index, result }))
    .filter(({ result }) => {
      if (result.status === 'delivered' && result.key !== undefined) return isNew(result.key)
      return outcome.status !== 'deferred' && result.status !== 'deferred'
    })
}

/** The day on which a delivered event happened, `2026-01-31` in UTC. Undefined for any other result. */
export function deliveredDay({ status, key, time }: EventResult): string | undefined {
  return status === 'delivered' && key !== undefined ? time?.slice(0, 10) : undefined
}

/** The result of a record that ended without events. */
export function recordResult(outcome: Outcome, lane: Lane): EventResult {
  const { status } = outcome
  if (status === 'skipped') return { metric: '', status, lane, reason: outcome.reason }
  return { metric: '', status, lane, ...('fault' in outcome && outcome.fault && { fault: outcome.fault }) }
}

export function tallyLine({ metric, status, reason, fault }: EventResult): TallyLine {
  return { metric, status, reason: status === 'delivered' ? '' : (reason ?? fault?.code ?? '') }
}

/** One reason why a record is a dead letter. Delivering `key` resolves it; without a key only a replay does. */
export interface DeadLetterEntry {
  readonly group: string
  readonly fault: FaultInfo
  readonly metric?: string
  readonly key?: string
}

/** One entry for each dead event, or one for a record that failed as a whole. */
export function deadLetterEntries(outcome: Outcome): DeadLetterEntry[] {
  if (outcome.status !== 'dead') return []
  const events = outcome.events.filter(({ status }) => status === 'dead')
  if (events.length === 0) return [{ group: groupOf(outcome.fault), fault: outcome.fault }]
  return events.map(({ metric, key, fault = outcome.fault }) => ({
    group: groupOf(fault, metric),
    fault,
    metric,
    ...(key !== undefined && { key }),
  }))
}

/** Without a place, the fields tell refusals of one metric apart. */
function groupOf(fault: FaultInfo, metric = ''): string {
  const { fields = [], place = [...fields].sort().join(',') } = fault
  return groupName(fault, metric, place)
}

const groupName = ({ code }: FaultInfo, metric: string, place: string): string => [code, metric, place].join('|')

/** Whether a stored group is that of the entry. Names stored by earlier versions leave the fields out. */
export const isInGroup = ({ group, fault, metric = '' }: DeadLetterEntry, stored: string): boolean =>
  group === stored || groupName(fault, metric, fault.place ?? '') === stored

const HOUR = 3_600_000

const DAY = 24 * HOUR

export const startOfHour = (ms: number): number => Math.floor(ms / HOUR) * HOUR

/** In UTC. */
export const startOfDay = (ms: number): number => Math.floor(ms / DAY) * DAY

/** How long counts by the hour are kept: a month, for charts. Counts by the day hold no personal data either, and stay. */
const HOURS_KEPT = 31 * DAY

/** The start of the oldest hour whose counts are kept. */
export const oldestHour = (now: number): number => startOfHour(now - HOURS_KEPT)

/** Where the activity counts an event. */
export interface CountedTime {
  readonly day: number
  /** Absent: so long before its record ended that its hour is not kept. */
  readonly hour?: number
}

/** When the event happened, in milliseconds. Without a time, or by a clock ahead: when it ended. */
export function happenedAt({ time }: EventResult, endedAt: number): number {
  const at = time === undefined ? Number.NaN : Date.parse(time)
  return at <= endedAt ? at : endedAt
}

/** By when the event happened: an import is not the activity of today. */
export function countedTime(result: EventResult, endedAt: number): CountedTime {
  const at = happenedAt(result, endedAt)
  return { day: startOfDay(at), ...(at >= oldestHour(endedAt) && { hour: startOfHour(at) }) }
}
