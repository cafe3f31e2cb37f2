/** Contract of a store: events that wait for their contact hold up nothing, and go when it is identified. */
import assert from 'node:assert/strict'
import type { Outcome } from '../../../../ports/types.ts'
import { any, assertEqual, assertMatches } from '../../assertions.ts'
import { dead, deferred, delivered, event, ids, record, settlement, single, skipped } from '../fixtures.ts'
import { each, type StoreCases } from '../store-cases.ts'
import { failedEvent, identify, MINUTE, waitingEvent, waitingFor, waits } from './waiting-fixtures.ts'

const identifies: [how: string, outcome: Outcome][] = [
  ['a delivered event', delivered(event('N', { key: 'n', contact: 'c1' }))],
  ['a skipped notice', { ...skipped('outdated'), identified: ['c1'] }],
  ['a delivery by a deferred record', deferred(Number.MAX_SAFE_INTEGER, event('N', { key: 'n', contact: 'c1' }))],
  ['an alias in a merge', { ...delivered(event('Profile', { contact: 'c9' })), identified: ['c8', 'c1'] }],
]

const releasesNothing: [what: string, outcome: Outcome][] = [
  ['a skipped event of the contact', skipped('x', event('N', { status: 'skipped', contact: 'c1' }))],
  ['a dead event of the contact', dead(event('N', { status: 'dead', contact: 'c1' }))],
]

export const waitingCases: StoreCases = {
  'a waiting record is queued only from its next check, or the release of its contact, until it waits again': async (
    it,
  ) => {
    const { store, clock, lease, finishOne, settle, awaiting } = it
    const orderingKey = 'conversation:1'
    const isQueued = () => store.isQueued('live', orderingKey)
    await settle('a', awaiting(waitingFor('c1')), { orderingKey })
    assert.equal(await isQueued(), false)
    clock.advance(MINUTE)
    assert.equal(await isQueued(), true)
    const again = single(await lease())
    assert.equal(await isQueued(), true)
    await store.settle([settlement(again, awaiting(waitingFor('c1')))])
    assert.equal(await isQueued(), false)
    await settle('b', delivered(event('M', { key: 'k', contact: 'c1' })))
    assert.equal(await isQueued(), true)
    await finishOne(delivered(event('M', { key: 'l', contact: 'c1' })))
    assert.equal(await isQueued(), false)
  },

  ...each(
    identifies,
    ([how]) => `${how} makes the records due that wait for its contact`,
    async ({ lease, settle, awaiting }, [, outcome]) => {
      await settle('a', awaiting([waitingEvent('c1', { key: 'k' })]))
      await settle('other', awaiting(waitingFor('c2')))
      await settle('import', awaiting(waitingFor('c1')), { lane: 'backfill' })
      await settle('notice', outcome)
      assertMatches(await lease(), [{ id: 'a', awaited: ['k'] }])
      assertEqual(ids(await lease({ lane: 'backfill' })), ['import'])
    },
  ),

  ...each(
    releasesNothing,
    ([what]) => `${what} releases nothing`,
    async ({ lease, settle, awaiting }, [, outcome]) => {
      await settle('a', awaiting(waitingFor('c1')))
      await settle('notice', outcome)
      assertEqual(await lease(), [])
    },
  ),

  'a record that parks in the same settlement as the notice of its contact is due at once': async (it) => {
    const { store, lease, awaiting } = it
    await store.append([record('a'), record('notice')])
    const [a, notice] = await lease()
    if (!a || !notice) throw new Error('expected two')
    await store.settle([settlement(notice, identify('c1')), settlement(a, awaiting(waitingFor('c1')))])
    assertEqual(ids(await lease()), ['a'])
  },

  'a contact identified during a check makes the record due at once, and once only': async (it) => {
    const { store, clock, lease, finishOne, settle, awaiting } = it
    await settle('a', awaiting(waitingFor('c1')))
    clock.advance(MINUTE)
    const checked = single(await lease())
    await settle('notice', identify('c1'))
    await store.settle([settlement(checked, awaiting(waitingFor('c1')))])
    await finishOne(awaiting(waitingFor('c1')))
    assertEqual(await lease(), [])
  },

  'a waiter of the lane wakes when the next check is due, and when a record is released': async (it) => {
    const { store, clock, finishOne, settle, awaiting } = it
    await settle('a', awaiting(waitingFor('c1')))
    const due = store.wait('live', 10 * MINUTE, new AbortController().signal)
    clock.advance(MINUTE)
    await due
    await finishOne(awaiting(waitingFor('c1')))
    await settle('z', awaiting(waitingFor('c1')), { lane: 'backfill' })
    const released = store.wait('backfill', 10 * MINUTE, new AbortController().signal)
    await settle('notice', identify('c1'))
    await released
    assert.equal(clock.timers, 0)
  },
}

/** Of stores with a ledger. */
export const waitingLedgerCases: StoreCases = {
  'a waiting record holds up no other of its ordering key, and is in no backlog': async (it) => {
    const { store, lease, settle, awaiting } = it
    const key = { orderingKey: 'conversation:1' }
    await settle('a', awaiting(waitingFor('c1')), key)
    assertEqual(await store.backlog('live'), { records: 0 })
    await store.append([record('b', key)])
    assertEqual(ids(await lease()), ['b'])
    assertMatches(await store.trace('a'), [{ status: 'deferred', body: '{"id":"a"}', due: any('number') }])
    assertEqual(ids(await store.trace('c1')), ['a'])
  },

  'is leased again when due, with the keys of its waiting events, beside a leased record of its key': async (it) => {
    const { store, clock, lease, settle, awaiting, totals } = it
    const key = { orderingKey: 'conversation:1' }
    const waiting = ['c1', 'c2', 'c1'].map((contact) => waitingEvent(contact))
    await settle('a', awaiting([...waiting, event('M', { status: 'skipped', key: 's' })]), key)
    await store.append([record('b', key)])
    await lease({ leaseMs: 10 * MINUTE })
    clock.advance(MINUTE - 1)
    assertEqual(await lease(), [])
    clock.advance(1)
    const again = single(await lease())
    assertMatches(again, { id: 'a', attempt: 2, body: '{"id":"a"}' })
    assertEqual([...(again.awaited ?? [])].sort(), waiting.map((one) => one.key).sort())
    assertEqual(await lease(), [])
    await store.settle([settlement(again, delivered(event('M', { key: 'k', contact: 'c1' })))])
    assertEqual(await totals(), ['M|delivered||1'])
  },

  'counts waiting events in the scope of their record until they end': async (it) => {
    const { store, clock, lease, finishOne, settle, awaiting, totals } = it
    const run = { id: 'run1', until: 1 }
    await settle('a', awaiting(waitingFor('c1', 'c1')))
    await settle('b', awaiting(waitingFor('c1')), { lane: 'backfill', backfillRun: run })
    assertEqual([await totals('live'), await totals('run1')], [waits(2), waits(1)])
    clock.advance(MINUTE)
    const checked = single(await lease())
    assertEqual(await totals('live'), waits(2))
    await store.settle([settlement(checked, awaiting(waitingFor('c1', 'c1')))])
    assertEqual(await totals('live'), waits(2))
    clock.advance(MINUTE)
    const skips = event('M', { status: 'skipped', reason: 'no-identity', contact: 'c1' })
    await finishOne(skipped('no-identity', skips, skips))
    assertEqual(await totals('live'), ['M|skipped|no-identity|2'])
    const hours = await store.activity({ since: 0, until: clock.now() * 2 })
    assertEqual(
      hours.map(({ status, count }) => `${status} ${count}`),
      ['skipped 2'],
    )
    assertEqual(await totals('run1'), waits(1))
  },

  'a check that fails is retried outside the queue, and the events go on waiting': async (it) => {
    const { store, clock, lease, finishOne, settle, awaiting, totals } = it
    const key = { orderingKey: 'conversation:1' }
    await settle('a', awaiting([waitingEvent('c1', { key: 'k' })]), key)
    clock.advance(MINUTE)
    await finishOne(deferred(clock.now() + MINUTE))
    assertEqual(await totals(), waits(1))
    assertEqual(await store.backlog('live'), { records: 0 })
    await store.append([record('b', key)])
    assertEqual(ids(await lease()), ['b'])
    await settle('notice', identify('c1'))
    assertMatches(await lease(), [{ id: 'a', awaited: ['k'], attempt: 3 }])
  },

  ...each(
    ['expires', 'is released'],
    (how) => `waits again, due at once, when the lease of a check ${how}`,
    async ({ store, clock, lease, settle, awaiting, totals }, how) => {
      await settle('a', awaiting([waitingEvent('c1', { key: 'k' })]))
      clock.advance(MINUTE)
      const held = single(await lease({ leaseMs: 1000 }))
      if (how === 'is released') await store.release([held])
      else clock.advance(1000)
      const again = how === 'expires' ? await lease({ cutOff: 'once' }) : await lease()
      assertMatches(again, [{ id: 'a', awaited: ['k'], attempt: how === 'expires' ? 3 : 2 }])
      assertEqual(await totals(), waits(1))
    },
  ),

  'a dead record keeps its waiting events: their contact queues it again, like a replay': async (it) => {
    const { store, lease, settle, totals } = it
    await settle('a', dead(failedEvent, waitingEvent('c1')))
    assert.equal(await store.countDeadLetters(), 1)
    assertEqual(await totals(), [...waits(1), 'N|dead|destination/invalid|1'])
    await settle('notice', identify('c1'))
    assert.equal(await store.countDeadLetters(), 0)
    assertEqual(await totals(), ['|skipped|x|1'])
    const again = single(await lease())
    assertMatches(again, { id: 'a', ingress: 'replay', attempt: 1 })
    await store.settle([settlement(again, dead(failedEvent, event('M', { key: 'k', contact: 'c1' })))])
    assertEqual(await totals(), ['|skipped|x|1', 'M|delivered||1', 'N|dead|destination/invalid|1'])
  },

  'a replay, and retention, subtract the waiting events of a dead record': async (it) => {
    const { store, clock, finish, settle, totals } = it
    await settle('a', dead(failedEvent, waitingEvent('c1')))
    await store.replay('all')
    assertEqual(await totals(), [])
    await finish(dead(failedEvent, waitingEvent('c1')))
    assertEqual(await totals(), [...waits(1), 'N|dead|destination/invalid|1'])
    clock.advance(1001)
    assert.equal(await store.applyRetention({ settled: 1000, dead: 1000 }), 1)
    assertEqual(await totals(), ['N|dead|destination/invalid|1'])
  },

  'retention drops no waiting record': async ({ store, clock, settle, awaiting }) => {
    await settle('a', awaiting(waitingFor('c1')))
    clock.advance(365 * 24 * 60 * MINUTE)
    assert.equal(await store.applyRetention({ settled: 1, dead: 1 }), 0)
    assertEqual(ids(await store.trace('a')), ['a'])
  },

  'counts deliveries of a waiting record at once, and keeps its checks as one attempt': async (it) => {
    const { store, clock, finishOne, settle, awaiting, totals } = it
    const sent = event('M', { key: 'k', contact: 'c2' })
    await settle('a', awaiting([sent, waitingEvent('c1')]))
    assertEqual(await totals(), [...waits(1), 'M|delivered||1'])
    for (let checks = 0; checks < 20; checks++) {
      clock.advance(MINUTE)
      await finishOne(awaiting(waitingFor('c1')))
    }
    const { attempts, attempt } = single(await store.trace('a'))
    const merged = { awaits: 'awaiting-identity', count: 21, until: clock.now() + MINUTE, delivered: [sent] }
    assertMatches(attempts, [merged])
    assert.equal(attempt, 21)
  },
}
