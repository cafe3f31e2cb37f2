/** Counts the events that wait outside the queues, for a contact or a confirmation. */
import { html } from 'hono/html'
import { sum } from '../backfill/counts.ts'
import type { Tally } from '../ports/ledger.ts'
import type { WaitReason } from '../ports/types.ts'
import { countLink } from './count-link.ts'
import type { Html, PageContext } from './types.ts'

interface WaitFilter {
  readonly metric?: string
  readonly reason?: WaitReason
}

export function countWaiting(tallies: readonly Tally[], { metric, reason }: WaitFilter): number {
  const waiting = tallies.filter(
    (tally) =>
      tally.status === 'deferred' &&
      tally.metric === (metric ?? tally.metric) &&
      tally.reason === (reason ?? tally.reason),
  )
  return sum(waiting.map(({ count }) => count))
}

const AWAITING_IDENTITY = 'awaiting-identity'

/** "3 events wait for the e-mail address or phone number of their contact". Empty: none does. */
export function waitingForIdentity(tallies: readonly Tally[], context: PageContext, metric?: string): Html | '' {
  const filter = { reason: AWAITING_IDENTITY, ...(metric !== undefined && { metric }) } as const
  const count = countWaiting(tallies, filter)
  if (count === 0) return ''
  const [wait, whose] = count === 1 ? ['event waits', 'its'] : ['events wait', 'their']
  return html`${countLink(count, { outcome: 'waiting', ...filter }, context)} ${wait} for the e-mail address or phone number of ${whose} contact`
}
