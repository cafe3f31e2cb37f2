/** The spans of an event's course: what was waited for, and for how long. */
import { expect, test } from 'vitest'
import { toSpans } from '../../../runtime/console/pages/event/course.ts'
import type { LedgerEntry } from '../../../runtime/ports/ledger.ts'

const entry = (heldMs?: number) =>
  ({
    receivedAt: 1_000,
    settledAt: 5_000,
    status: 'delivered',
    outcome: {
      status: 'delivered',
      timing: { startedAt: 1_100, mappedMs: 400 },
      events: [{ receipt: { status: 202, ...(heldMs !== undefined && { heldMs }) } }],
    },
  }) as unknown as LedgerEntry

const lengths = (one: LedgerEntry) => toSpans(one, 9_000).map(({ label, start, end }) => [label, end - start])

test.each([
  ['none', undefined, []],
  ['some', 3_000, [['Held by the rate limit', 3_000]]],
  ['never more than there was', 60_000, [['Held by the rate limit', 3_500]]],
])('the wait for the rate limit: %s', (_, heldMs, held) => {
  const sent = 3_500 - Number(held[0]?.[1] ?? 0)
  expect(lengths(entry(heldMs))).toEqual([
    ['Waited for its turn', 100],
    ['Mapped, with data read for it', 400],
    ...held,
    ['Sent, until the answer was stored', sent],
  ])
})
