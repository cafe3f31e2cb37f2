/** What an outcome leaves in the ledger: its totals, and what it can be found by. The same for every store. */
import type { EventResult, Outcome, Trouble } from '../types.ts'

/** What one record adds one to. */
export interface TallyLine {
  readonly metric: string
  readonly status: EventResult['status']
  readonly reason: string
}

/** A record's tallies are kept under its backfill run, or here. */
export const LIVE_SCOPE = 'live'

/** What a record waited for, if its last attempt was deferred. */
export function troubleOf(outcome: Outcome | undefined): Trouble | undefined {
  if (outcome?.status !== 'deferred' || outcome.since === undefined) return undefined
  return { kind: outcome.fault.kind, since: outcome.since }
}

/** The idempotency keys that an outcome proves delivered. A deferred or dead record may have delivered some, too. */
export function deliveredKeys(outcome: Outcome): string[] {
  return outcome.events.flatMap(({ status, key }) => (status === 'delivered' && key !== undefined ? [key] : []))
}

/** Everything that a person may look its events up by: key, contact and person. */
export function refsOf(outcome: Outcome): Set<string> {
  const refs = outcome.events.flatMap(({ key, contact, person }) => [key, contact, person])
  return new Set(refs.filter((ref) => ref !== undefined))
}

/**
 * What an outcome adds to the totals.
 *
 * A deferred record comes back and is counted then; only deliveries with a key count at once, since
 * that key is never new again. `isNew` says whether a key was first recorded by this outcome, so an
 * event that is settled twice (a retry, a replay, a second backfill) is counted once.
 */
export function tallyLines(outcome: Outcome, isNew: (key: string) => boolean): TallyLine[] {
  if (outcome.events.length === 0) return outcome.status === 'deferred' ? [] : [tallyOfRecord(outcome)]
  return outcome.events
    .filter((event) => {
      if (event.status === 'delivered' && event.key !== undefined) return isNew(event.key)
      return outcome.status !== 'deferred' && event.status !== 'deferred'
    })
    .map(tallyOfEvent)
}

function tallyOfEvent({ metric, status, reason, fault }: EventResult): TallyLine {
  return { metric, status, reason: status === 'delivered' ? '' : (reason ?? fault?.code ?? '') }
}

function tallyOfRecord(outcome: Outcome): TallyLine {
  const { status } = outcome
  if (status === 'skipped') return { metric: '', status, reason: outcome.reason }
  return { metric: '', status, reason: status === 'delivered' ? '' : outcome.fault.code }
}
