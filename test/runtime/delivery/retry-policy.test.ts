/** The retry policy as a table: the delay after each fault, and when to give up. */
import { expect, test } from 'vitest'
import { failingSince, retryAt } from '../../../runtime/delivery/retry-policy.ts'
import { Fault, type FaultKind } from '../../../runtime/ports/fault.ts'

const NOW = 1_800_000_000_000
const DAY = 86_400_000
const SECOND = 1_000

interface Case {
  readonly what: string
  readonly kind: FaultKind
  readonly attempt?: number
  readonly retryAfter?: number
  readonly dead?: boolean
  readonly retryState?: { readonly kind: FaultKind; readonly since: number }
  /** Milliseconds from now, at least and at most; absent: never. */
  readonly waits?: readonly [number, number]
}

const CASES: readonly Case[] = [
  { what: 'a data fault is not retried', kind: 'data' },
  { what: 'a bug is not retried', kind: 'bug' },
  { what: 'a mapping fault is not retried', kind: 'config', dead: true },
  { what: 'credentials are retried each minute', kind: 'config', waits: [60 * SECOND, 60 * SECOND] },
  {
    what: 'credentials are retried without end',
    kind: 'config',
    attempt: 9_999,
    retryState: { kind: 'config', since: 0 },
    waits: [60 * SECOND, 60 * SECOND],
  },
  { what: 'a first failure is retried soon', kind: 'transient', waits: [SECOND, 6 * SECOND] },
  { what: 'later failures are retried later', kind: 'transient', attempt: 4, waits: [SECOND, 41 * SECOND] },
  { what: 'a retry is due within an hour', kind: 'transient', attempt: 60, waits: [SECOND, 3_601 * SECOND] },
  {
    what: 'no retry before Retry-After',
    kind: 'transient',
    retryAfter: 90 * SECOND,
    waits: [90 * SECOND, 90 * SECOND],
  },
  {
    what: 'a Retry-After of 0 does not cause hammering',
    kind: 'transient',
    attempt: 9,
    retryAfter: 0,
    waits: [SECOND, 1_281 * SECOND],
  },
  {
    what: 'no retry after three days of failures',
    kind: 'transient',
    attempt: 80,
    retryAfter: 5,
    retryState: { kind: 'transient', since: NOW - 4 * DAY },
  },
  {
    what: 'days with a few failures are those of a clock that was set ahead, or of a process that was down',
    kind: 'transient',
    attempt: 9,
    retryState: { kind: 'transient', since: NOW - 400 * DAY },
    waits: [SECOND, 1_281 * SECOND],
  },
  {
    what: 'failures that began in the future are those of a clock that was set back',
    kind: 'transient',
    attempt: 80,
    retryState: { kind: 'transient', since: NOW + 4 * DAY },
    waits: [SECOND, 3_601 * SECOND],
  },
  {
    what: 'days of a config fault do not count',
    kind: 'transient',
    retryState: { kind: 'config', since: NOW - 9 * DAY },
    waits: [SECOND, 6 * SECOND],
  },
]

test.each(CASES)('$what', ({ kind, attempt = 1, retryAfter, dead, retryState, waits }) => {
  const fault = new Fault(kind, 'x/y', 'z', {
    ...(retryAfter !== undefined && { retryAfter }),
    ...(dead && { permanent: dead }),
  })
  for (const chance of [0, 0.5, 0.999]) {
    const until = retryAt(fault, { attempt, retryState, retryFor: 3 * DAY, now: NOW }, () => chance)
    if (waits === undefined) expect(until).toBeUndefined()
    else {
      expect(until).toBeGreaterThanOrEqual(NOW + waits[0])
      expect(until).toBeLessThanOrEqual(NOW + waits[1])
    }
  }
})

test('failures count from the first of their kind; another kind restarts the count', () => {
  const attempts = { attempt: 2, retryFor: DAY, now: NOW }
  const fault = new Fault('transient', 'x/y', 'z')
  expect(failingSince(fault, { ...attempts, retryState: { kind: 'transient', since: 5 } })).toBe(5)
  expect(failingSince(fault, { ...attempts, retryState: { kind: 'config', since: 5 } })).toBe(NOW)
  expect(failingSince(fault, attempts)).toBe(NOW)
})
