/** Contract of a store: trace, totals, dead letters, replay and retention. */
import assert from 'node:assert/strict'
import type { LedgerEntry } from '../../../../ports/ledger.ts'
import { any, assertEqual, assertMatches, containing } from '../../assertions.ts'
import { dead, deferred, delivered, event, fault, ids, record, settlement, single, skipped } from '../fixtures.ts'
import { each, type StoreCases } from '../store-cases.ts'

const keyed = (key: string) => event('Created Conversation', { key })

const waited = { at: 1_700_000_000_000, fault, until: 1_700_000_005_000 }

const history: [status: LedgerEntry['status'], entry: object][] = [
  ['pending', { attempt: 0 }],
  ['leased', { attempt: 1 }],
  ['deferred', { attempt: 1, due: 1_700_000_005_000, outcome: deferred(1_700_000_005_000), attempts: [waited] }],
  ['delivered', { attempt: 2, settledAt: 1_700_000_005_000, outcome: delivered(keyed('k')), attempts: [waited] }],
]

const counts = [
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

const bodies = [
  { lane: 'live', outcome: delivered(), keeps: true },
  { lane: 'backfill', outcome: delivered(), keeps: false },
  { lane: 'backfill', outcome: skipped('x'), keeps: true },
  { lane: 'live', outcome: skipped('x'), keeps: true },
  { lane: 'live', outcome: skipped('foreign-workspace'), keeps: false },
  { lane: 'backfill', outcome: dead(), keeps: true },
] as const

export const ledgerCases: StoreCases = {
  'traces the status of a record at each step': async ({ store, clock, lease, finishOne }) => {
    const { orderingKey: _, ...shown } = record('a', { topic: 't', resource: 'r', lookupIds: ['1'] })
    const seen: unknown[] = []
    const look = async () => seen.push(single(await store.trace('a')))
    await store.append([record('a', { topic: 't', resource: 'r', lookupIds: ['1'] })])
    await look()
    const first = single(await lease())
    await look()
    await store.settle([settlement(first, deferred(clock.now() + 5000))])
    await look()
    clock.advance(5000)
    await finishOne(delivered(keyed('k')))
    await look()
    assertEqual(
      seen,
      history.map(([status, rest]) => ({ ...shown, seq: any('number'), status, ...rest })),
    )
  },

  ...each(
    ['a', 'conv-1', 'notif-1', 'key-1', 'contact-1', 'hash-1'],
    (ref) => `finds a record by ${ref}`,
    async ({ store, finish }, ref) => {
      await store.append([record('a', { lookupIds: ['conv-1', 'notif-1'] })])
      await finish(delivered(event('M', { key: 'key-1', contact: 'contact-1', emailHash: 'hash-1' })))
      await store.append([record('b', { lookupIds: ['conv-2'] })])
      assertEqual(ids(await store.trace(ref)), ['a'])
      assertEqual(await store.trace('unknown'), [])
    },
  ),

  'keeps the content of a sample of history, and drops that of other history': async ({ store }) => {
    await store.append([record('a', { lane: 'backfill' }), record('b', { lane: 'backfill' })])
    const leased = await store.lease({ lane: 'backfill', limit: 2, leaseMs: 60_000 })
    const outcome = delivered(event('M', { lane: 'backfill' }))
    await store.settle(
      leased.map((one) => ({ record: one, outcome: one.id === 'a' ? { ...outcome, keepsBody: true } : outcome })),
    )
    const [kept] = await store.trace('a')
    const [dropped] = await store.trace('b')
    assertEqual([kept?.body, dropped?.body], ['{"id":"a"}', undefined])
  },

  'reads a record by its number': async ({ store, finish }) => {
    await store.append([record('a'), record('b')])
    await finish(delivered(event('M', { key: 'key-1' })))
    for (const entry of [...(await store.trace('a')), ...(await store.trace('b'))])
      assertEqual(await store.readRecord(entry.seq), entry)
    assertEqual(await store.readRecord(1_000_000), undefined)
  },

  'finds records by any of several names, newest first and in pages': async ({ store, finish }) => {
    await store.append([record('a', { lookupIds: ['conv-1'] })])
    await finish(delivered(event('M', { key: 'key-1', contact: 'contact-1' })))
    await store.append(['b', 'c', 'd'].map((id) => record(id, { lookupIds: [`conv-${id}`, 'ticket-7'] })))
    const found = async (refs: readonly string[], before?: number) =>
      store.findRecords({ refs, limit: 2, ...(before !== undefined && { before }) })
    const first = await found(['contact-1', 'key-1', 'ticket-7', 'unknown'])
    assertEqual(ids(first), ['d', 'c'])
    assertEqual(ids(await found(['contact-1', 'ticket-7'], first[1]?.seq)), ['b', 'a'])
    assertEqual(await found(['unknown']), [])
    assertEqual(await found([]), [])
  },

  'traces at most 100, oldest first': async ({ store }) => {
    await store.append(Array.from({ length: 120 }, (_, i) => record(`r${i}`, { lookupIds: ['same', 'same'] })))
    assertEqual(
      ids(await store.trace('same')),
      Array.from({ length: 100 }, (_, i) => `r${i}`),
    )
  },

  ...each(
    counts,
    ({ of }) => `counts ${of}`,
    async ({ settle, totals }, { outcome, lines }) => {
      await settle('a', outcome)
      assertEqual(await totals('live'), lines)
    },
  ),

  'counts an event once, over repeated deliveries and several records': async ({ store, clock, finish }) => {
    const run = { id: 'run1', until: 1 }
    await store.append([record('a')])
    await finish(deferred(clock.now(), keyed('k')))
    await finish(delivered(keyed('k')))
    await store.append([record('b'), record('c', { backfillRun: run, lane: 'backfill' })])
    await finish(delivered(keyed('k')))
    await finish(delivered(keyed('k'), keyed('l')), 'backfill')
    const line = { metric: 'Created Conversation', status: 'delivered', reason: '', count: 1 }
    assertEqual(await store.tallies(), [
      { scope: 'live', ...line },
      { scope: 'run1', ...line },
    ])
    assert.equal((await store.tallies('run1')).length, 1)
    assertEqual(await store.tallies('run2'), [])
  },

  ...each(
    bodies,
    ({ lane, outcome, keeps }) => `in lane ${lane}, a record that is ${outcome.status} keeps its body: ${keeps}`,
    async ({ store, finish }, { lane, outcome, keeps }) => {
      await store.append([record('a', { lane })])
      await finish(outcome, lane)
      assert.equal('body' in single(await store.trace('a')), keeps)
    },
  ),

  'lists records that have not ended, by page': async ({ store, clock, lease, finish, finishOne }) => {
    await store.append([record('a'), record('b')])
    await finish(delivered(event('M')))
    await store.append([record('c')])
    await finishOne(deferred(clock.now() + 60_000))
    await store.append([record('d', { lane: 'backfill' }), record('e')])
    await lease()
    const first = await store.listUnsettled({ limit: 2 })
    assertMatches(first, [
      { id: 'c', status: 'deferred', body: '{"id":"c"}' },
      { id: 'd', status: 'pending' },
    ])
    assertMatches(await store.listUnsettled({ limit: 2, after: first.at(-1)?.seq ?? 0 }), [
      { id: 'e', status: 'leased' },
    ])
    assertEqual(await store.listUnsettled({ limit: 0 }), [])
  },

  'lists dead letters by page and by run': async ({ store, finish }) => {
    const run = { id: 'run1', until: 1 }
    await store.append([record('a'), record('b', { backfillRun: run }), record('c'), record('d', { backfillRun: run })])
    await finish(dead())
    const first = await store.listDeadLetters({ limit: 3 })
    assertEqual(ids(first), ['a', 'b', 'c'])
    assertEqual(ids(await store.listDeadLetters({ limit: 3, after: first.at(-1)?.seq ?? 0 })), ['d'])
    assertEqual(ids(await store.listDeadLetters({ limit: 9, run: 'run1' })), ['b', 'd'])
  },

  'replays dead letters unchanged, with no attempt, before later records of their ordering key': async (it) => {
    const { store, clock, lease, finish } = it
    const rest = { orderingKey: 'conversation:1', lane: 'backfill' } as const
    await store.append([record('a', rest), record('x', { lane: 'backfill' })])
    await finish(dead(event('M', { status: 'dead', fault }), keyed('k')), 'backfill')
    await store.append([record('b', rest), record('c', rest)])
    const held = single(await lease({ lane: 'backfill' }))
    assert.equal(await store.replay(['a', 'a', 'b', 'unknown']), 1)
    assertEqual(await lease({ lane: 'backfill' }), [])
    await store.settle([settlement(held, deferred(clock.now()))])
    assertEqual(await lease({ lane: 'backfill' }), [
      { ...record('a', rest), ingress: 'replay', lease: any('string'), attempt: 1 },
    ])
    assertEqual(ids(await store.listDeadLetters({ limit: 9 })), ['x'])
  },

  'a replay subtracts the dead letter from the totals, except its delivered events': async ({ store, finish }) => {
    const both = [keyed('k'), event('M', { status: 'dead', fault })]
    await store.append([record('a')])
    await finish(dead(...both))
    assert.equal(await store.replay('all'), 1)
    assertMatches(await store.tallies(), [{ status: 'delivered', count: 1 }])
    await finish(dead(...both))
    assertMatches(await store.tallies(), [
      { status: 'delivered', count: 1 },
      { status: 'dead', count: 1 },
    ])
  },

  'replays all, over many pages': async ({ store, lease }) => {
    await store.append(Array.from({ length: 1203 }, (_, i) => record(`r${i}`)))
    await store.settle((await lease({ limit: 2000 })).map((it) => settlement(it, dead())))
    assert.equal(await store.replay('all'), 1203)
    assert.equal((await lease({ limit: 2000 })).length, 1203)
  },
}

/** Of stores that remember delivered keys, too. */
export const ledgerKeyCases: StoreCases = {
  'dismisses dead letters: skipped for a reason, with the failure in the history and all deliveries kept': async (
    it,
  ) => {
    const { store, clock, end } = it
    await end({
      a: dead(keyed('k'), event('Rated Conversation', { key: 'j', status: 'dead', fault })),
      b: delivered(keyed('l')),
      c: dead(),
    })
    const died = clock.now()
    clock.advance(1000)
    assert.equal(await store.dismiss(['a', 'a', 'b', 'unknown'], 'the workspace is closed'), 1)
    const entry = single(await store.trace('a'))
    assertMatches(entry, { status: 'skipped', settledAt: clock.now(), outcome: { reason: 'dismissed' } })
    assertEqual(entry.attempts, [
      { at: died, fault, dismissed: 'the workspace is closed', delivered: [containing({ key: 'k' })] },
    ])
    assert.equal(await store.countDeadLetters(), 1)
    assertEqual(await store.tallies('live'), [
      containing({ metric: '', status: 'dead', count: 1 }),
      containing({ metric: 'Created Conversation', status: 'delivered', count: 2 }),
      containing({ metric: 'Rated Conversation', status: 'skipped', reason: 'dismissed', count: 1 }),
    ])
    const listed = await store.events({ limit: 10 })
    assertEqual(
      listed.map(({ record, status, key }) => [record, status, key]),
      [
        ['a', 'skipped', 'j'],
        ['c', 'dead', undefined],
        ['b', 'delivered', 'l'],
        ['a', 'delivered', 'k'],
      ],
    )
    assertEqual([...(await store.filterDelivered(['k', 'j']))], ['k'])
    assert.equal(await store.replay('all'), 1)
  },

  'drops old records, and keeps delivered keys and totals': async ({ store, clock, lease }) => {
    const endings = [delivered(keyed('k')), skipped('x'), dead(), deferred(clock.now() + 1e9)]
    await store.append([
      ...endings.map((_, i) => record(`r${i}`, { lookupIds: ['same'] })),
      record('waits', { lookupIds: ['same'] }),
    ])
    const held = await lease({ limit: 4 })
    await store.settle(held.map((it, i) => settlement(it, endings[i] ?? dead())))
    clock.advance(1000)
    assert.equal(await store.applyRetention({ settled: 1000, dead: 1000 }), 0)
    assert.equal(await store.applyRetention({ settled: 999, dead: 1000 }), 2)
    assertEqual(ids(await store.trace('same')), ['r2', 'r3', 'waits'])
    assert.equal(await store.applyRetention({ settled: 999, dead: 999 }), 1)
    assert.equal(await store.applyRetention({ settled: 0, dead: 0 }), 0)
    assertEqual([...(await store.filterDelivered(['k']))], ['k'])
    assert.equal((await store.tallies()).length, 3)
    assertEqual(await store.append([record('r0')]), { added: 1 })
  },
}
