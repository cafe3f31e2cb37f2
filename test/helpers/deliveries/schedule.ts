/** Arbitrary schedules: what happens in Intercom, and what goes wrong meanwhile on every side. */
import fc from 'fast-check'
import type { FaultInjection } from '../../../sandbox/fault-injection.ts'
import type { Unreliability } from '../../../sandbox/intercom/unreliability.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Beside a server's own faults: 0..1, requests answered 429. */
export type ServerFaults = FaultInjection & { readonly limitRate?: number }

/** What becomes of webhooks that Intercom sends; `answer-lost`: stored, but Intercom hears nothing and sends again. */
export type Endpoint = 'up' | 'answer-lost' | 'down'

export interface Crash {
  /** A store method, `source` or `destination`; `any` of them. */
  readonly place: string
  readonly when: 'before' | 'after'
  /** The process dies at the nth such moment, or at the end of the period. */
  readonly nth: number
  /** Milliseconds until it is started again. */
  readonly downtime: number
}

/** Things happen one after the other under the same rules, then nothing for a while. Milliseconds. */
export interface Period {
  readonly actions: number
  readonly gap: number
  readonly rest: number
  readonly webhooks: Unreliability
  readonly endpoint: Endpoint
  readonly source: ServerFaults & Unreliability
  readonly destination: ServerFaults
  readonly crash: Crash | undefined
  /** A pass by hand at the end, over a window of its own: milliseconds before then. */
  readonly pass: { readonly since: number; readonly until: number } | undefined
}

export interface Schedule {
  /** Chooses the history and the actions. */
  readonly seed: number
  readonly periods: readonly Period[]
}

const rate = fc.constantFrom(0.1, 0.3, 0.6, 1)
/** A server that fails always and for long would only cost the test time. */
const partialRate = fc.constantFrom(0.1, 0.3, 0.5)
const often = <T>(usual: T, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 2 }, { arbitrary, weight: 3 })

const webhooks: fc.Arbitrary<Unreliability> = fc.oneof(
  fc.record({ loseRate: rate }),
  fc.record({ loseTopic: fc.constantFrom('conversation.', 'ticket.', 'contact.', 'conversation.user.replied') }),
  fc.record({ loseFor: fc.constantFrom(MINUTE, HOUR) }),
  fc.record({ delay: fc.constantFrom(30 * SECOND, 5 * MINUTE, 5 * MINUTE, HOUR, HOUR, 30 * HOUR) }),
  fc.record({ delay: fc.constantFrom(30 * SECOND, 5 * MINUTE), loseRate: partialRate }),
  fc.record({ pauseAfter: fc.constantFrom(1, 3) }),
)

const serverFaults: readonly fc.Arbitrary<ServerFaults>[] = [
  fc.record({ failRate: partialRate }),
  fc.record({ hangRate: fc.constant(0.1) }),
  fc.record({ resetRate: partialRate }),
  fc.record({ limitRate: partialRate }),
  fc.record({ latency: fc.constantFrom(200, 5_000) }),
  fc.record({ failNext: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ failRate: fc.constant(0.2), resetRate: fc.constant(0.2), limitRate: fc.constant(0.1) }),
]

const source: fc.Arbitrary<ServerFaults & Unreliability> = fc.oneof(
  ...serverFaults,
  fc.record({ cutRate: rate }),
  fc.record({ emptyRate: partialRate }),
  fc.record({ countExtra: fc.constantFrom(1, 200) }),
  fc.record({ cutRate: fc.constant(0.3), emptyRate: fc.constant(0.2), failRate: fc.constant(0.2) }),
)

const crash: fc.Arbitrary<Crash> = fc.record({
  place: fc.constantFrom('any', 'append', 'settle', 'lease', 'compareAndSwapCheckpoint', 'source', 'destination'),
  when: fc.constantFrom('before', 'after'),
  nth: fc.integer({ min: 1, max: 12 }),
  downtime: fc.constantFrom(0, 30 * SECOND, 10 * MINUTE, 3 * HOUR),
})

const period: fc.Arbitrary<Period> = fc.record({
  actions: fc.integer({ min: 0, max: 12 }),
  gap: fc.constantFrom(0, 400, 7 * SECOND, MINUTE, 10 * MINUTE),
  rest: fc.oneof(
    { arbitrary: fc.constantFrom(0, MINUTE, 5 * MINUTE, 16 * MINUTE, HOUR), weight: 30 },
    fc.constant(25 * HOUR),
  ),
  webhooks: often({}, webhooks),
  endpoint: fc.oneof(
    { arbitrary: fc.constant('up' as const), weight: 4 },
    fc.constant('answer-lost' as const),
    fc.constant('down' as const),
  ),
  source: often({}, source),
  destination: often({}, fc.oneof(...serverFaults)),
  crash: fc.option(crash, { nil: undefined }),
  pass: fc.option(
    fc.record({
      since: fc.constantFrom(MINUTE, HOUR),
      until: fc.constantFrom(0, 30 * SECOND),
    }),
    { nil: undefined, freq: 4 },
  ),
})

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  periods: fc.array(period, { minLength: 2, maxLength: 5 }),
})
