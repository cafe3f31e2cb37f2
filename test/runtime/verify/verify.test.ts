/** The comparison of the ledger with the destination's counts: what is missing, more, too recent or unknown. */
import { expect, test } from 'vitest'
import { delivered, event, record, settlement, single } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import { TestClock } from '../../../runtime/conformance/contracts/store/test-clock.ts'
import type { EventCounter, EventCountQuery } from '../../../runtime/ports/event-counter.ts'
import type { Store } from '../../../runtime/ports/store.ts'
import type { EventResult } from '../../../runtime/ports/types.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import type { MetricComparison, VerifyOptions } from '../../../runtime/verify/types.ts'
import { type VerifyParts, verifyDeliveries } from '../../../runtime/verify/verify.ts'

const HOUR = 3_600_000
/** The test clock begins on 2023-11-14 at 22:13. */
const TODAY = '2023-11-14'

type Days = Readonly<Record<string, number>>

const spec = { mappings: [{ metric: 'M' }, { metric: 'N' }, { metric: 'M' }] } as unknown as VerifyParts['spec']

/** A store that has delivered these events of metric M, by day, three hours ago, and just within the last hour those of `recent`. */
async function scene(old: Days, { recent = {}, at = {} as Days }: { readonly recent?: Days; readonly at?: Days } = {}) {
  const clock = new TestClock()
  const store = memoryStore({ clock })
  let keys = 0
  const deliver = async (days: Days) => {
    for (const [day, count] of Object.entries(days)) {
      const results = Array.from({ length: count }, () =>
        event('M', { key: `k${++keys}`, time: `${day}T12:00:00.000Z` }),
      )
      await end(store, results, `r${keys}`)
    }
  }
  await deliver(old)
  clock.advance(2 * HOUR)
  await deliver(recent)
  clock.advance(HOUR - 1)
  const asked: EventCountQuery[] = []
  const counter: EventCounter = {
    lossReasons: ['It drops some.'],
    async *countEvents(query) {
      asked.push(query)
      for (const metric of query.metrics) {
        const days = new Map(metric === 'M' ? Object.entries(at) : [])
        yield { metric, days, counted: ['API'], others: [] }
      }
    },
  }
  const verify = async (window: Omit<VerifyOptions, 'signal'> = { only: ['M'] }, parts: Partial<VerifyParts> = {}) => {
    const all = { spec, store, counter, clock, ...parts }
    const found: MetricComparison[] = []
    const signal = new AbortController().signal
    for await (const one of verifyDeliveries(all, { signal, ...window })) found.push(one)
    return found
  }
  return { store, clock, asked, verify, deliver }
}

async function end(store: Store, events: EventResult[], id: string): Promise<void> {
  await store.append([record(id)])
  const [leased] = [single(await store.lease({ lane: 'live', limit: 9, leaseMs: 1000 }))]
  await store.settle([settlement(leased, delivered(...events))])
}

type Found = Partial<Pick<MetricComparison, 'missing' | 'extra' | 'recent'>>

test.each<[why: string, ledger: Days, recent: Days, at: Days, found: Found]>([
  ['equal counts', { '2023-11-01': 2, '2023-11-03': 1 }, {}, { '2023-11-01': 2, '2023-11-03': 1 }, {}],
  ['a missing event', { '2023-11-01': 3 }, {}, { '2023-11-01': 2 }, { missing: 1 }],
  ['one more', { '2023-11-01': 3 }, {}, { '2023-11-01': 4 }, { extra: 1 }],
  ['a missing day', { '2023-11-01': 3, '2023-11-02': 1 }, {}, { '2023-11-02': 1 }, { missing: 3 }],
  ['days that do not make up for each other', { '2023-11-01': 1 }, {}, { '2023-11-02': 1 }, { missing: 1, extra: 1 }],
  ['recent deliveries', {}, { [TODAY]: 2 }, {}, { recent: 2 }],
  ['recent deliveries of old events', { '2023-11-01': 2 }, { '2023-11-01': 1 }, { '2023-11-01': 2 }, { recent: 1 }],
  ['recent deliveries excuse their own day only', { '2023-11-01': 2 }, { [TODAY]: 5 }, { [TODAY]: 5 }, { missing: 2 }],
  ['recent ones excuse as many', { [TODAY]: 3 }, { [TODAY]: 1 }, { [TODAY]: 1 }, { missing: 2, recent: 1 }],
])('%s', async (_why, ledger, recent, at, found) => {
  const { verify } = await scene(ledger, { recent, at })
  const [comparison] = await verify()
  expect(comparison).toMatchObject({ missing: 0, extra: 0, recent: 0, ...found })
  const sum = (days: Days) => Object.values(days).reduce((total, count) => total + count, 0)
  expect(comparison).toMatchObject({ ledger: sum(ledger) + sum(recent), destination: sum(at) })
  const isSure = (found.missing ?? 0) + (found.extra ?? 0) === 0
  expect(comparison?.reasons.length === 0).toBe(isSure)
})

test('lists the days that differ, and the likely reasons', async () => {
  const { verify } = await scene({ '2023-11-02': 2, '2023-11-01': 1, '2023-11-03': 1 }, { at: { '2023-11-03': 1 } })
  expect((await verify())[0]).toMatchObject({
    differences: [
      { day: '2023-11-01', ledger: 1, destination: 0 },
      { day: '2023-11-02', ledger: 2, destination: 0 },
    ],
    reasons: ['It drops some.'],
  })
})

test('compares each metric of the spec once, from the first delivered event until today', async () => {
  const { verify, asked } = await scene({ '2023-11-01': 1 }, { at: { '2023-11-01': 1, '2023-10-31': 9 } })
  const found = await verify({})
  expect(found.map(({ metric, from, to, extra }) => [metric, from, to, extra])).toEqual([
    ['M', '2023-11-01', '2023-11-15', 0],
    ['N', '2023-11-01', '2023-11-15', 0],
  ])
  expect(asked).toEqual([{ metrics: ['M', 'N'], since: Date.UTC(2023, 10, 1), until: Date.UTC(2023, 10, 16) }])
})

test.each<[why: string, since: string, until: string, from: string, to: string, extra: number]>([
  ['whole days', '2023-11-02T00:00:00Z', '2023-11-04T00:00:00Z', '2023-11-02', '2023-11-03', 5],
  ['parts of days', '2023-11-02T09:00:00Z', '2023-11-03T01:00:00Z', '2023-11-02', '2023-11-03', 5],
  ['less than a day', '2023-11-03T09:00:00Z', '2023-11-03T09:00:01Z', '2023-11-03', '2023-11-03', 3],
])('a window of %s', async (_why, since, until, from, to, extra) => {
  const { verify } = await scene({}, { at: { '2023-11-01': 1, '2023-11-02': 2, '2023-11-03': 3, '2023-11-04': 4 } })
  const [comparison] = await verify({ only: ['M'], since: Date.parse(since), until: Date.parse(until) })
  expect(comparison).toMatchObject({ from, to, extra, ledger: 0 })
})

test('an empty ledger is compared over the last 30 days', async () => {
  const { verify } = await scene({}, { at: { '2023-11-01': 4 } })
  expect((await verify())[0]).toMatchObject({ from: '2023-10-16', to: '2023-11-15', extra: 4 })
})

test('events whose day the ledger does not know explain as many more', async () => {
  const { verify, store } = await scene({ '2023-11-01': 1 }, { at: { '2023-11-01': 1, '2023-11-02': 3 } })
  const tallies = await store.tallies()
  const older = { scope: 'run', metric: 'M', status: 'delivered', reason: '', count: 2 } as const
  const withOlder: VerifyParts['store'] = {
    tallies: async () => [...tallies, older],
    deliveredByDay: (metric) => store.deliveredByDay(metric),
    events: (query) => store.events(query),
  }
  expect((await verify({ only: ['M'] }, { store: withOlder }))[0]).toMatchObject({ undated: 2, extra: 1 })
})

test('what is delivered while the destination counts is no difference', async () => {
  const { verify, deliver } = await scene({ '2023-11-01': 1 })
  const counter: EventCounter = {
    lossReasons: [],
    async *countEvents() {
      await deliver({ [TODAY]: 3 })
      yield {
        metric: 'M',
        days: new Map([
          ['2023-11-01', 1],
          [TODAY, 2],
        ]),
        counted: ['API'],
        others: [],
      }
    },
  }
  expect((await verify({ only: ['M'] }, { counter }))[0]).toMatchObject({ ledger: 4, missing: 0, extra: 0, recent: 1 })
})

test('after an import of more events than can be looked through, nothing counts as missing yet', async () => {
  const { verify, clock } = await scene({}, { recent: { '2023-11-01': 20_000 } })
  expect((await verify())[0]).toMatchObject({ missing: 0, recent: 20_000 })
  clock.advance(HOUR + 1)
  expect((await verify())[0]).toMatchObject({ missing: 20_000, recent: 0 })
})

test('an error of the destination ends the comparison', async () => {
  const { verify } = await scene({ '2023-11-01': 1 })
  const counter: EventCounter = {
    lossReasons: [],
    // biome-ignore lint/correctness/useYield: it fails before its first result
    async *countEvents() {
      throw new Error('refused')
    },
  }
  await expect(verify({ only: ['M'] }, { counter })).rejects.toThrow('refused')
})
