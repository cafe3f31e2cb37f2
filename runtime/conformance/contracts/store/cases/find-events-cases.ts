/** Contract of a store: the search for events, those that ended and those that wait. */
import assert from 'node:assert/strict'
import type { CountSearch, EventSearch, FoundEvent } from '../../../../ports/event-search.ts'
import type { Store } from '../../../../ports/store.ts'
import type { EventResult, Outcome, SourceRecord } from '../../../../ports/types.ts'
import { assertEqual, assertMatches } from '../../assertions.ts'
import { dead, deferred, delivered, event, fault, record, skipped } from '../fixtures.ts'
import { each, type StoreCases } from '../store-cases.ts'
import type { StoreHarness } from '../store-harness.ts'
import { BEGAN, HOUR } from './count-cases.ts'

const search = async (store: Store, query: Partial<EventSearch> = {}) => store.findEvents({ limit: 100, ...query })

const recordsOf = (found: readonly FoundEvent[]) => found.map(({ record: id }) => id).join(' ')

/** An event that happened some hours before the first one was settled. */
const sent = (metric: string, hoursAgo: number, rest: Partial<EventResult> = {}) =>
  event(metric, { key: `${metric}-${hoursAgo}`, time: new Date(BEGAN - hoursAgo * HOUR).toISOString(), ...rest })

const run = { stream: 's', ingress: 'backfill', backfillRun: { id: 'r1', until: 1 } } as const
const poll = { stream: 's', ingress: 'reconcile' } as const

const ended: [id: string, outcome: Outcome, rest: Partial<SourceRecord>][] = [
  ['a', delivered(sent('M', 5, { contact: 'c1', emailHash: 'h1' })), { topic: 't' }],
  ['b', delivered(sent('M', 9), sent('N', 1, { contact: 'c2' })), run],
  ['c', skipped('x', sent('M', 4, { status: 'skipped', reason: 'x', contact: 'c1' })), { topic: 'u' }],
  ['d', dead(sent('N', 3, { status: 'dead', fault })), { ...poll, lookupIds: ['conversation-7'] }],
  ['e', skipped('no-mapping'), { topic: 't' }],
]

async function endAll({ settle }: StoreHarness): Promise<void> {
  for (const [id, outcome, rest] of ended) await settle(id, outcome, rest)
}

/** In the order of when they happened: e, b (N), d, c, a, b (M). */
const searches: [query: Partial<EventSearch>, records: string][] = [
  [{}, 'e b d c a b'],
  [{ limit: 2 }, 'e b'],
  [{ limit: 0 }, ''],
  [{ metric: 'M' }, 'c a b'],
  [{ metric: '' }, 'e'],
  [{ status: 'delivered' }, 'b a b'],
  [{ metric: 'M', status: 'delivered' }, 'a b'],
  [{ status: ['delivered', 'dead'] }, 'b d a b'],
  [{ status: ['skipped', 'deferred'] }, 'e c'],
  [{ status: [] }, ''],
  [{ exceptMetrics: [''] }, 'b d c a b'],
  [{ exceptMetrics: ['', 'M'], status: ['delivered', 'skipped'] }, 'b'],
  [{ reason: 'x' }, 'c'],
  [{ reason: 'no-mapping', status: 'skipped' }, 'e'],
  [{ reason: fault.code }, 'd'],
  [{ reason: fault.code, metric: 'M' }, ''],
  [{ origin: 'live' }, 'e c a'],
  [{ origin: 'history' }, 'b b'],
  [{ origin: 'reconcile' }, 'd'],
  [{ run: 'r1', metric: 'N' }, 'b'],
  [{ run: 'r2' }, ''],
  [{ topic: 't' }, 'e a'],
  [{ topic: 't', metric: 'M', origin: 'live', status: 'delivered' }, 'a'],
  [{ since: BEGAN - 4 * HOUR }, 'e b d c'],
  [{ until: BEGAN - 4 * HOUR }, 'a b'],
  [{ since: BEGAN - 5 * HOUR, until: BEGAN - 3 * HOUR, metric: 'M' }, 'c a'],
  [{ refs: ['c1'] }, 'c a'],
  [{ refs: ['c1', 'c2'] }, 'b c a'],
  [{ refs: ['h1'] }, 'a'],
  [{ refs: ['M-9'] }, 'b'],
  [{ refs: ['b'] }, 'b b'],
  [{ refs: ['conversation-7'] }, 'd'],
  [{ refs: ['c1'], status: 'skipped' }, 'c'],
  [{ refs: ['c1'], until: BEGAN - 4 * HOUR }, 'a'],
  [{ refs: ['none'] }, ''],
  [{ refs: [] }, ''],
]

const filters: Partial<EventSearch>[] = [
  {},
  { metric: 'M' },
  { status: 'delivered' },
  { refs: ['c1', 'c2', 'c3'] },
  { since: BEGAN - 5 * HOUR, until: BEGAN - 1 },
  { status: 'deferred' },
  { status: ['delivered', 'deferred'], exceptMetrics: ['', 'N'] },
]

/** One that waits for its contact, one that is retried, one that is queued. */
async function waitAll({ store, clock, settle, awaiting }: StoreHarness): Promise<void> {
  clock.advance(HOUR)
  const awaited = (metric: string, key: string, rest: Partial<EventResult> = {}) =>
    sent(metric, 5, { key, status: 'deferred', reason: 'awaiting-identity', ...rest })
  const events = [awaited('M', 'w', { contact: 'c3' }), awaited('N', 'v')]
  await settle('waits', awaiting(events), { receivedAt: clock.now() })
  clock.advance(HOUR)
  await settle('retried', deferred(clock.now() + HOUR), { topic: 't', receivedAt: clock.now() })
  const queued = {
    ...poll,
    lane: 'backfill' as const,
    orderingKey: 'other',
    lookupIds: ['conversation-8'],
    receivedAt: clock.now(),
  }
  await store.append([record('queued', queued)])
}

const waiting: [query: Partial<EventSearch>, records: string][] = [
  [{ status: 'deferred' }, 'queued retried waits waits'],
  [{ limit: 3 }, 'queued retried waits'],
  [{}, 'queued retried waits waits e b d c a b'],
  [{ status: 'deferred', metric: 'N' }, 'waits'],
  [{ metric: '' }, 'queued retried e'],
  [{ reason: 'awaiting-identity' }, 'waits waits'],
  [{ status: 'deferred', reason: fault.code }, 'retried'],
  [{ status: 'deferred', topic: 't' }, 'retried'],
  [{ status: 'deferred', origin: 'reconcile' }, 'queued'],
  [{ status: 'deferred', run: 'r1' }, ''],
  [{ status: 'delivered' }, 'b a b'],
  [{ status: ['deferred', 'dead'] }, 'queued retried waits waits d'],
  [{ exceptMetrics: [''], status: 'deferred' }, 'waits waits'],
  [{ exceptMetrics: ['N'], status: 'deferred' }, 'queued retried waits'],
  [{ queue: 'live' }, 'retried'],
  [{ queue: 'backfill' }, 'queued'],
  [{ queue: 'backfill', status: 'deferred', origin: 'reconcile' }, 'queued'],
  [{ queue: 'live', status: 'delivered' }, ''],
  [{ queue: 'live', refs: ['c3'] }, ''],
  [{ refs: ['c3'] }, 'waits'],
  [{ refs: ['conversation-8'] }, 'queued'],
  [{ status: 'deferred', since: BEGAN + 2 * HOUR }, 'queued retried'],
  [{ status: 'deferred', until: BEGAN + 2 * HOUR }, 'waits waits'],
]

/** Of both tables, each once. */
const counted = [...searches, ...waiting]
  .map(([{ limit: _, ...query }]) => JSON.stringify(query))
  .filter((text, at, all) => all.indexOf(text) === at)
  .map((text): CountSearch => JSON.parse(text))

export const findEventsCases: StoreCases = {
  ...each(
    searches,
    ([query, records]) => `finds the events of ${JSON.stringify(query)}: ${records}`,
    async (it, [query, records]) => {
      await endAll(it)
      assert.equal(recordsOf(await search(it.store, query)), records)
    },
  ),

  ...each(
    waiting,
    ([query, records]) => `finds waiting events, too, of ${JSON.stringify(query)}: ${records}`,
    async (it, [query, records]) => {
      await endAll(it)
      await waitAll(it)
      assert.equal(recordsOf(await search(it.store, query)), records)
    },
  ),

  ...each(
    counted,
    (query) => `counts the events of ${JSON.stringify(query)}, up to a limit`,
    async (it, query) => {
      await endAll(it)
      await waitAll(it)
      const all = (await search(it.store, query)).length
      assert.equal(await it.store.countEvents(query, 100), all)
      assert.ok((await it.store.countEvents(query, 2)) <= Math.min(all, 2))
    },
  ),

  'tells of each waiting event in which queue its record is': async (it) => {
    await endAll(it)
    await waitAll(it)
    const queues = (await search(it.store)).slice(0, 5).map(({ queue = '' }) => queue)
    assertEqual(queues, ['backfill', 'live', '', '', ''])
  },

  'tells of each found event when it happened, and how its record was read': async (it) => {
    await endAll(it)
    await waitAll(it)
    const all = await search(it.store)
    assertMatches(all[0], {
      status: 'deferred',
      metric: '',
      at: BEGAN + 2 * HOUR,
      origin: 'reconcile',
      record: 'queued',
    })
    assertMatches(all[2], { status: 'deferred', at: BEGAN + HOUR, origin: 'live', reason: 'awaiting-identity' })
    assertMatches(all[5], { metric: 'N', status: 'delivered', at: BEGAN - HOUR, origin: 'history', settledAt: BEGAN })
    assert.equal(all[0]?.settledAt, undefined)
    assert.ok(all.every(({ id, status }) => id < 0 === (status === 'deferred')))
    const [listed] = await it.store.events({ metric: 'N', status: 'delivered', limit: 1 })
    assert.equal(listed?.id, all[5]?.id)
  },

  ...each(
    filters,
    (filter) => `pages through the events of ${JSON.stringify(filter)} in both directions`,
    async (it, filter) => {
      await endAll(it)
      await it.settle('two', delivered(sent('M', 5, { key: 'k1' }), sent('M', 5, { key: 'k2' })), {
        orderingKey: 'two',
      })
      await waitAll(it)
      const all = await search(it.store, filter)
      const older: FoundEvent[] = []
      for (let page = await search(it.store, { ...filter, limit: 2 }); page.length > 0; ) {
        older.push(...page)
        const before = page.at(-1)
        page = before === undefined ? [] : await search(it.store, { ...filter, limit: 2, before })
      }
      assertEqual(older, all)
      const newer: FoundEvent[] = all.slice(-1)
      for (let after = newer[0]; after !== undefined; ) {
        const page = await search(it.store, { ...filter, limit: 2, after })
        newer.unshift(...page)
        after = page[0]
      }
      assertEqual(newer, all)
    },
  ),

  'finds the newest of many kinds': async ({ store, settle }) => {
    for (let i = 0; i < 12; i++) await settle(`r${i}`, delivered(sent(`M${i}`, i), sent(`M${i}`, i + 0.5)))
    const expected = 'r0 r0 r1 r1 r2'
    assert.equal(recordsOf(await search(store, { limit: 5 })), expected)
    const [, , third] = await search(store)
    assert.ok(third)
    assert.equal(recordsOf(await search(store, { limit: 3, after: third })), 'r0 r0')
    assert.equal((await store.events({ limit: 5 })).map((it) => it.record).join(' '), 'r11 r11 r10 r10 r9')
  },

  'finds a replayed event where it was, of the same origin': async ({ store, clock, settle, finish }) => {
    await settle('a', dead(sent('M', 2, { status: 'dead', fault })), run)
    clock.advance(HOUR)
    assert.equal(await store.replay('all'), 1)
    assertMatches(await search(store), [{ status: 'deferred', origin: 'history', ingress: 'replay' }])
    await finish(delivered(sent('M', 2)))
    assertMatches(await search(store), [
      { status: 'delivered', origin: 'history', ingress: 'replay', at: BEGAN - 2 * HOUR },
    ])
    assertEqual(await search(store, { status: 'dead' }), [])
  },
}
