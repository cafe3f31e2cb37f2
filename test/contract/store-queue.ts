/** Contract of a store: append, lease, renew, release, and the order within a key. */
import { expect, test } from 'vitest'
import type { StoreHarness } from './store.ts'
import { dead, deferred, delivered, ids, record, settlement, single, skipped } from './store-fixtures.ts'

export function queueCases(current: () => StoreHarness): void {
  test('leases a record as it was appended', async () => {
    const { store, lease } = current()
    const run = { id: 'run1', since: 5, until: 10, only: ['Created Conversation'] }
    const full = record('a', {
      topic: 't',
      stream: 's',
      resource: 'r',
      lookupIds: ['1', 'notif_1'],
      backfillRun: run,
      body: '{"é":"\\u0000"}',
    })
    await store.append([full, record('b')])
    const [first, second] = await lease()
    expect(first).toEqual({ ...full, lease: expect.any(String), attempt: 1 })
    expect(second).toEqual({ ...record('b'), lease: expect.any(String), attempt: 1 })
  })

  test('appends an id once: in one call, in two calls, and after the record was settled', async () => {
    const { store, finish } = current()
    expect(await store.append([record('a'), record('a', { body: 'other' }), record('b')])).toEqual({ added: 2 })
    expect(await store.append([record('a', { lane: 'backfill' }), record('c')])).toEqual({ added: 1 })
    await finish(delivered())
    expect(await store.append([record('a'), record('b'), record('c')])).toEqual({ added: 0 })
    expect(await store.backlog('live')).toEqual({ records: 0 })
  })

  test('concurrent appends lose no record', async () => {
    const { store, lease } = current()
    const added = await Promise.all(Array.from({ length: 50 }, (_, i) => store.append([record(`r${i % 40}`)])))
    expect(added.reduce((sum, it) => sum + it.added, 0)).toBe(40)
    expect(await lease()).toHaveLength(40)
  })

  test('leases the oldest records of the requested lane, up to the limit', async () => {
    const { store, lease } = current()
    await store.append([record('a'), record('z', { lane: 'backfill' }), record('b'), record('c')])
    expect(ids(await lease({ limit: 2 }))).toEqual(['a', 'b'])
    expect(ids(await lease({ limit: 0 }))).toEqual([])
    expect(ids(await lease())).toEqual(['c'])
    expect(ids(await lease({ lane: 'backfill' }))).toEqual(['z'])
  })

  test('leases no record twice', async () => {
    const { store, lease } = current()
    await store.append([record('a'), record('b')])
    const taken = await Promise.all([lease({ limit: 1 }), lease({ limit: 1 }), lease({ limit: 1 })])
    expect(taken.flatMap(ids)).toEqual(['a', 'b'])
  })

  test('an ordering key is queued in its lane until its last record is settled', async () => {
    const { store, finish } = current()
    const orderingKey = 'conversation:1'
    const isQueued = async () => [
      await store.isQueued('live', orderingKey),
      await store.isQueued('backfill', orderingKey),
    ]
    expect(await isQueued()).toEqual([false, false])
    await store.append([record('a', { orderingKey }), record('b', { orderingKey }), record('c')])
    expect(await isQueued()).toEqual([true, false])
    await finish(delivered())
    expect(await isQueued()).toEqual([true, false])
    await finish(deferred(Number.MAX_SAFE_INTEGER))
    expect(await isQueued()).toEqual([true, false])
    await store.append([record('d', { orderingKey, lane: 'backfill' })])
    expect(await isQueued()).toEqual([true, true])
  })

  const sameKey = { orderingKey: 'conversation:1' }
  const outcomes = [
    { how: 'delivered', outcome: delivered(), next: ['b'] },
    { how: 'skipped', outcome: skipped('no-contact'), next: ['b'] },
    { how: 'dead', outcome: dead(), next: ['b'] },
    { how: 'deferred', outcome: deferred(Number.MAX_SAFE_INTEGER), next: [] },
  ]
  test.each(outcomes)('after the first record of an ordering key is $how, leases $next', async ({ outcome, next }) => {
    const { store, lease } = current()
    await store.append([record('a', sameKey), record('b', sameKey)])
    const first = single(await lease())
    expect(await lease()).toEqual([])
    await store.settle([settlement(first, outcome)])
    expect(ids(await lease())).toEqual(next)
  })

  test('lanes do not block each other', async () => {
    const { store, lease } = current()
    await store.append([record('a', { ...sameKey, lane: 'backfill' }), record('b', sameKey)])
    expect(ids(await lease())).toEqual(['b'])
    expect(ids(await lease({ lane: 'backfill' }))).toEqual(['a'])
  })

  test('leases a deferred record again when it is due, as another attempt', async () => {
    const { store, clock, lease } = current()
    await store.append([record('a', sameKey), record('b', sameKey)])
    await store.settle([settlement(single(await lease()), deferred(clock.now() + 999.5))])
    clock.advance(999)
    expect(await lease()).toEqual([])
    clock.advance(1)
    expect(await lease()).toMatchObject([{ id: 'a', attempt: 2 }])
  })

  test('an expired lease counts as an attempt, and no longer settles, renews or releases', async () => {
    const { store, clock, lease } = current()
    await store.append([record('a')])
    const late = single(await lease({ leaseMs: 1000 }))
    clock.advance(999)
    expect(await lease()).toEqual([])
    clock.advance(1)
    const now = single(await lease({ leaseMs: 1000, cutOff: 'once' }))
    expect(now.attempt).toBe(2)
    expect(now.lease).not.toBe(late.lease)
    expect(await store.settle([settlement(late, dead())])).toBe(0)
    await store.release([late])
    await store.renew([late], 60_000)
    clock.advance(999)
    expect(await lease()).toEqual([])
    expect(await store.settle([settlement(now, delivered())])).toBe(1)
    expect(await store.listDeadLetters({ limit: 10 })).toEqual([])
  })

  test('an expired lease does not stay the head: a replayed earlier record of its ordering key goes first', async () => {
    const { store, clock, lease, finish } = current()
    await store.append([record('a', sameKey), record('b', sameKey)])
    await finish(dead())
    await lease({ leaseMs: 1000 })
    await store.replay(['a'])
    expect(await lease()).toEqual([])
    clock.advance(1000)
    expect(ids(await lease())).toEqual(['a'])
  })

  test('records that were cut off are leased by name, the most cut-offs first, until an outcome or a replay', async () => {
    const { store, clock, lease } = current()
    const expire = async (request: Parameters<typeof lease>[0]) => {
      const leased = await lease({ ...request, leaseMs: 1000 })
      clock.advance(1000)
      return ids(leased)
    }
    expect(await store.mostCutOffs('live')).toBe(0)
    await store.append([record('a'), record('b'), record('z', { lane: 'backfill' })])
    expect(await expire({})).toEqual(['a', 'b'])
    await store.append([record('c')])
    expect(await expire({})).toEqual(['c'])
    expect(await lease()).toEqual([])
    expect(await store.mostCutOffs('live')).toBe(1)
    expect(await store.mostCutOffs('backfill')).toBe(0)
    expect(await lease({ cutOff: 'repeatedly' })).toEqual([])
    expect(await expire({ cutOff: 'once', limit: 2 })).toEqual(['a', 'b'])
    expect(await expire({ cutOff: 'repeatedly', limit: 1 })).toEqual(['a'])
    expect(await lease()).toEqual([])
    expect(await store.mostCutOffs('live')).toBe(3)
    const [a, b] = await lease({ cutOff: 'repeatedly' })
    expect([a, b]).toMatchObject([
      { id: 'a', cutOffs: 3, attempt: 4 },
      { id: 'b', cutOffs: 2, attempt: 3 },
    ])
    expect(await store.mostCutOffs('live')).toBe(1)
    if (!a || !b) throw new Error('expected two')
    await store.release([b])
    expect(await store.mostCutOffs('live')).toBe(2)
    const again = single(await lease({ cutOff: 'repeatedly' }))
    await store.settle([settlement(a, dead()), settlement(again, deferred(clock.now()))])
    await store.replay(['a'])
    const leased = await lease()
    expect(ids(leased).sort()).toEqual(['a', 'b'])
    for (const one of leased) expect(one).not.toHaveProperty('cutOffs')
    expect(ids(await lease({ cutOff: 'once' }))).toEqual(['c'])
  })

  test('a record that was cut off keeps its place in its ordering key, and does not end a wait', async () => {
    const { store, clock, lease } = current()
    await store.append([record('a', sameKey), record('b', sameKey)])
    await lease({ leaseMs: 1000 })
    clock.advance(1000)
    expect(await lease()).toEqual([])
    expect(await store.isQueued('live', sameKey.orderingKey)).toBe(true)
    expect(await store.backlog('live')).toMatchObject({ records: 2 })
    expect(ids(await lease({ cutOff: 'once' }))).toEqual(['a'])
  })

  test('a renewed lease expires later', async () => {
    const { store, clock, lease } = current()
    await store.append([record('a')])
    const held = single(await lease({ leaseMs: 1000 }))
    clock.advance(900)
    await store.renew([held], 1000)
    clock.advance(900)
    expect(await lease()).toEqual([])
    clock.advance(100)
    expect(await lease({ cutOff: 'once' })).toHaveLength(1)
  })

  test('a released record has no attempt and is the head of its ordering key again', async () => {
    const { store, lease } = current()
    await store.append([record('a', sameKey), record('b', sameKey)])
    await store.release(await lease())
    expect(await lease()).toMatchObject([{ id: 'a', attempt: 1 }])
  })

  test('settles a lease once', async () => {
    const { store, lease } = current()
    await store.append([record('a')])
    const held = single(await lease())
    expect(await store.settle([settlement(held, delivered()), settlement(held, dead())])).toBe(1)
    expect(await store.settle([settlement(held, dead())])).toBe(0)
    expect(await store.trace('a')).toMatchObject([{ status: 'delivered' }])
  })

  test('the backlog counts pending, leased and deferred records, and has the oldest', async () => {
    const { store, clock, lease } = current()
    expect(await store.backlog('live')).toEqual({ records: 0 })
    const at = [50, 20, 40, 10].map((receivedAt, i) => record(`r${i}`, { receivedAt }))
    await store.append([...at, record('z', { lane: 'backfill', receivedAt: 1 })])
    const [first, , , last] = await lease()
    if (!first || !last) throw new Error('expected four')
    await store.settle([settlement(first, deferred(clock.now() + 1)), settlement(last, delivered())])
    expect(await store.backlog('live')).toEqual({ records: 3, oldest: 20 })
    expect(await store.backlog('backfill')).toEqual({ records: 1, oldest: 1 })
  })
}
