/** How the ledger keeps a record's attempts: few lines, however long the trouble lasts. The same for every store. */
import type { Attempt, FaultInfo, Outcome } from '../ports/types.ts'

/** The newest are told one by one, with the times and request ids of each. */
const NEWEST = 3
/** Where trouble began says most about it, so the first lines stay. */
const FIRST = 3
/** Lines in all. Those between are one, without their faults. */
const MOST = 12

/** The attempts kept of a record after one more, which was not its last: it waited, or died and was replayed. */
export function withAttempt(known: readonly Attempt[], next: Attempt): readonly Attempt[] {
  return atMost(gathered([...known, next]))
}

/** What is no longer among the newest joins the line before it, if they ended alike. */
function gathered(all: readonly Attempt[]): readonly Attempt[] {
  const at = all.length - NEWEST - 1
  const [older, newer] = [all[at - 1], all[at]]
  if (older === undefined || newer === undefined || !alike(older, newer)) return all
  return [...all.slice(0, at - 1), { ...newer, ...counted(older, newer) }, ...all.slice(at + 1)]
}

function atMost(all: readonly Attempt[]): readonly Attempt[] {
  const [older, newer] = all.slice(FIRST)
  if (all.length <= MOST || older === undefined || newer === undefined) return all
  return [...all.slice(0, FIRST), leftOut(older, newer), ...all.slice(FIRST + 2)]
}

/** What an outcome that was not the last leaves. A delivery without a key is made again by each attempt. */
export function attemptOf(outcome: Outcome, at: number, replayed?: number): Attempt | undefined {
  if (outcome.status !== 'deferred' && outcome.status !== 'dead') return undefined
  const delivered = outcome.events.filter(({ status, key }) => status === 'delivered' && key !== undefined)
  return {
    at,
    fault: outcome.fault,
    ...(outcome.status === 'deferred' && { until: outcome.until }),
    ...(replayed !== undefined && { replayed }),
    ...(delivered.length > 0 && { delivered }),
  }
}

/** Two that differ in when they were and in their request ids only. */
function alike(a: Attempt, b: Attempt): boolean {
  const plain = [a, b].every(({ replayed, delivered }) => replayed === undefined && delivered === undefined)
  return plain && nameOf(a.fault) === nameOf(b.fault)
}

function nameOf(fault: FaultInfo | undefined): string {
  return JSON.stringify([fault?.kind, fault?.code, fault?.message, fault?.place])
}

function counted(first: Attempt, next: Attempt) {
  return { at: first.at, count: (first.count ?? 1) + (next.count ?? 1), last: next.last ?? next.at }
}

/** What was delivered is kept, since the record's own outcome will only say that it was delivered before. */
function leftOut(older: Attempt, newer: Attempt): Attempt {
  const delivered = [...(older.delivered ?? []), ...(newer.delivered ?? [])]
  return { ...counted(older, newer), ...(delivered.length > 0 && { delivered }) }
}
