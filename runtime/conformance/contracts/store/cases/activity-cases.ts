/** Contract of a store: events, and groups of dead letters, as the console shows them. */
import assert from 'node:assert/strict'
import type { EventQuery, LedgerEvent } from '../../../../ports/ledger.ts'
import type { Store } from '../../../../ports/store.ts'
import type { EventResult } from '../../../../ports/types.ts'
import { any, assertEqual, assertMatches } from '../../assertions.ts'
import { dead, deferred, delivered, event, fault, ids, record, settlement, single, skipped } from '../fixtures.ts'
import { each, type StoreCases } from '../store-cases.ts'
import { BEGAN, HOUR, hours } from './count-cases.ts'

const failed = (metric: string, key?: string, code = 'destination/invalid', place?: string): EventResult => {
  const its = { ...fault, code, message: `of ${metric}`, ...(place && { place }) }
  return event(metric, { status: 'dead', reason: code, fault: its, ...(key && { key }) })
}

const listed = async (store: Store, page: Partial<EventQuery> = {}) => store.events({ limit: 100, ...page })

const names = async (store: Store, page: Partial<EventQuery> = {}) =>
  (await listed(store, page)).map(({ record: id, metric, status }) => `${id} ${metric} ${status}`)

const sent = (metric: string, key: string) => delivered(event(metric, { key }))

const six = {
  a: sent('M', '1'),
  b: sent('N', '2'),
  c: skipped('x', event('M', { status: 'skipped', reason: 'x' })),
  d: dead(failed('M', '4')),
  e: delivered(event('N', { key: '5' }), event('M', { key: '6' })),
  f: dead(),
}

const filters: [page: Partial<EventQuery>, records: string][] = [
  [{}, 'f e e d c b a'],
  [{ limit: 2 }, 'f e'],
  [{ limit: 0 }, ''],
  [{ metric: 'M' }, 'e d c a'],
  [{ status: 'delivered' }, 'e e b a'],
  [{ metric: 'M', status: 'delivered' }, 'e a'],
  [{ metric: 'M', status: 'delivered', limit: 1 }, 'e'],
  [{ metric: '' }, 'f'],
  [{ metric: 'none' }, ''],
  [{ status: 'deferred' }, ''],
]

const searches: [query: Partial<EventQuery>, records: string][] = [
  [{ run: 'r1' }, 'b a'],
  [{ run: 'r1', metric: 'M' }, 'a'],
  [{ run: 'r2' }, 'd c'],
  [{ run: 'none' }, ''],
  [{ reason: 'x' }, 'c a'],
  [{ reason: 'no-contact' }, 'b'],
  [{ reason: 'destination/invalid' }, 'f d'],
  [{ run: 'r2', reason: 'x' }, 'c'],
  [{ run: 'r2', reason: 'x', status: 'dead' }, ''],
  [{ reason: 'x', limit: 1 }, 'c'],
]

export const activityCases: StoreCases = {
  'lists each event with its result and its record': async ({ store, clock, finishOne }) => {
    const result = event('M', { key: 'k', time: '2026-01-01T00:00:00.000Z', receipt: { status: 202, requestId: 'q' } })
    await store.append([
      record('a', { topic: 't', ingress: 'webhook' }),
      record('b', { stream: 's', lane: 'backfill' }),
    ])
    clock.advance(5000)
    await finishOne(delivered(result))
    await finishOne(skipped('no-contact'), { lane: 'backfill' })
    const common = { id: any('number'), seq: any('number'), ingress: 'webhook', settledAt: BEGAN + 5000 }
    assertEqual(await listed(store), [
      { ...common, metric: '', status: 'skipped', reason: 'no-contact', lane: 'backfill', record: 'b', stream: 's' },
      { ...common, ...result, record: 'a', topic: 't' },
    ])
  },

  ...each(
    filters,
    ([page, records]) => `lists the newest events of ${JSON.stringify(page)}: ${records}`,
    async ({ store, end }, [page, records]) => {
      await end(six)
      assert.equal((await listed(store, page)).map((it) => it.record).join(' '), records)
    },
  ),

  ...each(
    searches,
    ([query, records]) => `searches the events of ${JSON.stringify(query)}: ${records}`,
    async ({ store, settle }, [query, records]) => {
      const left = skipped('x', event('M', { status: 'skipped', reason: 'x' }))
      const outcomes = {
        a: left,
        b: skipped('no-contact'),
        c: left,
        d: dead(failed('M', '4')),
        e: sent('M', '5'),
        f: dead(),
      }
      for (const [id, outcome] of Object.entries(outcomes)) {
        const run = id >= 'e' ? undefined : id < 'c' ? 'r1' : 'r2'
        await settle(id, outcome, run === undefined ? {} : { backfillRun: { id: run, until: 1 } })
      }
      assert.equal((await listed(store, query)).map((it) => it.record).join(' '), records)
    },
  ),

  'pages to older events before an id, and to newer ones after an id': async ({ store, end }) => {
    await end(six)
    for (const filter of [{}, { metric: 'M' }, { status: 'delivered' as const }]) {
      const all = await listed(store, filter)
      const pages: LedgerEvent[] = []
      for (let page = await listed(store, { ...filter, limit: 2 }); page.length > 0; ) {
        pages.push(...page)
        page = await listed(store, { ...filter, limit: 2, before: page.at(-1)?.id ?? 0 })
      }
      assertEqual(pages, all)
      assertEqual(
        all.map(({ id }) => id),
        all.map(({ id }) => id).sort((a, b) => b - a),
      )
      assertEqual(await listed(store, { ...filter, after: all[1]?.id ?? 0 }), all.slice(0, 1))
    }
  },

  'lists an event delivered by a deferred record once, with its own result': async (it) => {
    const { store, clock, finish, finishOne } = it
    const first = event('M', { key: '1', receipt: { status: 202, requestId: 'first' } })
    await store.append([record('a')])
    await finish(deferred(clock.now(), first, event('Profile')))
    assertEqual(await names(store), ['a M delivered'])
    const again = event('M', { key: '1', status: 'skipped', reason: 'already-delivered' })
    await finishOne(delivered(again, event('N', { key: '2' })))
    assertEqual(await names(store), ['a N delivered', 'a M delivered'])
    assertMatches((await listed(store)).at(-1), first)
    assertEqual(await hours(store), ['0 M delivered 1', '0 N delivered 1'])
  },

  'a settlement without a lease lists and counts no event': async ({ store, lease }) => {
    await store.append([record('a')])
    const held = single(await lease())
    await store.settle([settlement(held, sent('M', '1')), settlement(held, sent('M', '2'))])
    assertEqual(await names(store), ['a M delivered'])
    assertEqual(await hours(store), ['0 M delivered 1'])
  },

  'a replay removes the events of the dead letter, except the delivered ones': async (it) => {
    const { store, clock, finish, end } = it
    const sentBefore = event('N', { key: '2', receipt: { status: 202, requestId: 'then' } })
    await end({ a: dead(failed('M', '1'), sentBefore, event('Profile')) })
    clock.advance(HOUR)
    assert.equal(await store.replay('all'), 1)
    assertEqual(await names(store), ['a N delivered'])
    assertEqual(await hours(store), ['0 N delivered 1'])
    await finish(delivered(event('M', { key: '1' }), event('N', { key: '2', status: 'skipped', reason: 'r' })))
    assertEqual(await names(store), ['a N skipped', 'a M delivered', 'a N delivered'])
    assertMatches((await listed(store)).at(-1), sentBefore)
    assertEqual(await hours(store), ['0 N delivered 1', '1 M delivered 1', '1 N skipped 1'])
    assertEqual(new Set((await listed(store)).map(({ ingress }) => ingress)), new Set(['replay']))
  },

  'groups dead letters by fault code, place and metric, largest first; CLI and console show these groups': async (
    it,
  ) => {
    const { store, clock, end } = it
    await end({ a: dead(failed('M', '1', 'mapping/wrong-type', 'm.yaml:1:2')) })
    clock.advance(1000)
    await end({
      b: dead(
        failed('M', '2', 'mapping/wrong-type', 'm.yaml:1:2'),
        failed('M', '3', 'mapping/wrong-type', 'm.yaml:1:2'),
      ),
      c: dead(failed('M', '4', 'mapping/wrong-type', 'm.yaml:9:9'), failed('N', '5')),
      d: dead(),
      e: delivered(event('M', { key: '6' })),
    })
    const groups = await store.groupDeadLetters()
    assertEqual(
      groups.map(
        ({ metric = '-', fault: { code, place = '-' }, count, example }) =>
          `${metric} ${code} ${place} ${count} ${example}`,
      ),
      [
        'M mapping/wrong-type m.yaml:1:2 2 b',
        'N destination/invalid - 1 c',
        '- destination/invalid - 1 d',
        'M mapping/wrong-type m.yaml:9:9 1 c',
      ],
    )
    assertMatches(groups[0], { oldest: BEGAN, newest: BEGAN + 1000, fault: { kind: 'data', message: 'of M' } })
    assert.equal(await store.countDeadLetters(), 4)
    for (const { group, count } of groups)
      assert.equal((await store.listDeadLetters({ limit: 9, group })).length, count)
    assertEqual(await store.listDeadLetters({ limit: 9, group: 'none' }), [])
    assertEqual(ids(await store.listDeadLetters({ limit: 1, group: groups[0]?.group ?? '' })), ['a'])
  },

  'groups dead letters without a place by the fields of their fault, in whatever order': async ({ store, end }) => {
    const refused = (key: string, ...fields: string[]) => {
      const { fault: base = fault, ...rest } = failed('M', key)
      return dead({ ...rest, fault: { ...base, detail: `of ${key}`, ...(fields.length > 0 && { fields }) } })
    }
    await end({ a: refused('1', 'properties.A'), b: refused('2', 'properties.B'), c: refused('3', 'properties.A') })
    await end({ d: refused('4', 'key', 'time'), e: refused('5', 'time', 'key'), f: refused('6') })
    const groups = await store.groupDeadLetters()
    assertEqual(
      groups
        .map(({ fault: { detail, fields = [] }, example, count }) => `${detail} ${fields} ${example} ${count}`)
        .sort(),
      ['of 2 properties.B b 1', 'of 3 properties.A c 2', 'of 5 time,key e 2', 'of 6  f 1'],
    )
    for (const { group, count } of groups)
      assert.equal((await store.listDeadLetters({ limit: 9, group })).length, count)
  },

  'replays one group': async ({ store, end }) => {
    await end({ a: dead(failed('M', '1')), b: dead(failed('N', '2')), c: dead(failed('M', '3'), failed('N', '4')) })
    const group = (await store.groupDeadLetters()).find(({ metric }) => metric === 'M')?.group ?? ''
    assert.equal(await store.replay({ group: 'none' }), 0)
    assert.equal(await store.replay({ group }), 2)
    assertEqual(ids(await store.listDeadLetters({ limit: 9 })), ['b'])
    assertMatches(await store.groupDeadLetters(), [{ metric: 'N', count: 1 }])
  },

  'leaves out dead letters whose events another record delivered, before or after': async ({ store, end }) => {
    await end({
      one: dead(failed('M', '1')),
      two: dead(failed('M', '2'), failed('N', '3')),
      nameless: dead(failed('M')),
      other: delivered(event('M', { key: '1' }), event('M', { key: '2' })),
      late: dead(failed('M', '2')),
    })
    assertEqual(ids(await store.listDeadLetters({ limit: 9 })), ['two', 'nameless'])
    assert.equal(await store.countDeadLetters(), 2)
    assertEqual(
      (await store.groupDeadLetters()).map(({ metric, count, example }) => [metric, count, example]),
      [
        ['M', 1, 'nameless'],
        ['N', 1, 'two'],
      ],
    )
    assert.equal(await store.replay('all'), 2)
    // Replayed by id on purpose. Its key is known as delivered, so its event is not sent again.
    assert.equal(await store.replay(['one']), 1)
  },

  'retention drops events and dead letters with their records, and old hours': async ({ store, clock, end }) => {
    await end({ a: sent('M', '1'), b: dead(failed('M', '2')) })
    clock.advance(HOUR)
    await store.applyRetention({ settled: 1, dead: 2 * HOUR })
    assertEqual(await names(store), ['b M dead'])
    assert.equal((await hours(store)).length, 2)
    clock.advance(3 * HOUR)
    await store.applyRetention({ settled: 1, dead: 2 * HOUR })
    assertEqual([await names(store), await store.groupDeadLetters(), await store.countDeadLetters()], [[], [], 0])
    clock.advance(32 * 24 * HOUR)
    await end({ c: sent('M', '3') })
    const [newest] = await listed(store)
    await store.applyRetention({ settled: HOUR, dead: HOUR })
    assertEqual(await hours(store), ['772 M delivered 1'])
    assert.ok((newest?.id ?? 0) > 2)
  },
}
