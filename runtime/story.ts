/** What became of a record, in words and figures: what `trace` prints and the console shows. */
import { createHash } from 'node:crypto'
import { whoActs } from './fault.ts'
import { duration, moment, plural } from './format.ts'
import type { LedgerEntry } from './ports.ts'
import type { EventResult, FaultInfo } from './types.ts'

/** A fault and who must act on it. */
export interface Blame extends Pick<FaultInfo, 'message' | 'code' | 'place'> {
  readonly who: string
}

export interface ToldEvent extends Pick<EventResult, 'metric' | 'status' | 'reason'> {
  /** When it happened, its key, its contact, the destination's answer: each as `name value`. */
  readonly facts: readonly string[]
  readonly blame?: Blame
}

export interface Told {
  /** Milliseconds since 1970. */
  readonly receivedAt: number
  /** By which road: ingress, topic or stream, resource. */
  readonly road: string
  readonly record: string
  readonly status: LedgerEntry['status']
  /** After the status: lane, tries, how long it took, when it is tried again. */
  readonly course: string
  readonly reason?: string
  readonly blame?: Blame
  readonly events: readonly ToldEvent[]
}

export function tell(entry: LedgerEntry): Told {
  const { outcome } = entry
  const road = [entry.ingress, entry.topic ?? entry.stream, entry.resource && `(${entry.resource})`]
  return {
    receivedAt: entry.receivedAt,
    road: road.filter(Boolean).join(' '),
    record: entry.id,
    status: entry.status,
    course: courseOf(entry),
    ...(outcome?.status === 'skipped' && { reason: outcome.reason }),
    ...(outcome && 'fault' in outcome && { blame: blameOf(outcome.fault, outcome.status === 'dead') }),
    events: (outcome?.events ?? []).map(tellEvent),
  }
}

function courseOf({ lane, status, attempt, receivedAt, settledAt, due }: LedgerEntry): string {
  const tries = attempt > 0 ? `, ${plural(attempt, 'try', 'tries')}` : ''
  const took = settledAt === undefined ? '' : `, ${duration(settledAt - receivedAt)} after it came`
  const next = status === 'deferred' && due !== undefined ? `, next try ${moment(due)}` : ''
  return `in lane ${lane}${tries}${took}${next}`
}

function tellEvent(event: EventResult): ToldEvent {
  const { metric, status, time, key, contact, reason, receipt, fault } = event
  const facts = [
    time && `at ${time}`,
    key && `key ${key}`,
    contact && `contact ${contact}`,
    receipt && `answered ${receipt.status}${receipt.request ? `, request ${receipt.request}` : ''}`,
    receipt?.without?.length && `sent without ${receipt.without.join(', ')}`,
    reason && `reason ${reason}`,
  ]
  return {
    metric,
    status,
    facts: facts.filter((fact) => typeof fact === 'string'),
    ...(reason !== undefined && { reason }),
    ...(fault && { blame: blameOf(fault, status === 'dead') }),
  }
}

function blameOf(fault: FaultInfo, dead: boolean): Blame {
  const { message, code, place } = fault
  return { message, code, ...(place !== undefined && { place }), who: whoActs(fault, dead) }
}

/** The ledger holds no address, only what `EventResult.person` says: the SHA-256 of it in lower case, hex. */
export function referenceOf(id: string): string {
  const word = id.trim()
  const isAddress = /^[^\s@]+@[^\s@]+$/.test(word)
  return isAddress ? createHash('sha256').update(word.toLowerCase()).digest('hex') : word
}
