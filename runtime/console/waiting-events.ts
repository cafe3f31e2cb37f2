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

/** What one event waits for, and what several do. */
const TEXTS: Readonly<Record<WaitReason, readonly [one: string, several: string]>> = {
  'awaiting-identity': [
    'event waits for the e-mail address or phone number of its contact',
    'events wait for the e-mail address or phone number of their contact',
  ],
  'awaiting-contact': ['event waits for its contact to be found', 'events wait for their contact to be found'],
  'awaiting-confirmation': ['deletion waits to be confirmed', 'deletions wait to be confirmed'],
  'awaiting-deletion': ['deletion waits for events under way', 'deletions wait for events under way'],
}

export interface WaitingForReason {
  readonly reason: WaitReason
  /** "3 events wait for the e-mail address or phone number of their contact". */
  readonly text: Html
}

/** What waits outside the queues, of all metrics or of one. */
export function waitingByReason(
  tallies: readonly Tally[],
  context: PageContext,
  metric?: string,
): readonly WaitingForReason[] {
  return (Object.keys(TEXTS) as WaitReason[]).flatMap((reason) => {
    const filter = { reason, ...(metric !== undefined && { metric }) }
    const count = countWaiting(tallies, filter)
    if (count === 0) return []
    const text = html`${countLink(count, { outcome: 'waiting', ...filter }, context)} ${TEXTS[reason][count === 1 ? 0 : 1]}`
    return [{ reason, text }]
  })
}
