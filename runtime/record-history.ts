/** A record's way, step by step, in words and figures: what `trace` prints and the console shows. */
import { createHash } from 'node:crypto'
import { formatDuration, formatTime, plural } from './lib/format.ts'
import { whoActs } from './ports/fault.ts'
import type { LedgerEntry } from './ports/ledger.ts'
import type { Attempt, EventResult, FaultInfo, Outcome } from './ports/types.ts'
import { describeSkipReason, whoActsOnSkip } from './skip-reasons.ts'

/** A fault or a reason, and who must act on it where that is not over. */
export interface Cause extends Pick<FaultInfo, 'message' | 'place' | 'requestId'> {
  /** Of the fault or the reason. */
  readonly code: string
  readonly who?: string
}

export interface EventHistory extends Pick<EventResult, 'metric' | 'status'> {
  /** When it happened, its key, its contact, the destination's answer: each as `name value`. */
  readonly facts: readonly string[]
  readonly blame?: Cause
}

export interface HistoryStep {
  /** Milliseconds since 1970. Of several attempts, when the first ended. */
  readonly at: number
  /** `between`: attempts that ended in different ways, too many to be kept. */
  readonly what: 'received' | 'replayed' | 'between' | Outcome['status']
  /** By which road it was received: ingress, topic or stream, resource. */
  readonly road?: string
  /** Of several attempts: how many, and when the last ended. */
  readonly count?: number
  readonly last?: number
  /** Until when it waited. */
  readonly until?: number
  readonly blame?: Cause
  readonly events: readonly EventHistory[]
}

export interface RecordHistory {
  readonly record: string
  readonly status: LedgerEntry['status']
  /** After the status: lane, tries, how long it took, when it is tried again. */
  readonly summary: string
  /** From received to where it stands, oldest first. */
  readonly steps: readonly HistoryStep[]
}

export function recordHistory(entry: LedgerEntry): RecordHistory {
  const { id, status, attempts = [] } = entry
  const steps = [received(entry), ...attempts.flatMap(attempted), ...ended(entry)]
  return { record: id, status, summary: courseOf(entry), steps: steps.map(toldOnce) }
}

function received({ ingress, topic, stream, resource, receivedAt }: LedgerEntry): HistoryStep {
  // A replay is told as a step of its own; the record came as it came.
  const first = ingress !== 'replay' ? ingress : topic === undefined ? 'backfill' : 'webhook'
  const road = [first, topic ?? stream, resource && `(${resource})`].filter(Boolean).join(' ')
  return { at: receivedAt, what: 'received', road, events: [] }
}

function attempted({ fault, delivered = [], replayed, ...when }: Attempt): HistoryStep[] {
  const events = delivered.map(tellEvent)
  if (fault === undefined) return [{ ...when, what: 'between', events }]
  if (replayed === undefined) return [{ ...when, what: 'deferred', blame: blameOf(fault, false), events }]
  const died = { ...when, what: 'dead', blame: blameOf(fault, true), events } as const
  return [died, { at: replayed, what: 'replayed', events: [] }]
}

/** Only once it has: of a record that waits or was replayed, the outcome is that of the attempt before. */
function ended({ outcome, settledAt: at }: LedgerEntry): HistoryStep[] {
  if (outcome === undefined || at === undefined) return []
  const events = outcome.events.map(tellEvent)
  // What its events say themselves is not said of the record once more.
  const told = events.some(({ blame }) => blame !== undefined)
  const blame = told ? undefined : blameOfRecord(outcome)
  return [{ at, what: outcome.status, ...(blame && { blame }), events }]
}

/** Nobody need act on what something has followed. */
function toldOnce({ blame, ...step }: HistoryStep, at: number, all: readonly HistoryStep[]): HistoryStep {
  if (blame === undefined) return step
  const { who: _, ...past } = blame
  return { ...step, blame: at === all.length - 1 ? blame : past }
}

function courseOf(entry: LedgerEntry): string {
  const { lane, status, attempt, receivedAt, settledAt, due } = entry
  const cut = cutOff(entry)
  const tries = attempt > 0 ? `, ${plural(attempt, 'try', 'tries')}` : ''
  const lost = cut > 0 ? ` (${cut} cut off with the process)` : ''
  const took = settledAt === undefined ? '' : `, ${formatDuration(settledAt - receivedAt)} after it came`
  const next = status === 'deferred' && due !== undefined ? `, next try ${formatTime(due)}` : ''
  return `in lane ${lane}${tries}${lost}${took}${next}`
}

/** Attempts, since the last replay, that came to no end: nothing is known of them but that they began. */
function cutOff({ attempt, attempts = [], status }: LedgerEntry): number {
  const since = attempts.slice(attempts.findLastIndex(({ replayed }) => replayed !== undefined) + 1)
  const told = since.reduce((sum, { count: times = 1 }) => sum + times, 0)
  return attempt - told - (status === 'pending' || status === 'deferred' ? 0 : 1)
}

function tellEvent(event: EventResult): EventHistory {
  const { metric, status, time, key, contact, receipt } = event
  const facts = [
    time && `at ${time}`,
    key && `key ${key}`,
    contact && `contact ${contact}`,
    receipt && `answered ${receipt.status}${receipt.requestId ? `, request ${receipt.requestId}` : ''}`,
    receipt?.omittedFields?.length && `sent without ${receipt.omittedFields.join(', ')}`,
  ]
  const blame = blameOfEvent(event)
  return { metric, status, facts: facts.filter((fact) => typeof fact === 'string'), ...(blame && { blame }) }
}

function blameOfRecord(outcome: Outcome): Cause | undefined {
  if (outcome.status === 'skipped') return blameOfSkipped(outcome.reason)
  return 'fault' in outcome ? blameOf(outcome.fault, outcome.status === 'dead') : undefined
}

function blameOfEvent({ status, reason, fault }: EventResult): Cause | undefined {
  if (fault !== undefined) return blameOf(fault, status === 'dead')
  return status === 'skipped' && reason !== undefined ? blameOfSkipped(reason) : undefined
}

const blameOfSkipped = (reason: string): Cause => ({
  message: describeSkipReason(reason),
  code: reason,
  who: whoActsOnSkip(reason),
})

function blameOf(fault: FaultInfo, dead: boolean): Cause {
  const { kind: _, ...rest } = fault
  return { ...rest, who: whoActs(fault, dead) }
}

/** The ledger holds no address, only what `EventResult.person` says: the SHA-256 of it in lower case, hex. */
export function searchKeyOf(id: string): string {
  const word = id.trim()
  const isAddress = /^[^\s@]+@[^\s@]+$/.test(word)
  return isAddress ? createHash('sha256').update(word.toLowerCase()).digest('hex') : word
}
