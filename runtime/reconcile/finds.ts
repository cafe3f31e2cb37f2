/** Counts what reconciliation read, and what it delivered that no webhook had reported. */
import { sum } from '../backfill/counts.ts'
import { RECONCILE_SCOPE, type Tally } from '../ports/ledger.ts'
import type { ReconcilePass } from './types.ts'

/** Deliveries that no webhook reported, by metric; profile updates among them. */
export function countFinds(tallies: readonly Tally[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { scope, status, metric, count } of tallies)
    if (scope === RECONCILE_SCOPE && status === 'delivered') counts.set(metric, (counts.get(metric) ?? 0) + count)
  return counts
}

/** Changed records that a pass read. */
export const countChanged = ({ streams }: ReconcilePass): number => sum(streams.map(({ read }) => read))
