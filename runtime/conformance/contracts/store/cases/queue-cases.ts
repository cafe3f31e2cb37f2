/** Contract of a store: append, lease, renew, release, and the order within a key. */
import assert from 'node:assert/strict'
import { any, assertEqual, assertMatches } from '../../assertions.ts'
import { dead, deferred, delivered, fault, ids, record, settlement, single, skipped } from '../fixtures.ts'
import { each, type StoreCases } from '../store-cases.ts'

const sameKey = { orderingKey: 'conversation:1' }

const outcomes = [
  { how: 'delivered', outcome: delivered(), next: ['b'] },
  { how: 'skipped', outcome: skipped('no-contact'), next: ['b'] },
  { how: 'dead', outcome: dead(), next: ['b'] },
  { how: 'deferred', outcome: deferred(Number.MAX_SAFE_INTEGER), next: [] },
]

export const queueCases: StoreCases = {
  'leases a record as it was appended': async ({ store, lease }) => {
    const run = { id: 'run1', since: 5, until: 10, only: ['Created Conversation'] }
    const full = record('a', {
      topic: 't',
      stream: 's',
      resource: 'r',
      lookupIds: ['1', 'notif_1'],
      backfillRun: run,
      trace: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      body: '{"é":"\\u0000"}',
    })
    await store.append([full, record('b')])
    const [first, second] = await lease()
    assertEqual(first, { ...full, lease: any('string'), attempt: 1 })
    assertEqual(second, { ...record('b'), lease: any('string'), attempt: 1 })
  },

  'appends an id once: in one call, in two calls, and after the record was settled': async ({ store, finish }) => {
    assertEqual(await store.append([record('a'), record('a', { body: 'other' }), record('b')]), { added: 2 })
    assertEqual(await store.append([record('a', { lane: 'backfill' }), record('c')]), { added: 1 })
    await finish(delivered())
    assertEqual(await store.append([record('a'), record('b'), record('c')]), { added: 0 })
    assertEqual(await store.backlog('live'), { records: 0 })
  },

  'concurrent appends lose no record': async ({ store, lease }) => {
    const added = await Promise.all(Array.from({ length: 50 }, (_, i) => store.append([record(`r${i % 40}`)])))
    assert.equal(
      added.reduce((sum, it) => sum + it.added, 0),
      40,
    )
    assert.equal((await lease()).length, 40)
  },

  'leases the oldest records of the requested lane, up to the limit': async ({ store, lease }) => {
    await store.append([record('a'), record('z', { lane: 'backfill' }), record('b'), record('c')])
    assertEqual(ids(await lease({ limit: 2 })), ['a', 'b'])
    assertEqual(ids(await lease({ limit: 0 })), [])
    assertEqual(ids(await lease()), ['c'])
    assertEqual(ids(await lease({ lane: 'backfill' })), ['z'])
  },

  'leases no record twice': async ({ store, lease }) => {
    await store.append([record('a'), record('b')])
    const taken = await Promise.all([lease({ limit: 1 }), lease({ limit: 1 }), lease({ limit: 1 })])
    assertEqual(taken.flatMap(ids), ['a', 'b'])
  },

  'an ordering key is queued in its lane until its last record is settled': async ({ store, finish }) => {
    const orderingKey = 'conversation:1'
    const isQueued = async () => [
      await store.isQueued('live', orderingKey),
      await store.isQueued('backfill', orderingKey),
    ]
    assertEqual(await isQueued(), [false, false])
    await store.append([record('a', { orderingKey }), record('b', { orderingKey }), record('c')])
    assertEqual(await isQueued(), [true, false])
    await finish(delivered())
    assertEqual(await isQueued(), [true, false])
    await finish(deferred(Number.MAX_SAFE_INTEGER))
    assertEqual(await isQueued(), [true, false])
    await store.append([record('d', { orderingKey, lane: 'backfill' })])
    assertEqual(await isQueued(), [true, true])
  },

  ...each(
    outcomes,
    ({ how, next }) => `after the first record of an ordering key is ${how}, leases ${JSON.stringify(next)}`,
    async ({ store, lease }, { outcome, next }) => {
      await store.append([record('a', sameKey), record('b', sameKey)])
      const first = single(await lease())
      assertEqual(await lease(), [])
      await store.settle([settlement(first, outcome)])
      assertEqual(ids(await lease()), next)
    },
  ),

  'lanes do not block each other': async ({ store, lease }) => {
    await store.append([record('a', { ...sameKey, lane: 'backfill' }), record('b', sameKey)])
    assertEqual(ids(await lease()), ['b'])
    assertEqual(ids(await lease({ lane: 'backfill' })), ['a'])
  },

  'leases a deferred record again when it is due, as another attempt': async ({ store, clock, lease, finishOne }) => {
    await store.append([record('a', sameKey), record('b', sameKey)])
    await finishOne(deferred(clock.now() + 999.5))
    clock.advance(999)
    assertEqual(await lease(), [])
    clock.advance(1)
    assertMatches(await lease(), [{ id: 'a', attempt: 2 }])
  },

  'a record is leased with the kind of its last fault and since when such faults last, until it is settled otherwise':
    async ({ store, clock, lease, finishOne }) => {
      await store.append([record('a')])
      const since = clock.now() - 5_000
      await finishOne({ status: 'deferred', fault, until: clock.now(), failingSince: since, events: [] })
      const second = single(await lease())
      assertEqual(second.retryState, { kind: fault.kind, since })
      await store.settle([settlement(second, deferred(clock.now()))])
      assertEqual(single(await lease()).retryState, undefined)
    },

  'an expired lease counts as an attempt, and no longer settles, renews or releases': async (it) => {
    const { store, clock, lease } = it
    await store.append([record('a')])
    const late = single(await lease({ leaseMs: 1000 }))
    clock.advance(999)
    assertEqual(await lease(), [])
    clock.advance(1)
    const now = single(await lease({ leaseMs: 1000, cutOff: 'once' }))
    assert.equal(now.attempt, 2)
    assert.notEqual(now.lease, late.lease)
    assert.equal(await store.settle([settlement(late, dead())]), 0)
    await store.release([late])
    await store.renew([late], 60_000)
    clock.advance(999)
    assertEqual(await lease(), [])
    assert.equal(await store.settle([settlement(now, delivered())]), 1)
  },

  'records that were cut off are leased by name, the most cut-offs first, until an outcome': async (it) => {
    const { store, clock, lease } = it
    const expire = async (request: Parameters<typeof lease>[0]) => {
      const leased = await lease({ ...request, leaseMs: 1000 })
      clock.advance(1000)
      return ids(leased)
    }
    assert.equal(await store.mostCutOffs('live'), 0)
    await store.append([record('a'), record('b'), record('z', { lane: 'backfill' })])
    assertEqual(await expire({}), ['a', 'b'])
    await store.append([record('c')])
    assertEqual(await expire({}), ['c'])
    assertEqual(await lease(), [])
    assert.equal(await store.mostCutOffs('live'), 1)
    assert.equal(await store.mostCutOffs('backfill'), 0)
    assertEqual(await lease({ cutOff: 'repeatedly' }), [])
    assertEqual(await expire({ cutOff: 'once', limit: 2 }), ['a', 'b'])
    assertEqual(await expire({ cutOff: 'repeatedly', limit: 1 }), ['a'])
    assertEqual(await lease(), [])
    assert.equal(await store.mostCutOffs('live'), 3)
    const [a, b] = await lease({ cutOff: 'repeatedly' })
    assertMatches(
      [a, b],
      [
        { id: 'a', cutOffs: 3, attempt: 4 },
        { id: 'b', cutOffs: 2, attempt: 3 },
      ],
    )
    assert.equal(await store.mostCutOffs('live'), 1)
    if (!a || !b) throw new Error('expected two')
    await store.release([b])
    assert.equal(await store.mostCutOffs('live'), 2)
    const again = single(await lease({ cutOff: 'repeatedly' }))
    await store.settle([settlement(a, dead()), settlement(again, deferred(clock.now()))])
    const leased = single(await lease())
    assert.equal(leased.id, 'b')
    assert.ok(!('cutOffs' in leased))
    assertEqual(ids(await lease({ cutOff: 'once' })), ['c'])
  },

  'a record that was cut off keeps its place in its ordering key, and does not end a wait': async (it) => {
    const { store, clock, lease } = it
    await store.append([record('a', sameKey), record('b', sameKey)])
    await lease({ leaseMs: 1000 })
    clock.advance(1000)
    assertEqual(await lease(), [])
    assert.equal(await store.isQueued('live', sameKey.orderingKey), true)
    assertMatches(await store.backlog('live'), { records: 2 })
    assertEqual(ids(await lease({ cutOff: 'once' })), ['a'])
  },

  'a renewed lease expires later': async ({ store, clock, lease }) => {
    await store.append([record('a')])
    const held = single(await lease({ leaseMs: 1000 }))
    clock.advance(900)
    await store.renew([held], 1000)
    clock.advance(900)
    assertEqual(await lease({ cutOff: 'once' }), [])
    clock.advance(100)
    assert.equal((await lease({ cutOff: 'once' })).length, 1)
  },

  'a released record has no attempt and is the head of its ordering key again': async ({ store, lease }) => {
    await store.append([record('a', sameKey), record('b', sameKey)])
    await store.release(await lease())
    assertMatches(await lease(), [{ id: 'a', attempt: 1 }])
  },

  'settles a lease once': async ({ store, lease }) => {
    await store.append([record('a')])
    const held = single(await lease())
    assert.equal(await store.settle([settlement(held, delivered()), settlement(held, dead())]), 1)
    assert.equal(await store.settle([settlement(held, dead())]), 0)
    assertEqual(await lease(), [])
  },

  'the backlog counts pending, leased and deferred records, and has the oldest': async ({ store, clock, lease }) => {
    assertEqual(await store.backlog('live'), { records: 0 })
    const at = [50, 20, 40, 10].map((receivedAt, i) => record(`r${i}`, { receivedAt }))
    await store.append([...at, record('z', { lane: 'backfill', receivedAt: 1 })])
    const [first, , , last] = await lease()
    if (!first || !last) throw new Error('expected four')
    await store.settle([settlement(first, deferred(clock.now() + 1)), settlement(last, delivered())])
    assertEqual(await store.backlog('live'), { records: 3, oldest: 20 })
    assertEqual(await store.backlog('backfill'), { records: 1, oldest: 1 })
  },

  'closes once, after pending writes': async ({ store }) => {
    const appended = store.append([record('a')])
    await Promise.all([store.close(), store.close()])
    assertEqual(await appended, { added: 1 })
    await store.close()
  },

  'accepts empty lists': async ({ store, lease }) => {
    assertEqual(await store.append([]), { added: 0 })
    assert.equal(await store.settle([]), 0)
    await store.renew([], 5)
    await store.release([])
    assertEqual(ids(await lease()), [])
  },
}

/** Of stores with a ledger. */
export const queueLedgerCases: StoreCases = {
  'an expired lease does not stay the head: a replayed earlier record of its ordering key goes first': async (it) => {
    const { store, clock, lease, finish } = it
    await store.append([record('a', sameKey), record('b', sameKey)])
    await finish(dead())
    await lease({ leaseMs: 1000 })
    await store.replay(['a'])
    assertEqual(await lease(), [])
    clock.advance(1000)
    assertEqual(ids(await lease()), ['a'])
  },

  'a settlement whose lease expired leaves no dead letter': async ({ store, clock, lease }) => {
    await store.append([record('a')])
    const late = single(await lease({ leaseMs: 1000 }))
    clock.advance(1000)
    assert.equal((await lease({ cutOff: 'once' })).length, 1)
    assert.equal(await store.settle([settlement(late, dead())]), 0)
    assertEqual(await store.listDeadLetters({ limit: 10 }), [])
  },

  'of two settlements of one lease the first counts': async ({ store, lease }) => {
    await store.append([record('a')])
    const held = single(await lease())
    await store.settle([settlement(held, delivered()), settlement(held, dead())])
    await store.settle([settlement(held, dead())])
    assertMatches(await store.trace('a'), [{ status: 'delivered' }])
  },

  'a replay forgets that its record was cut off': async ({ store, clock, lease, finishOne }) => {
    await store.append([record('a')])
    await lease({ leaseMs: 1000 })
    clock.advance(1000)
    await finishOne(dead(), { cutOff: 'once' })
    assert.equal(await store.replay([]), 0)
    await store.replay(['a'])
    const again = single(await lease())
    assert.ok(!('cutOffs' in again))
  },
}
