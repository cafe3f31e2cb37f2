/** What a record's way says where the ledger does not know each attempt. */
import { describe, expect, test } from 'vitest'
import { timeline } from '../../runtime/cli/output/timeline.ts'
import type { LedgerEntry } from '../../runtime/ports/ledger.ts'
import type { Attempt } from '../../runtime/ports/types.ts'
import { recordHistory } from '../../runtime/record-history.ts'
import { delivered, fault, record } from '../contract/store-fixtures.ts'

const AT = Date.parse('2026-03-01T12:00:00Z')
const { workspace: _, orderingKey: __, ...shown } = record('a', { topic: 'chat.opened', receivedAt: AT })
const waited = (count?: number): Attempt => ({ at: AT, fault, until: AT + 1000, ...(count && { count }) })
const died: Attempt = { at: AT, fault, replayed: AT + 1000 }
const entry = (rest: Partial<LedgerEntry>): LedgerEntry => ({
  ...shown,
  seq: 1,
  status: 'delivered',
  attempt: 1,
  ...rest,
})

describe('tries that were cut off', () => {
  const rows: [what: string, rest: Partial<LedgerEntry>, tries: string][] = [
    ['none', { attempt: 3, attempts: [waited(2)] }, '3 tries'],
    ['before the first end', { attempt: 2 }, '2 tries (1 cut off with the process)'],
    ['between ends', { attempt: 6, attempts: [waited(3)] }, '6 tries (2 cut off with the process)'],
    ['of one on its way', { status: 'leased', attempt: 2, attempts: [waited()] }, '2 tries'],
    ['of one that waits', { status: 'deferred', attempt: 1, attempts: [waited()] }, '1 try'],
    ['of one whose process died', { status: 'pending', attempt: 2, attempts: [waited()] }, '2 tries (1 cut off with'],
    ['before a replay', { attempt: 1, attempts: [waited(7), died] }, '1 try'],
    ['after a replay', { attempt: 3, attempts: [died, waited()] }, '3 tries (1 cut off with the process)'],
  ]
  test.each(rows)('%s', (_, rest, tries) => {
    expect(`${recordHistory(entry(rest)).summary},`).toContain(`in lane live, ${tries}`)
    if (!tries.includes('cut off')) expect(recordHistory(entry(rest)).summary).not.toContain('cut off')
  })
})

test('says how many attempts were not kept, and what was delivered among them', () => {
  const sent = delivered({ metric: 'M', status: 'delivered', lane: 'live', receipt: { status: 202, requestId: 'r7' } })
  const between: Attempt = { at: AT, count: 4200, last: AT + 9000, delivered: sent.events }
  const text = timeline([entry({ attempts: [waited(), between, waited(37)] })], (_, words) => words)
  expect(text).toContain(
    '2026-03-01 12:00:00Z  between  4,200 attempts with different outcomes, the last 2026-03-01 12:00:09Z',
  )
  expect(text).toContain('answered 202, request r7')
  expect(text).toContain('deferred  37 times, until 2026-03-01 12:00:01Z')
})

test('of a record that came by webhook, a replay is a step, not the road', () => {
  const steps = recordHistory(entry({ ingress: 'replay', attempts: [died] })).steps
  expect(steps.map(({ what, road = '' }) => `${what} ${road}`.trim())).toEqual([
    'received webhook chat.opened',
    'dead',
    'replayed',
  ])
})
