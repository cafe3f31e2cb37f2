/** The history of a record, step by step, for `trace` and the console. */
import { formatDuration, formatReceipt, formatTime, plural } from './lib/format.ts'
import { hashEmailAddress, normalizeEmailAddress } from './lib/text/email-address.ts'
import { type FaultKind, whoActs } from './ports/fault.ts'
import type { LedgerEntry } from './ports/ledger.ts'
import type { Attempt, EventResult, FaultInfo, Outcome } from './ports/types.ts'
import { describeSkipReason, whoActsOnSkip } from './skip-reasons.ts'

/** The fault or the skip reason behind the outcome of a step or an event. */
export interface Cause extends Pick<FaultInfo, 'message' | 'place' | 'fields' | 'requestId'> {
  /** Of a fault. Absent: a skip reason. */
  readonly kind?: FaultKind
  /** Code of the fault, or the skip reason. */
  readonly code: string
  /** Of a fault: the hash of the spec that its place is in, where it is known. */
  readonly spec?: string
  /** Absent on all steps but the last: they need no action any more. */
  readonly whoActs?: string
}

export interface EventHistory extends Pick<EventResult, 'metric' | 'status'> {
  /** Time, key, contact and the destination's answer, each as `name value`. */
  readonly facts: readonly string[]
  readonly cause?: Cause
}

export interface HistoryStep {
  /** Milliseconds since 1970; for several attempts, the end of the first. */
  readonly at: number
  /** `between`: several attempts with different outcomes, which the ledger stores as one. */
  readonly kind: 'received' | 'replayed' | 'between' | Outcome['status']
  /** Of a received record: ingress, topic or stream, resource. */
  readonly origin?: string
  /** For several attempts: their number, and the end of the last. */
  readonly count?: number
  readonly last?: number
  /** The time of the next attempt. */
  readonly until?: number
  /** Why a person gave the dead record up, in their words. */
  readonly dismissed?: string
  readonly cause?: Cause
  readonly events: readonly EventHistory[]
}

export interface RecordHistory {
  readonly record: string
  readonly status: LedgerEntry['status']
  /** Completes a line that begins with the status: live or history, attempts, duration, next attempt. */
  readonly summary: string
  /** Oldest first. */
  readonly steps: readonly HistoryStep[]
}

export function buildRecordHistory(entry: LedgerEntry): RecordHistory {
  const { id, status, attempts = [] } = entry
  const steps = [receivedStep(entry), ...attempts.flatMap(attemptSteps), ...settledSteps(entry)]
  return {
    record: id,
    status,
    summary: summarize(entry),
    steps: addWaitingEvents(entry, steps).map(withoutPastActions),
  }
}

function receivedStep({ ingress, topic, stream, resource, receivedAt }: LedgerEntry): HistoryStep {
  // A replay is a step of its own; the record keeps the ingress that received it.
  const receivedBy = ingress !== 'replay' ? ingress : topic === undefined ? 'backfill' : 'webhook'
  const origin = [receivedBy, topic ?? stream, resource && `(${resource})`].filter(Boolean).join(' ')
  return { at: receivedAt, kind: 'received', origin, events: [] }
}

/** The origin of a received record in words, as pages have them. */
export const describeOrigin = (origin: string): string =>
  origin.replace(/^backfill\b/, 'import').replace(/^reconcile\b/, 'check for missed webhooks')

function attemptSteps({ awaits, delivered = [], replayed, dismissed, spec, ...end }: Attempt): HistoryStep[] {
  const { fault, ...times } = end
  const events = delivered.map((event) => eventHistory(event, spec))
  if (awaits !== undefined) return [{ ...times, kind: 'deferred', cause: causeOfSkip(awaits), events }]
  if (fault === undefined) return [{ ...times, kind: 'between', events }]
  if (dismissed !== undefined)
    return [{ ...times, kind: 'dead', cause: causeOfFault(fault, true, spec), events, dismissed }]
  if (replayed === undefined) return [{ ...times, kind: 'deferred', cause: causeOfFault(fault, false, spec), events }]
  const dead = { ...times, kind: 'dead', cause: causeOfFault(fault, true, spec), events } as const
  return [dead, { at: replayed, kind: 'replayed', events: [] }]
}

/** Empty for a record that is deferred or was replayed: its attempts hold that outcome. */
function settledSteps({ outcome, settledAt: at, ingress }: LedgerEntry): HistoryStep[] {
  if (outcome === undefined || at === undefined) return []
  const all = outcome.events.map((event) => eventHistory(event, outcome.spec))
  const events = ingress === 'reconcile' ? all.map(markFind) : all
  // The record's cause would only repeat those of its events.
  const cause = events.some((event) => event.cause !== undefined) ? undefined : causeOfRecord(outcome)
  return [{ at, kind: outcome.status, ...(cause && { cause }), events }]
}

/** What a poll delivers, no webhook reported. */
function markFind(event: EventHistory): EventHistory {
  return event.status === 'delivered' ? { ...event, facts: [...event.facts, 'no webhook reported it'] } : event
}

/** The events that a record waits for, or has delivered while it waits. */
function addWaitingEvents(entry: LedgerEntry, steps: readonly HistoryStep[]): readonly HistoryStep[] {
  const last = steps.at(-1)
  if (!awaitsContact(entry) || entry.outcome === undefined || last === undefined) return steps
  const { events, spec } = entry.outcome
  const { cause: _, ...step } = last
  return [...steps.slice(0, -1), { ...step, events: events.map((event) => eventHistory(event, spec)) }]
}

/** Only the last step may ask for an action. */
function withoutPastActions(step: HistoryStep, at: number, all: readonly HistoryStep[]): HistoryStep {
  if (step.cause === undefined || at === all.length - 1) return step
  const { whoActs: _, ...cause } = step.cause
  return { ...step, cause }
}

function summarize(entry: LedgerEntry): string {
  const { lane, status, attempt, receivedAt, settledAt, due, outcome } = entry
  const interruptions = countInterruptedAttempts(entry)
  const attempts = attempt > 0 ? `, ${plural(attempt, 'attempt')}` : ''
  const interrupted = interruptions > 0 ? ` (${interruptions} interrupted by a process exit)` : ''
  const duration = settledAt === undefined ? '' : `, ${formatDuration(settledAt - receivedAt)} after it was received`
  const nextStep = awaitsContact(entry) ? 'waits for its contact, next check' : 'next attempt'
  const next = status === 'deferred' && due !== undefined ? `, ${nextStep} ${formatTime(due)}` : ''
  const spec = outcome?.spec === undefined ? '' : `, by spec ${outcome.spec}`
  return `${lane === 'live' ? 'live' : 'history'}${attempts}${interrupted}${duration}${next}${spec}`
}

/** Whether a record waits for a contact, rather than for a retry. */
export const awaitsContact = ({ status, outcome }: LedgerEntry): boolean =>
  status === 'deferred' && outcome?.status === 'deferred' && outcome.awaits !== undefined

/** Attempts since the last replay that have no outcome, because the process exited during them. */
export function countInterruptedAttempts({ attempt, attempts = [], status }: LedgerEntry): number {
  const sinceReplay = attempts.slice(attempts.findLastIndex(({ replayed }) => replayed !== undefined) + 1)
  const known = sinceReplay.reduce((sum, { count = 1 }) => sum + count, 0)
  return attempt - known - (status === 'pending' || status === 'deferred' ? 0 : 1)
}

function eventHistory(event: EventResult, spec: string | undefined): EventHistory {
  const { metric, status, time, key, contact, receipt, unavailableParts } = event
  const facts = [
    unavailableParts && `${plural(unavailableParts, 'part')} unavailable`,
    time && `at ${time}`,
    key && `key ${key}`,
    contact && `contact ${contact}`,
    receipt && `answered ${receipt.status}${receipt.requestId ? `, request ${receipt.requestId}` : ''}`,
    ...formatReceipt(receipt),
  ]
  const cause = causeOfEvent(event, spec)
  return {
    metric: metric || 'whole record',
    status,
    facts: facts.filter((fact) => typeof fact === 'string'),
    ...(cause && { cause }),
  }
}

function causeOfRecord(outcome: Outcome): Cause | undefined {
  if (outcome.status === 'skipped') return causeOfSkip(outcome.reason)
  return 'fault' in outcome && outcome.fault
    ? causeOfFault(outcome.fault, outcome.status === 'dead', outcome.spec)
    : undefined
}

function causeOfEvent({ status, reason, fault }: EventResult, spec: string | undefined): Cause | undefined {
  if (fault !== undefined) return causeOfFault(fault, status === 'dead', spec)
  return reason !== undefined && status !== 'delivered' ? causeOfSkip(reason) : undefined
}

const causeOfSkip = (reason: string): Cause => ({
  message: describeSkipReason(reason),
  code: reason,
  whoActs: whoActsOnSkip(reason),
})

function causeOfFault(fault: FaultInfo, dead: boolean, spec: string | undefined): Cause {
  return { ...fault, ...(spec !== undefined && { spec }), whoActs: whoActs(fault, dead) }
}

/**
 * The hash of the spec that mapped an event, where it is known: a record whose attempts were mapped by several versions has
 * events of each.
 */
export function specOfEvent(
  { metric, key, status }: Pick<EventResult, 'metric' | 'key' | 'status'>,
  { attempts = [], outcome }: Pick<LedgerEntry, 'attempts' | 'outcome'>,
): string | undefined {
  const isSame = (one: EventResult) => one.metric === metric && one.key === key
  // An event with a key is delivered once, and each later outcome repeats it.
  const first = status === 'delivered' && key !== undefined && attempts.find(({ delivered }) => delivered?.some(isSame))
  return first ? first.spec : outcome?.spec
}

/** An id as entered; for an e-mail address, the hash without a key that earlier versions wrote in its place. */
export function toSearchKey(id: string): string {
  const key = id.trim()
  return isEmailAddress(key) ? hashEmailAddress(key) : key
}

export const isEmailAddress = (text: string): boolean =>
  normalizeEmailAddress(text) !== undefined || /^[^\s@]+@[^\s@]+$/.test(text.trim())
