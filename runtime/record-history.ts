/** A record's way, step by step, in words and figures: what `trace` prints and the console shows. */
import { createHash } from 'node:crypto'
import { duration, moment, plural } from './lib/format.ts'
import { whoActs } from './ports/fault.ts'
import type { LedgerEntry } from './ports/ports.ts'
import type { Attempt, EventResult, FaultInfo, Outcome } from './ports/types.ts'
import { reasonWords, whoActsOnSkipped } from './skip-reasons.ts'

/** A fault or a reason, and who must act on it where that is not over. */
export interface Blame extends Pick<FaultInfo, 'message' | 'place' | 'request'> {
  /** Of the fault or the reason. */
  readonly code: string
  readonly who?: string
}

export interface ToldEvent extends Pick<EventResult, 'metric' | 'status'> {
  /** When it happened, its key, its contact, the destination's answer: each as `name value`. */
  readonly facts: readonly string[]
  readonly blame?: Blame
}

export interface Step {
  /** Milliseconds since 1970. Of several attempts, when the first ended. */
  readonly at: number
  /** `between`: attempts that ended in different ways, too many to be kept. */
  readonly what: 'received' | 'replayed' | 'between' | Outcome['status']
  /** By which road it was received: ingress, topic or stream, resource. */
  readonly road?: string
  /** Of several attempts: how many, and when the last ended. */
  readonly times?: number
  readonly last?: number
  /** Until when it waited. */
  readonly until?: number
  readonly blame?: Blame
  readonly events: readonly ToldEvent[]
}

export interface Told {
  readonly record: string
  readonly status: LedgerEntry['status']
  /** After the status: lane, tries, how long it took, when it is tried again. */
  readonly course: string
  /** From received to where it stands, oldest first. */
  readonly steps: readonly Step[]
}

export function tell(entry: LedgerEntry): Told {
  const { id, status, attempts = [] } = entry
  const steps = [received(entry), ...attempts.flatMap(attempted), ...ended(entry)]
  return { record: id, status, course: courseOf(entry), steps: steps.map(toldOnce) }
}

function received({ ingress, topic, stream, resource, receivedAt }: LedgerEntry): Step {
  // A replay is told as a step of its own; the record came as it came.
  const first = ingress !== 'replay' ? ingress : topic === undefined ? 'backfill' : 'webhook'
  const road = [first, topic ?? stream, resource && `(${resource})`].filter(Boolean).join(' ')
  return { at: receivedAt, what: 'received', road, events: [] }
}

function attempted({ fault, delivered = [], replayed, ...when }: Attempt): Step[] {
  const events = delivered.map(tellEvent)
  if (fault === undefined) return [{ ...when, what: 'between', events }]
  if (replayed === undefined) return [{ ...when, what: 'deferred', blame: blameOf(fault, false), events }]
  const died = { ...when, what: 'dead', blame: blameOf(fault, true), events } as const
  return [died, { at: replayed, what: 'replayed', events: [] }]
}

/** Only once it has: of a record that waits or was replayed, the outcome is that of the attempt before. */
function ended({ outcome, settledAt: at }: LedgerEntry): Step[] {
  if (outcome === undefined || at === undefined) return []
  const events = outcome.events.map(tellEvent)
  // What its events say themselves is not said of the record once more.
  const told = events.some(({ blame }) => blame !== undefined)
  const blame = told ? undefined : blameOfRecord(outcome)
  return [{ at, what: outcome.status, ...(blame && { blame }), events }]
}

/** Nobody need act on what something has followed. */
function toldOnce({ blame, ...step }: Step, at: number, all: readonly Step[]): Step {
  if (blame === undefined) return step
  const { who: _, ...past } = blame
  return { ...step, blame: at === all.length - 1 ? blame : past }
}

function courseOf(entry: LedgerEntry): string {
  const { lane, status, attempt, receivedAt, settledAt, due } = entry
  const cut = cutOff(entry)
  const tries = attempt > 0 ? `, ${plural(attempt, 'try', 'tries')}` : ''
  const lost = cut > 0 ? ` (${cut} cut off with the process)` : ''
  const took = settledAt === undefined ? '' : `, ${duration(settledAt - receivedAt)} after it came`
  const next = status === 'deferred' && due !== undefined ? `, next try ${moment(due)}` : ''
  return `in lane ${lane}${tries}${lost}${took}${next}`
}

/** Attempts, since the last replay, that came to no end: nothing is known of them but that they began. */
function cutOff({ attempt, attempts = [], status }: LedgerEntry): number {
  const since = attempts.slice(attempts.findLastIndex(({ replayed }) => replayed !== undefined) + 1)
  const told = since.reduce((sum, { times = 1 }) => sum + times, 0)
  return attempt - told - (status === 'pending' || status === 'deferred' ? 0 : 1)
}

function tellEvent(event: EventResult): ToldEvent {
  const { metric, status, time, key, contact, receipt } = event
  const facts = [
    time && `at ${time}`,
    key && `key ${key}`,
    contact && `contact ${contact}`,
    receipt && `answered ${receipt.status}${receipt.request ? `, request ${receipt.request}` : ''}`,
    receipt?.without?.length && `sent without ${receipt.without.join(', ')}`,
  ]
  const blame = blameOfEvent(event)
  return { metric, status, facts: facts.filter((fact) => typeof fact === 'string'), ...(blame && { blame }) }
}

function blameOfRecord(outcome: Outcome): Blame | undefined {
  if (outcome.status === 'skipped') return blameOfSkipped(outcome.reason)
  return 'fault' in outcome ? blameOf(outcome.fault, outcome.status === 'dead') : undefined
}

function blameOfEvent({ status, reason, fault }: EventResult): Blame | undefined {
  if (fault !== undefined) return blameOf(fault, status === 'dead')
  return status === 'skipped' && reason !== undefined ? blameOfSkipped(reason) : undefined
}

const blameOfSkipped = (reason: string): Blame => ({
  message: reasonWords(reason),
  code: reason,
  who: whoActsOnSkipped(reason),
})

function blameOf(fault: FaultInfo, dead: boolean): Blame {
  const { kind: _, ...rest } = fault
  return { ...rest, who: whoActs(fault, dead) }
}

/** The ledger holds no address, only what `EventResult.person` says: the SHA-256 of it in lower case, hex. */
export function referenceOf(id: string): string {
  const word = id.trim()
  const isAddress = /^[^\s@]+@[^\s@]+$/.test(word)
  return isAddress ? createHash('sha256').update(word.toLowerCase()).digest('hex') : word
}
