/** Contract of a store: events that wait for their contact hold up nothing, and go when it is identified. */
import { expect, test } from 'vitest'
import type { Outcome } from '../../runtime/ports/types.ts'
import type { StoreHarness } from './store.ts'
import { dead, deferred, delivered, event, ids, record, settlement, single, skipped } from './store-fixtures.ts'
import { failedEvent, MINUTE, waitingEvent, waitingSteps, waits } from './waiting-fixtures.ts'

export function waitingCases(current: () => StoreHarness): void {
  const { awaiting, awaits, settle, totals } = waitingSteps(current)

  test('a waiting record holds up no other of its ordering key, and is in no backlog', async () => {
    const { store, lease } = current()
    const key = { orderingKey: 'conversation:1' }
    await settle('a', awaits('c1'), key)
    expect(await store.backlog('live')).toEqual({ records: 0 })
    await store.append([record('b', key)])
    expect(ids(await lease())).toEqual(['b'])
    expect(await store.trace('a')).toMatchObject([{ status: 'deferred', body: '{"id":"a"}', due: expect.any(Number) }])
    expect(ids(await store.trace('c1'))).toEqual(['a'])
  })

  test('a waiting record is queued only from its next check, or the release of its contact, until it waits again', async () => {
    const { store, clock, lease } = current()
    const orderingKey = 'conversation:1'
    const isQueued = () => store.isQueued('live', orderingKey)
    await settle('a', awaits('c1'), { orderingKey })
    expect(await isQueued()).toBe(false)
    clock.advance(MINUTE)
    expect(await isQueued()).toBe(true)
    const again = single(await lease())
    expect(await isQueued()).toBe(true)
    await store.settle([settlement(again, awaits('c1'))])
    expect(await isQueued()).toBe(false)
    await settle('b', delivered(event('M', { key: 'k', contact: 'c1' })))
    expect(await isQueued()).toBe(true)
    await store.settle([settlement(single(await lease()), delivered(event('M', { key: 'l', contact: 'c1' })))])
    expect(await isQueued()).toBe(false)
  })

  test('is leased again when due, with the keys of its waiting events, beside a leased record of its key', async () => {
    const { store, clock, lease } = current()
    const key = { orderingKey: 'conversation:1' }
    const waiting = ['c1', 'c2', 'c1'].map((contact) => waitingEvent(contact))
    await settle('a', awaiting([...waiting, event('M', { status: 'skipped', key: 's' })]), key)
    await store.append([record('b', key)])
    await lease({ leaseMs: 10 * MINUTE })
    clock.advance(MINUTE - 1)
    expect(await lease()).toEqual([])
    clock.advance(1)
    const again = single(await lease())
    expect(again).toMatchObject({ id: 'a', attempt: 2, body: '{"id":"a"}' })
    expect([...(again.awaited ?? [])].sort()).toEqual(waiting.map((one) => one.key).sort())
    expect(await lease()).toEqual([])
    await store.settle([settlement(again, delivered(event('M', { key: 'k', contact: 'c1' })))])
    expect(await totals()).toEqual(['M|delivered||1'])
  })

  const identifies: [how: string, outcome: Outcome][] = [
    ['a delivered event', delivered(event('N', { key: 'n', contact: 'c1' }))],
    ['a skipped notice', { ...skipped('outdated'), identified: ['c1'] }],
    ['a delivery by a deferred record', deferred(Number.MAX_SAFE_INTEGER, event('N', { key: 'n', contact: 'c1' }))],
    ['an alias in a merge', { ...delivered(event('Profile', { contact: 'c9' })), identified: ['c8', 'c1'] }],
  ]
  test.each(identifies)('%s makes the records due that wait for its contact', async (_, outcome) => {
    const { lease } = current()
    await settle('a', awaiting([waitingEvent('c1', { key: 'k' })]))
    await settle('other', awaits('c2'))
    await settle('import', awaits('c1'), { lane: 'backfill' })
    await settle('notice', outcome)
    expect(await lease()).toMatchObject([{ id: 'a', awaited: ['k'] }])
    expect(ids(await lease({ lane: 'backfill' }))).toEqual(['import'])
  })

  test.each<[string, Outcome]>([
    ['a skipped event of the contact', skipped('x', event('N', { status: 'skipped', contact: 'c1' }))],
    ['a dead event of the contact', dead(event('N', { status: 'dead', contact: 'c1' }))],
  ])('%s releases nothing', async (_, outcome) => {
    await settle('a', awaits('c1'))
    await settle('notice', outcome)
    expect(await current().lease()).toEqual([])
  })

  test('a record that parks in the same settlement as the notice of its contact is due at once', async () => {
    const { store, lease } = current()
    await store.append([record('a'), record('notice')])
    const [a, notice] = await lease()
    if (!a || !notice) throw new Error('expected two')
    const identified = { ...skipped('x'), identified: ['c1'] }
    await store.settle([settlement(notice, identified), settlement(a, awaits('c1'))])
    expect(ids(await lease())).toEqual(['a'])
  })

  test('a contact identified during a check makes the record due at once, and once only', async () => {
    const { store, clock, lease } = current()
    await settle('a', awaits('c1'))
    clock.advance(MINUTE)
    const checked = single(await lease())
    await settle('notice', { ...skipped('x'), identified: ['c1'] })
    await store.settle([settlement(checked, awaits('c1'))])
    const again = single(await lease())
    await store.settle([settlement(again, awaits('c1'))])
    expect(await lease()).toEqual([])
  })

  test('counts waiting events in the scope of their record until they end', async () => {
    const { store, clock, lease } = current()
    const run = { id: 'run1', until: 1 }
    await settle('a', awaits('c1', 'c1'))
    await settle('b', awaits('c1'), { lane: 'backfill', backfillRun: run })
    expect([await totals('live'), await totals('run1')]).toEqual([waits(2), waits(1)])
    clock.advance(MINUTE)
    const checked = single(await lease())
    expect(await totals('live')).toEqual(waits(2))
    await store.settle([settlement(checked, awaits('c1', 'c1'))])
    expect(await totals('live')).toEqual(waits(2))
    clock.advance(MINUTE)
    const skips = event('M', { status: 'skipped', reason: 'no-identity', contact: 'c1' })
    await store.settle([settlement(single(await lease()), skipped('no-identity', skips, skips))])
    expect(await totals('live')).toEqual(['M|skipped|no-identity|2'])
    const hours = await store.activity({ since: 0, until: clock.now() * 2 })
    expect(hours.map(({ status, count }) => `${status} ${count}`)).toEqual(['skipped 2'])
    expect(await totals('run1')).toEqual(waits(1))
  })

  test('a check that fails is retried outside the queue, and the events go on waiting', async () => {
    const { store, clock, lease } = current()
    const key = { orderingKey: 'conversation:1' }
    await settle('a', awaiting([waitingEvent('c1', { key: 'k' })]), key)
    clock.advance(MINUTE)
    await store.settle([settlement(single(await lease()), deferred(clock.now() + MINUTE))])
    expect(await totals()).toEqual(waits(1))
    expect(await store.backlog('live')).toEqual({ records: 0 })
    await store.append([record('b', key)])
    expect(ids(await lease())).toEqual(['b'])
    await settle('notice', { ...skipped('x'), identified: ['c1'] })
    expect(await lease()).toMatchObject([{ id: 'a', awaited: ['k'], attempt: 3 }])
  })

  test.each(['expires', 'is released'])('waits again, due at once, when the lease of a check %s', async (how) => {
    const { store, clock, lease } = current()
    await settle('a', awaiting([waitingEvent('c1', { key: 'k' })]))
    clock.advance(MINUTE)
    const held = single(await lease({ leaseMs: 1000 }))
    if (how === 'is released') await store.release([held])
    else clock.advance(1000)
    const again = how === 'expires' ? await lease({ cutOff: 'once' }) : await lease()
    expect(again).toMatchObject([{ id: 'a', awaited: ['k'], attempt: how === 'expires' ? 3 : 2 }])
    expect(await totals()).toEqual(waits(1))
  })

  test('a dead record keeps its waiting events: their contact queues it again, like a replay', async () => {
    const { store, lease } = current()
    await settle('a', dead(failedEvent, waitingEvent('c1')))
    expect(await store.countDeadLetters()).toBe(1)
    expect(await totals()).toEqual([...waits(1), 'N|dead|destination/invalid|1'])
    await settle('notice', { ...skipped('x'), identified: ['c1'] })
    expect(await store.countDeadLetters()).toBe(0)
    expect(await totals()).toEqual(['|skipped|x|1'])
    const again = single(await lease())
    expect(again).toMatchObject({ id: 'a', ingress: 'replay', attempt: 1 })
    await store.settle([settlement(again, dead(failedEvent, event('M', { key: 'k', contact: 'c1' })))])
    expect(await totals()).toEqual(['|skipped|x|1', 'M|delivered||1', 'N|dead|destination/invalid|1'])
  })

  test('a replay, and retention, subtract the waiting events of a dead record', async () => {
    const { store, clock, finish } = current()
    await settle('a', dead(failedEvent, waitingEvent('c1')))
    await store.replay('all')
    expect(await totals()).toEqual([])
    await finish(dead(failedEvent, waitingEvent('c1')))
    expect(await totals()).toEqual([...waits(1), 'N|dead|destination/invalid|1'])
    clock.advance(1001)
    expect(await store.applyRetention({ settled: 1000, dead: 1000 })).toBe(1)
    expect(await totals()).toEqual(['N|dead|destination/invalid|1'])
  })

  test('retention drops no waiting record', async () => {
    const { store, clock } = current()
    await settle('a', awaits('c1'))
    clock.advance(365 * 24 * 60 * MINUTE)
    expect(await store.applyRetention({ settled: 1, dead: 1 })).toBe(0)
    expect(ids(await store.trace('a'))).toEqual(['a'])
  })

  test('counts deliveries of a waiting record at once, and keeps its checks as one attempt', async () => {
    const { store, clock, lease } = current()
    const sent = event('M', { key: 'k', contact: 'c2' })
    await settle('a', awaiting([sent, waitingEvent('c1')]))
    expect(await totals()).toEqual([...waits(1), 'M|delivered||1'])
    for (let checks = 0; checks < 20; checks++) {
      clock.advance(MINUTE)
      await store.settle([settlement(single(await lease()), awaits('c1'))])
    }
    const { attempts, attempt } = single(await store.trace('a'))
    const merged = { awaits: 'awaiting-identity', count: 21, until: clock.now() + MINUTE, delivered: [sent] }
    expect(attempts).toMatchObject([merged])
    expect(attempt).toBe(21)
  })

  test('a waiter of the lane wakes when the next check is due, and when a record is released', async () => {
    const { store, clock } = current()
    await settle('a', awaits('c1'))
    const due = store.wait('live', 10 * MINUTE, new AbortController().signal)
    clock.advance(MINUTE)
    await due
    await store.settle((await current().lease()).map((held) => settlement(held, awaits('c1'))))
    await settle('z', awaits('c1'), { lane: 'backfill' })
    const released = store.wait('backfill', 10 * MINUTE, new AbortController().signal)
    await settle('notice', { ...skipped('x'), identified: ['c1'] })
    await released
    expect(clock.timers).toBe(0)
  })
}
