/** Contract of a store: events, counts by the hour, and groups of dead letters, as the console shows them. */
import { expect, test } from 'vitest'
import type { EventQuery, LedgerEvent } from '../../runtime/ports/ledger.ts'
import type { EventResult, Outcome } from '../../runtime/ports/types.ts'
import type { StoreHarness } from './store.ts'
import { dead, deferred, delivered, event, fault, ids, record, settlement, single, skipped } from './store-fixtures.ts'

const HOUR = 3_600_000
/** The start of the test clock: thirteen minutes and twenty seconds past the hour. */
const BEGAN = 1_700_000_000_000
const FIRST = Math.floor(BEGAN / HOUR) * HOUR

const failed = (metric: string, key?: string, code = 'destination/invalid', place?: string): EventResult => {
  const its = { ...fault, code, message: `of ${metric}`, ...(place && { place }) }
  return event(metric, { status: 'dead', reason: code, fault: its, ...(key && { key }) })
}

export function activityCases(current: () => StoreHarness): void {
  /** Appends records and settles each with its outcome, one after another. */
  const end = async (outcomes: Readonly<Record<string, Outcome>>) => {
    const { store, lease } = current()
    for (const [id, outcome] of Object.entries(outcomes)) {
      await store.append([record(id)])
      await store.settle([settlement(single(await lease()), outcome)])
    }
  }
  const listed = async (page: Partial<EventQuery> = {}) => current().store.events({ limit: 100, ...page })
  const names = async (page: Partial<EventQuery> = {}) =>
    (await listed(page)).map(({ record: id, metric, status }) => `${id} ${metric} ${status}`)
  const hours = async (since = 0, until = BEGAN * 2) => {
    const found = await current().store.activity({ since, until })
    return found.map(({ hour, metric, status, count }) => `${(hour - FIRST) / HOUR} ${metric} ${status} ${count}`)
  }

  test('lists each event with its result and its record', async () => {
    const { store, clock, lease } = current()
    const result = event('M', { key: 'k', time: '2026-01-01T00:00:00.000Z', receipt: { status: 202, requestId: 'q' } })
    await store.append([
      record('a', { topic: 't', ingress: 'webhook' }),
      record('b', { stream: 's', lane: 'backfill' }),
    ])
    clock.advance(5000)
    await store.settle([settlement(single(await lease()), delivered(result))])
    await store.settle([settlement(single(await lease({ lane: 'backfill' })), skipped('no-contact'))])
    const common = { id: expect.any(Number), seq: expect.any(Number), ingress: 'webhook', settledAt: BEGAN + 5000 }
    expect(await listed()).toEqual([
      { ...common, metric: '', status: 'skipped', reason: 'no-contact', lane: 'backfill', record: 'b', stream: 's' },
      { ...common, ...result, record: 'a', topic: 't' },
    ])
  })

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
  test.each(filters)('lists the newest events of %j: %s', async (page, records) => {
    await end(six)
    expect((await listed(page)).map((it) => it.record).join(' ')).toBe(records)
  })

  test.each<[Partial<EventQuery>, string]>([
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
  ])('searches the events of %j: %s', async (query, records) => {
    const { store, lease } = current()
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
      await store.append([record(id, run === undefined ? {} : { backfillRun: { id: run, until: 1 } })])
      await store.settle([settlement(single(await lease()), outcome)])
    }
    expect((await listed(query)).map((it) => it.record).join(' ')).toBe(records)
  })

  test('pages to older events before an id, and to newer ones after an id', async () => {
    await end(six)
    for (const filter of [{}, { metric: 'M' }, { status: 'delivered' as const }]) {
      const all = await listed(filter)
      const pages: LedgerEvent[] = []
      for (let page = await listed({ ...filter, limit: 2 }); page.length > 0; ) {
        pages.push(...page)
        page = await listed({ ...filter, limit: 2, before: page.at(-1)?.id ?? 0 })
      }
      expect(pages).toEqual(all)
      expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).sort((a, b) => b - a))
      expect(await listed({ ...filter, after: all[1]?.id ?? 0 })).toEqual(all.slice(0, 1))
    }
  })

  test('counts events by the hour of settling', async () => {
    const { clock } = current()
    await end({ a: sent('M', '1'), b: delivered(event('M', { key: '2' }), event('N', { key: '3' })) })
    clock.advance(HOUR)
    await end({ c: sent('M', '4'), d: skipped('x'), e: dead(failed('M', '5')) })
    const first = ['0 M delivered 2', '0 N delivered 1']
    const second = ['1  skipped 1', '1 M dead 1', '1 M delivered 1']
    expect(await hours()).toEqual([...first, ...second])
    expect(await hours(BEGAN, BEGAN + 1)).toEqual(first)
    expect(await hours(FIRST + HOUR, FIRST + 2 * HOUR)).toEqual(second)
    expect(await hours(0, FIRST)).toEqual([])
    const days = await current().store.activity({ since: 0, until: BEGAN * 2, by: 'day' })
    const midnight = Date.parse('2023-11-14T00:00:00Z')
    expect(days.map(({ hour, metric, status, count }) => [hour, metric, status, count])).toEqual([
      [midnight, '', 'skipped', 1],
      [midnight, 'M', 'dead', 1],
      [midnight, 'M', 'delivered', 3],
      [midnight, 'N', 'delivered', 1],
    ])
  })

  test('lists an event delivered by a deferred record once, with its own result', async () => {
    const { store, clock, lease, finish } = current()
    const first = event('M', { key: '1', receipt: { status: 202, requestId: 'first' } })
    await store.append([record('a')])
    await finish(deferred(clock.now(), first, event('Profile')))
    expect(await names()).toEqual(['a M delivered'])
    const again = event('M', { key: '1', status: 'skipped', reason: 'already-delivered' })
    const [held] = await lease()
    if (held) await store.settle([settlement(held, delivered(again, event('N', { key: '2' })))])
    expect(await names()).toEqual(['a N delivered', 'a M skipped', 'a M delivered'])
    expect((await listed()).at(-1)).toMatchObject(first)
    expect(await hours()).toEqual(['0 M delivered 1', '0 M skipped 1', '0 N delivered 1'])
  })

  test('a settlement without a lease lists and counts no event', async () => {
    const { store, lease } = current()
    await store.append([record('a')])
    const held = single(await lease())
    await store.settle([settlement(held, sent('M', '1')), settlement(held, sent('M', '2'))])
    expect(await names()).toEqual(['a M delivered'])
    expect(await hours()).toEqual(['0 M delivered 1'])
  })

  test('a replay removes the events of the dead letter, except the delivered ones', async () => {
    const { store, clock, finish } = current()
    const sentBefore = event('N', { key: '2', receipt: { status: 202, requestId: 'then' } })
    await end({ a: dead(failed('M', '1'), sentBefore, event('Profile')) })
    clock.advance(HOUR)
    expect(await store.replay('all')).toBe(1)
    expect(await names()).toEqual(['a N delivered'])
    expect(await hours()).toEqual(['0 N delivered 1'])
    await finish(delivered(event('M', { key: '1' }), event('N', { key: '2', status: 'skipped', reason: 'r' })))
    expect(await names()).toEqual(['a N skipped', 'a M delivered', 'a N delivered'])
    expect((await listed()).at(-1)).toMatchObject(sentBefore)
    expect(await hours()).toEqual(['0 N delivered 1', '1 M delivered 1', '1 N skipped 1'])
    expect(new Set((await listed()).map(({ ingress }) => ingress))).toEqual(new Set(['replay']))
  })

  test('groups dead letters by fault code, place and metric, largest first; CLI and console show these groups', async () => {
    const { store, clock } = current()
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
    expect(
      groups.map(
        ({ metric = '-', fault: { code, place = '-' }, count, example }) =>
          `${metric} ${code} ${place} ${count} ${example}`,
      ),
    ).toEqual([
      'M mapping/wrong-type m.yaml:1:2 2 b',
      'N destination/invalid - 1 c',
      '- destination/invalid - 1 d',
      'M mapping/wrong-type m.yaml:9:9 1 c',
    ])
    expect(groups[0]).toMatchObject({ oldest: BEGAN, newest: BEGAN + 1000, fault: { kind: 'data', message: 'of M' } })
    expect(await store.countDeadLetters()).toBe(4)
    for (const { group, count } of groups) expect(await store.listDeadLetters({ limit: 9, group })).toHaveLength(count)
    expect(await store.listDeadLetters({ limit: 9, group: 'none' })).toEqual([])
    expect(ids(await store.listDeadLetters({ limit: 1, group: groups[0]?.group ?? '' }))).toEqual(['a'])
  })

  test('replays one group', async () => {
    const { store } = current()
    await end({ a: dead(failed('M', '1')), b: dead(failed('N', '2')), c: dead(failed('M', '3'), failed('N', '4')) })
    const group = (await store.groupDeadLetters()).find(({ metric }) => metric === 'M')?.group ?? ''
    expect(await store.replay({ group: 'none' })).toBe(0)
    expect(await store.replay({ group })).toBe(2)
    expect(ids(await store.listDeadLetters({ limit: 9 }))).toEqual(['b'])
    expect(await store.groupDeadLetters()).toMatchObject([{ metric: 'N', count: 1 }])
  })

  test('leaves out dead letters whose events another record delivered, before or after', async () => {
    const { store } = current()
    await end({
      one: dead(failed('M', '1')),
      two: dead(failed('M', '2'), failed('N', '3')),
      nameless: dead(failed('M')),
      other: delivered(event('M', { key: '1' }), event('M', { key: '2' })),
      late: dead(failed('M', '2')),
    })
    expect(ids(await store.listDeadLetters({ limit: 9 }))).toEqual(['two', 'nameless'])
    expect(await store.countDeadLetters()).toBe(2)
    expect((await store.groupDeadLetters()).map(({ metric, count, example }) => [metric, count, example])).toEqual([
      ['M', 1, 'nameless'],
      ['N', 1, 'two'],
    ])
    expect(await store.replay('all')).toBe(2)
    // Replayed by id on purpose. Its key is known as delivered, so its event is not sent again.
    expect(await store.replay(['one'])).toBe(1)
  })

  test('retention drops events and dead letters with their records, and old hours', async () => {
    const { store, clock } = current()
    await end({ a: sent('M', '1'), b: dead(failed('M', '2')) })
    clock.advance(HOUR)
    await store.applyRetention({ settled: 1, dead: 2 * HOUR })
    expect(await names()).toEqual(['b M dead'])
    expect(await hours()).toHaveLength(2)
    clock.advance(3 * HOUR)
    await store.applyRetention({ settled: 1, dead: 2 * HOUR })
    expect([await names(), await store.groupDeadLetters(), await store.countDeadLetters()]).toEqual([[], [], 0])
    clock.advance(32 * 24 * HOUR)
    await end({ c: sent('M', '3') })
    const [newest] = await listed()
    await store.applyRetention({ settled: HOUR, dead: HOUR })
    expect(await hours()).toEqual(['772 M delivered 1'])
    expect(newest?.id).toBeGreaterThan(2)
  })
}
