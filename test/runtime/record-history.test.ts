/** The history of a record whose attempts the ledger does not hold one by one. */
import { describe, expect, test } from 'vitest'
import { renderTimeline } from '../../runtime/cli/output/timeline.ts'
import { delivered, event, fault, record } from '../../runtime/conformance/contracts/store/fixtures.ts'
import type { LedgerEntry } from '../../runtime/ports/ledger.ts'
import type { Attempt } from '../../runtime/ports/types.ts'
import { buildRecordHistory, specOfEvent } from '../../runtime/record-history.ts'

const AT = Date.parse('2026-03-01T12:00:00Z')
const { orderingKey: _, ...shown } = record('a', { topic: 'chat.opened', receivedAt: AT })
const waited = (count?: number): Attempt => ({ at: AT, fault, until: AT + 1000, ...(count && { count }) })
const died: Attempt = { at: AT, fault, replayed: AT + 1000 }
const entry = (rest: Partial<LedgerEntry>): LedgerEntry => ({
  ...shown,
  seq: 1,
  status: 'delivered',
  attempt: 1,
  ...rest,
})

describe('interrupted attempts', () => {
  const rows: [what: string, rest: Partial<LedgerEntry>, attempts: string][] = [
    ['none', { attempt: 3, attempts: [waited(2)] }, '3 attempts'],
    ['before the first outcome', { attempt: 2 }, '2 attempts (1 interrupted by a process exit)'],
    ['between outcomes', { attempt: 6, attempts: [waited(3)] }, '6 attempts (2 interrupted by a process exit)'],
    ['of a leased record', { status: 'leased', attempt: 2, attempts: [waited()] }, '2 attempts'],
    ['of a deferred record', { status: 'deferred', attempt: 1, attempts: [waited()] }, '1 attempt'],
    [
      'of a record whose process died',
      { status: 'pending', attempt: 2, attempts: [waited()] },
      '2 attempts (1 interrupted by',
    ],
    ['before a replay', { attempt: 1, attempts: [waited(7), died] }, '1 attempt'],
    ['after a replay', { attempt: 3, attempts: [died, waited()] }, '3 attempts (1 interrupted by a process exit)'],
  ]
  test.each(rows)('%s', (_, rest, attempts) => {
    expect(`${buildRecordHistory(entry(rest)).summary},`).toContain(`live, ${attempts}`)
    if (!attempts.includes('interrupted')) expect(buildRecordHistory(entry(rest)).summary).not.toContain('interrupted')
  })
})

test('summarises attempts that were not stored, and lists their events', () => {
  const sent = delivered({ metric: 'M', status: 'delivered', lane: 'live', receipt: { status: 202, requestId: 'r7' } })
  const between: Attempt = { at: AT, count: 4200, last: AT + 9000, delivered: sent.events }
  const text = renderTimeline([entry({ attempts: [waited(), between, waited(37)] })], (_, words) => words)
  expect(text).toContain(
    '2026-03-01 12:00:00Z  between  4,200 attempts with different outcomes, the last 2026-03-01 12:00:09Z',
  )
  expect(text).toContain('answered 202, request r7')
  expect(text).toContain('deferred  37 times, until 2026-03-01 12:00:01Z')
})

test('a record that waits for its contact shows its checks as one step, with the events and no action', () => {
  const wait = { awaits: 'awaiting-identity', until: AT + 60_000 } as const
  const event = { metric: 'M', status: 'deferred', lane: 'live', reason: 'awaiting-identity', contact: 'c1' } as const
  const waiting = entry({
    status: 'deferred',
    attempt: 12,
    due: AT + 60_000,
    attempts: [{ at: AT, count: 12, last: AT + 1000, ...wait }],
    outcome: { status: 'deferred', ...wait, events: [event] },
  })
  const text = renderTimeline([waiting], (_, words) => words)
  expect(text).toContain('12 attempts, waits for its contact, next check 2026-03-01 12:01:00Z')
  expect(text).toContain('deferred  12 times, the last 2026-03-01 12:00:01Z, until 2026-03-01 12:01:00Z')
  expect(text).toContain('because  the contact has no e-mail address or phone number yet')
  expect(text).toContain('[awaiting-identity]')
  expect(text).toContain('who acts no one')
  expect(text).not.toContain('interrupted')
})

test('the replay of a webhook record is a step, not its origin', () => {
  const steps = buildRecordHistory(entry({ ingress: 'replay', attempts: [died] })).steps
  expect(steps.map(({ kind, origin = '' }) => `${kind} ${origin}`.trim())).toEqual([
    'received webhook chat.opened',
    'dead',
    'replayed',
  ])
})

describe('attempts by several versions of the spec', () => {
  const sent = event('Created', { key: 'k1' })
  const refused = event('Rated', { status: 'dead', fault })
  const attempts = [{ ...died, spec: 'one', delivered: [sent] }]
  const mapped = entry({
    attempts,
    settledAt: AT,
    outcome: { status: 'dead', fault, spec: 'two', events: [sent, refused] },
  })

  test('a cause has the version of its attempt', () => {
    const causes = buildRecordHistory(mapped).steps.flatMap((step) =>
      [step, ...step.events].map(({ cause }) => cause?.spec),
    )
    expect(causes.filter(Boolean)).toEqual(['one', 'two'])
  })

  test('an event has the version of the attempt that delivered it first, any other that of the last', () => {
    expect(specOfEvent(sent, mapped)).toBe('one')
    expect(specOfEvent(refused, mapped)).toBe('two')
    expect(specOfEvent(event('Profile'), mapped)).toBe('two')
    expect(specOfEvent(sent, { ...mapped, attempts: [{ ...died, delivered: [sent] }] })).toBeUndefined()
  })
})

test('the place of a fault stands with the version of the spec that it is in', () => {
  const outcome = {
    status: 'dead',
    spec: 'abc123',
    fault: { ...fault, place: 'mappings/a.yaml:9:12' },
    events: [],
  } as const
  const text = renderTimeline([entry({ status: 'dead', outcome, settledAt: AT })], (_, words) => words)
  expect(text).toContain('place    mappings/a.yaml:9:12\n      spec     abc123\n')
})

test('a bug links to the issue tracker, other faults do not', () => {
  const links = { homepage: 'https://code.example', bugsUrl: 'https://code.example/issues' }
  const textOf = (kind: 'bug' | 'data') => {
    const outcome = { status: 'dead', fault: { ...fault, kind }, events: [] } as const
    return renderTimeline([entry({ status: 'dead', outcome, settledAt: AT })], (_, words) => words, links)
  }
  expect(textOf('bug')).toContain('report   https://code.example/issues\n')
  expect(textOf('data')).not.toContain('report')
  expect(textOf('data')).toContain('docs     https://code.example/blob/main/')
})
