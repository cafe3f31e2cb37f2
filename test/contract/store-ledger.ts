/** Contract of a store: trace, totals, dead letters, replay and retention. */
import { expect, test } from 'vitest'
import type { LedgerEntry } from '../../runtime/ports/ledger.ts'
import type { StoreHarness } from './store.ts'
import { dead, deferred, delivered, event, fault, ids, record, settlement, single, skipped } from './store-fixtures.ts'

const keyed = (key: string) => event('Created Conversation', { key })

export function ledgerCases(current: () => StoreHarness): void {
  const waited = { at: 1_700_000_000_000, fault, until: 1_700_000_005_000 }
  const history: [status: LedgerEntry['status'], entry: object][] = [
    ['pending', { attempt: 0 }],
    ['leased', { attempt: 1 }],
    ['deferred', { attempt: 1, due: 1_700_000_005_000, outcome: deferred(1_700_000_005_000), attempts: [waited] }],
    ['delivered', { attempt: 2, settledAt: 1_700_000_005_000, outcome: delivered(keyed('k')), attempts: [waited] }],
  ]
  test('traces the status of a record at each step', async () => {
    const { store, clock, lease } = current()
    const { workspace: _, orderingKey: __, ...shown } = record('a', { topic: 't', resource: 'r', lookupIds: ['1'] })
    const seen: unknown[] = []
    const look = async () => seen.push(single(await store.trace('a')))
    await store.append([record('a', { topic: 't', resource: 'r', lookupIds: ['1'] })])
    await look()
    const first = single(await lease())
    await look()
    await store.settle([settlement(first, deferred(clock.now() + 5000))])
    await look()
    clock.advance(5000)
    await store.settle([settlement(single(await lease()), delivered(keyed('k')))])
    await look()
    expect(seen).toEqual(history.map(([status, rest]) => ({ ...shown, seq: expect.any(Number), status, ...rest })))
  })

  test.each(['a', 'conv-1', 'notif-1', 'key-1', 'contact-1', 'hash-1'])('finds a record by %s', async (ref) => {
    const { store, finish } = current()
    await store.append([record('a', { lookupIds: ['conv-1', 'notif-1'] })])
    await finish(delivered(event('M', { key: 'key-1', contact: 'contact-1', emailHash: 'hash-1' })))
    await store.append([record('b', { lookupIds: ['conv-2'] })])
    expect(ids(await store.trace(ref))).toEqual(['a'])
    expect(await store.trace('unknown')).toEqual([])
  })

  test('traces at most 100, oldest first', async () => {
    const { store } = current()
    await store.append(Array.from({ length: 120 }, (_, i) => record(`r${i}`, { lookupIds: ['same', 'same'] })))
    expect(ids(await store.trace('same'))).toEqual(Array.from({ length: 100 }, (_, i) => `r${i}`))
  })

  const keeps = [
    { of: 'delivered', outcome: delivered(keyed('k')), known: ['k'] },
    { of: 'deferred', outcome: deferred(1, keyed('k'), event('M', { key: 'j', status: 'deferred' })), known: ['k'] },
    { of: 'dead', outcome: dead(keyed('k'), event('M', { key: 'j', status: 'dead' })), known: ['k'] },
    { of: 'skipped', outcome: skipped('x', event('M', { key: 'j', status: 'skipped' })), known: [] },
  ]
  test.each(keeps)('remembers the keys delivered by a $of record: $known', async ({ outcome, known }) => {
    const { store, finish } = current()
    await store.append([record('a')])
    await finish(outcome)
    expect([...(await store.filterDelivered(['k', 'j', 'k']))]).toEqual(known)
  })

  const totals = [
    { of: 'a delivered event', outcome: delivered(event('M', { key: 'k', reason: 'r' })), lines: ['M|delivered||1'] },
    { of: 'one key twice', outcome: delivered(keyed('k'), keyed('k')), lines: ['Created Conversation|delivered||1'] },
    { of: 'deliveries without a key', outcome: delivered(event('Profile')), lines: ['Profile|delivered||1'] },
    {
      of: 'a skipped event',
      outcome: skipped('x', event('M', { status: 'skipped', reason: 'no-contact' })),
      lines: ['M|skipped|no-contact|1'],
    },
    {
      of: 'a dead event',
      outcome: dead(event('M', { status: 'dead', fault })),
      lines: ['M|dead|destination/invalid|1'],
    },
    { of: 'a skipped record without events', outcome: skipped('unknown-topic'), lines: ['|skipped|unknown-topic|1'] },
    { of: 'a dead record without events', outcome: dead(), lines: ['|dead|destination/invalid|1'] },
    {
      of: 'a deferred record',
      outcome: deferred(1, event('M', { status: 'deferred' }), event('N', { status: 'skipped' })),
      lines: [],
    },
    {
      of: 'an event delivered by a deferred record',
      outcome: deferred(1, keyed('k')),
      lines: ['Created Conversation|delivered||1'],
    },
  ]
  test.each(totals)('counts $of', async ({ outcome, lines }) => {
    const { store, finish } = current()
    await store.append([record('a')])
    await finish(outcome)
    const tallies = await store.tallies('live')
    expect(tallies.map(({ metric, status, reason, count }) => [metric, status, reason, count].join('|'))).toEqual(lines)
  })

  test('counts an event once, over repeated deliveries and several records', async () => {
    const { store, clock, finish } = current()
    const run = { id: 'run1', until: 1 }
    await store.append([record('a')])
    await finish(deferred(clock.now(), keyed('k')))
    await finish(delivered(keyed('k')))
    await store.append([record('b'), record('c', { backfillRun: run, lane: 'backfill' })])
    await finish(delivered(keyed('k')))
    await finish(delivered(keyed('k'), keyed('l')), 'backfill')
    const line = { metric: 'Created Conversation', status: 'delivered', reason: '', count: 1 }
    expect(await store.tallies()).toEqual([
      { scope: 'live', ...line },
      { scope: 'run1', ...line },
    ])
    expect(await store.tallies('run1')).toHaveLength(1)
    expect(await store.tallies('run2')).toEqual([])
  })

  const bodies = [
    { lane: 'live', outcome: delivered(), keeps: true },
    { lane: 'backfill', outcome: delivered(), keeps: false },
    { lane: 'backfill', outcome: skipped('x'), keeps: true },
    { lane: 'live', outcome: skipped('x'), keeps: true },
    { lane: 'live', outcome: skipped('foreign-workspace'), keeps: false },
    { lane: 'backfill', outcome: dead(), keeps: true },
  ] as const
  test.each(bodies)(
    'in lane $lane, a record that is $outcome.status keeps its body: $keeps',
    async ({ lane, outcome, keeps }) => {
      const { store, finish } = current()
      await store.append([record('a', { lane })])
      await finish(outcome, lane)
      expect('body' in single(await store.trace('a'))).toBe(keeps)
    },
  )

  test('lists records that have not ended, by page', async () => {
    const { store, clock, lease, finish } = current()
    await store.append([record('a'), record('b')])
    await finish(delivered(event('M')))
    await store.append([record('c')])
    await store.settle([settlement(single(await lease()), deferred(clock.now() + 60_000))])
    await store.append([record('d', { lane: 'backfill' }), record('e')])
    await lease()
    const first = await store.listUnsettled({ limit: 2 })
    expect(first).toMatchObject([
      { id: 'c', status: 'deferred', body: '{"id":"c"}' },
      { id: 'd', status: 'pending' },
    ])
    expect(await store.listUnsettled({ limit: 2, after: first.at(-1)?.seq ?? 0 })).toMatchObject([
      { id: 'e', status: 'leased' },
    ])
    expect(await store.listUnsettled({ limit: 0 })).toEqual([])
  })

  test('lists dead letters by page and by run', async () => {
    const { store, finish } = current()
    const run = { id: 'run1', until: 1 }
    await store.append([record('a'), record('b', { backfillRun: run }), record('c'), record('d', { backfillRun: run })])
    await finish(dead())
    const first = await store.listDeadLetters({ limit: 3 })
    expect(ids(first)).toEqual(['a', 'b', 'c'])
    expect(ids(await store.listDeadLetters({ limit: 3, after: first.at(-1)?.seq ?? 0 }))).toEqual(['d'])
    expect(ids(await store.listDeadLetters({ limit: 9, run: 'run1' }))).toEqual(['b', 'd'])
  })

  test('replays dead letters unchanged, with no attempt, before later records of their ordering key', async () => {
    const { store, clock, lease, finish } = current()
    const rest = { orderingKey: 'conversation:1', lane: 'backfill' } as const
    await store.append([record('a', rest), record('x', { lane: 'backfill' })])
    await finish(dead(event('M', { status: 'dead', fault }), keyed('k')), 'backfill')
    await store.append([record('b', rest), record('c', rest)])
    const held = single(await lease({ lane: 'backfill' }))
    expect(await store.replay(['a', 'a', 'b', 'unknown'])).toBe(1)
    expect(await lease({ lane: 'backfill' })).toEqual([])
    await store.settle([settlement(held, deferred(clock.now()))])
    expect(await lease({ lane: 'backfill' })).toEqual([
      { ...record('a', rest), ingress: 'replay', lease: expect.any(String), attempt: 1 },
    ])
    expect(ids(await store.listDeadLetters({ limit: 9 }))).toEqual(['x'])
  })

  test('a replay subtracts the dead letter from the totals, except its delivered events', async () => {
    const { store, finish } = current()
    const both = [keyed('k'), event('M', { status: 'dead', fault })]
    await store.append([record('a')])
    await finish(dead(...both))
    expect(await store.replay('all')).toBe(1)
    expect(await store.tallies()).toMatchObject([{ status: 'delivered', count: 1 }])
    await finish(dead(...both))
    expect(await store.tallies()).toMatchObject([
      { status: 'delivered', count: 1 },
      { status: 'dead', count: 1 },
    ])
  })

  test('dismisses dead letters: skipped for a reason, with the failure in the history and all deliveries kept', async () => {
    const { store, clock, finish } = current()
    const outcomes = {
      a: dead(keyed('k'), event('Rated Conversation', { key: 'j', status: 'dead', fault })),
      b: delivered(keyed('l')),
      c: dead(),
    }
    for (const [id, outcome] of Object.entries(outcomes)) {
      await store.append([record(id)])
      await finish(outcome)
    }
    const died = clock.now()
    clock.advance(1000)
    expect(await store.dismiss(['a', 'a', 'b', 'unknown'], 'the workspace is closed')).toBe(1)
    const entry = single(await store.trace('a'))
    expect(entry).toMatchObject({ status: 'skipped', settledAt: clock.now(), outcome: { reason: 'dismissed' } })
    expect(entry.attempts).toEqual([
      { at: died, fault, dismissed: 'the workspace is closed', delivered: [expect.objectContaining({ key: 'k' })] },
    ])
    expect(await store.countDeadLetters()).toBe(1)
    expect(await store.tallies('live')).toEqual([
      expect.objectContaining({ metric: '', status: 'dead', count: 1 }),
      expect.objectContaining({ metric: 'Created Conversation', status: 'delivered', count: 2 }),
      expect.objectContaining({ metric: 'Rated Conversation', status: 'skipped', reason: 'dismissed', count: 1 }),
    ])
    const listed = await store.events({ limit: 10 })
    expect(listed.map(({ record, status, key }) => [record, status, key])).toEqual([
      ['a', 'skipped', 'j'],
      ['c', 'dead', undefined],
      ['b', 'delivered', 'l'],
      ['a', 'delivered', 'k'],
    ])
    expect([...(await store.filterDelivered(['k', 'j']))]).toEqual(['k'])
    expect(await store.replay('all')).toBe(1)
  })

  test('replays all, over many pages', async () => {
    const { store, lease } = current()
    await store.append(Array.from({ length: 1203 }, (_, i) => record(`r${i}`)))
    await store.settle((await lease({ limit: 2000 })).map((it) => settlement(it, dead())))
    expect(await store.replay('all')).toBe(1203)
    expect(await lease({ limit: 2000 })).toHaveLength(1203)
  })

  test('drops old records, and keeps delivered keys and totals', async () => {
    const { store, clock, lease } = current()
    const endings = [delivered(keyed('k')), skipped('x'), dead(), deferred(clock.now() + 1e9)]
    await store.append([
      ...endings.map((_, i) => record(`r${i}`, { lookupIds: ['same'] })),
      record('waits', { lookupIds: ['same'] }),
    ])
    const held = await lease({ limit: 4 })
    await store.settle(held.map((it, i) => settlement(it, endings[i] ?? dead())))
    clock.advance(1000)
    expect(await store.applyRetention({ settled: 1000, dead: 1000 })).toBe(0)
    expect(await store.applyRetention({ settled: 999, dead: 1000 })).toBe(2)
    expect(ids(await store.trace('same'))).toEqual(['r2', 'r3', 'waits'])
    expect(await store.applyRetention({ settled: 999, dead: 999 })).toBe(1)
    expect(await store.applyRetention({ settled: 0, dead: 0 })).toBe(0)
    expect([...(await store.filterDelivered(['k']))]).toEqual(['k'])
    expect(await store.tallies()).toHaveLength(3)
    expect(await store.append([record('r0')])).toEqual({ added: 1 })
  })
}
