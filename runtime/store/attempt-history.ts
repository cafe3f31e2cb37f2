/** Bounds the history of a record's attempts. Shared by all stores. */
import { ALREADY_DELIVERED } from '../ports/ledger.ts'
import type { Attempt, EventResult, FaultInfo, Outcome } from '../ports/types.ts'

/** Keeps the newest attempts separate, with their times and request ids. */
const KEEP_NEWEST = 3
/** Keeps the first entries: the beginning of a failure says most about it. */
const KEEP_FIRST = 3
/** Entries in total. Merges those between the first and the newest, without their faults. */
const MAX_ENTRIES = 12

const newestOf = ({ until, timing }: Attempt) => ({ ...(until && { until }), ...(timing && { timing }) })

/** Adds an attempt that was not the record's last: the record was deferred, or died and was replayed. */
export function withAttempt(attempts: readonly Attempt[], next: Attempt): readonly Attempt[] {
  const last = attempts.at(-1)
  if (last !== undefined && last.awaits !== undefined && last.awaits === next.awaits && next.delivered === undefined) {
    return [...attempts.slice(0, -1), { ...last, ...mergedSpan(last, next), ...newestOf(next) }]
  }
  return limitEntries(mergeRepeated([...attempts, next]))
}

/** Merges the attempt that just left the newest into the entry before it, if both ended alike. */
function mergeRepeated(all: readonly Attempt[]): readonly Attempt[] {
  const at = all.length - KEEP_NEWEST - 1
  const [older, newer] = [all[at - 1], all[at]]
  if (older === undefined || newer === undefined || !endedAlike(older, newer)) return all
  return [...all.slice(0, at - 1), { ...newer, ...mergedSpan(older, newer) }, ...all.slice(at + 1)]
}

function limitEntries(all: readonly Attempt[]): readonly Attempt[] {
  const [older, newer] = all.slice(KEEP_FIRST)
  if (all.length <= MAX_ENTRIES || older === undefined || newer === undefined) return all
  return [...all.slice(0, KEEP_FIRST), mergeWithoutFault(older, newer), ...all.slice(KEEP_FIRST + 2)]
}

/** What a person did with a dead record. */
export type AttemptEnd = Partial<Pick<Attempt, 'replayed' | 'dismissed'>>

/** The attempt that ended with this outcome. Omits deliveries without a key: each attempt repeats them. */
export function toAttempt(outcome: Outcome, at: number, end: AttemptEnd = {}): Attempt | undefined {
  if (outcome.status !== 'deferred' && outcome.status !== 'dead') return undefined
  const delivered = outcome.events.filter(({ status, key }) => status === 'delivered' && key !== undefined)
  return {
    at,
    ...(outcome.fault && { fault: outcome.fault }),
    ...(outcome.status === 'deferred' && outcome.awaits && { awaits: outcome.awaits }),
    ...(outcome.status === 'deferred' && { until: outcome.until }),
    ...end,
    ...(delivered.length > 0 && { delivered }),
    ...(outcome.spec !== undefined && { spec: outcome.spec }),
    ...(outcome.timing && { timing: outcome.timing }),
  }
}

/**
 * The outcome with which a record ends, with what earlier ones of the same record delivered as delivered: the last
 * left it out as delivered before. So each event is counted once, and not as left out, too.
 */
export function withOwnDeliveries(outcome: Outcome, attempts: readonly Attempt[] = []): Outcome {
  if (outcome.status === 'deferred') return outcome
  const own = new Set(attempts.flatMap(({ delivered = [] }) => delivered.flatMap(({ key }) => key ?? [])))
  const isOwn = ({ status, reason, key = '' }: EventResult) =>
    status === 'skipped' && reason === ALREADY_DELIVERED && own.has(key)
  if (own.size === 0 || !outcome.events.some(isOwn)) return outcome
  const events = outcome.events.map((event): EventResult => {
    const { reason: _, ...rest } = event
    return isOwn(event) ? { ...rest, status: 'delivered' } : event
  })
  return { ...outcome, events }
}

/** Whether two attempts differ only in time and request id. */
function endedAlike(a: Attempt, b: Attempt): boolean {
  const faultsOnly = [a, b].every(
    ({ replayed, dismissed, delivered, fault }) =>
      replayed === undefined && dismissed === undefined && delivered === undefined && fault !== undefined,
  )
  return faultsOnly && faultName(a.fault) === faultName(b.fault)
}

function faultName(fault: FaultInfo | undefined): string {
  return JSON.stringify([fault?.kind, fault?.code, fault?.message, fault?.place])
}

function mergedSpan(first: Attempt, next: Attempt) {
  return { at: first.at, count: (first.count ?? 1) + (next.count ?? 1), last: next.last ?? next.at }
}

/** Keeps the deliveries: the record's final outcome lists them as delivered before, without receipts. */
function mergeWithoutFault(older: Attempt, newer: Attempt): Attempt {
  const delivering = [older, newer].filter((attempt) => attempt.delivered !== undefined)
  const delivered = delivering.flatMap((attempt) => attempt.delivered ?? [])
  const [spec, ...others] = new Set(delivering.map((attempt) => attempt.spec))
  return {
    ...mergedSpan(older, newer),
    ...(delivered.length > 0 && { delivered }),
    ...(spec !== undefined && others.length === 0 && { spec }),
  }
}
