/** Counts the events that wait for their contact. */
import { plural } from '../lib/format.ts'
import { DELETION } from '../mapping/person/deletions.ts'
import type { Tally } from '../ports/ledger.ts'

/** "3 events wait for the e-mail address or phone number of their contact". */
export const describeWaiting = (count: number): string =>
  `${plural(count, 'event')} ${count === 1 ? 'waits' : 'wait'} for the e-mail address or phone number of ${count === 1 ? 'its' : 'their'} contact`

/** Events that wait for their contact; or those of a metric, for whatever they wait. */
export function countWaiting(tallies: readonly Tally[], metric?: string): number {
  const isCounted = (tally: Tally) => (metric === undefined ? tally.metric !== DELETION : tally.metric === metric)
  const waiting = tallies.filter((tally) => tally.status === 'deferred' && isCounted(tally))
  return waiting.reduce((sum, { count }) => sum + count, 0)
}
