/** Contract of a store: an event waits in one record only, however many hold it. */
import assert from 'node:assert/strict'
import type { Outcome } from '../../../../ports/types.ts'
import { assertEqual, assertMatches } from '../../assertions.ts'
import { dead, deferred, delivered, event, ids, record, settlement, single, skipped } from '../fixtures.ts'
import { each, type StoreCases } from '../store-cases.ts'
import type { StoreHarness } from '../store-harness.ts'
import { failedEvent, identify, MINUTE, waitingEvent, waits } from './waiting-fixtures.ts'

const RUN = { lane: 'backfill', backfillRun: { id: 'run1', until: 1 } } as const
const waiting = (key: string, contact = 'c1') => waitingEvent(contact, { key })
const repeated = (key: string, contact = 'c1') => waitingEvent(contact, { key, repeated: true })

const waitingKeys = (...keys: string[]) => keys.map((key) => waiting(key))

const alreadyWaiting = event('M', { status: 'skipped', reason: 'already-waiting', contact: 'c1', key: 'k' })

const sent = event('N', { key: 'n' })

const second: [what: string, outcome: (harness: StoreHarness) => Outcome, ends: object, counted: string[]][] = [
  [
    'an event',
    ({ awaiting }) => awaiting(waitingKeys('k')),
    { status: 'skipped', reason: 'already-waiting', events: [alreadyWaiting] },
    ['M|skipped|already-waiting|1'],
  ],
  [
    'a repeated event',
    ({ awaiting }) => awaiting([repeated('k')]),
    { status: 'skipped', reason: 'already-waiting', events: [] },
    ['|skipped|already-waiting|1'],
  ],
  [
    'a repeated event beside a delivered one',
    ({ awaiting }) => awaiting([repeated('k'), sent]),
    { status: 'delivered', events: [sent] },
    ['N|delivered||1'],
  ],
  [
    'a repeated event beside a skipped one, with a proof of a contact',
    ({ awaiting }) => ({
      ...awaiting([repeated('k'), event('N', { status: 'skipped', reason: 'y' })]),
      identified: ['c9'],
    }),
    { status: 'skipped', reason: 'y', identified: ['c9'] },
    ['N|skipped|y|1'],
  ],
  [
    'a repeated event of a dead record',
    () => dead(repeated('k'), failedEvent),
    { status: 'dead', events: [failedEvent] },
    ['N|dead|destination/invalid|1'],
  ],
]

export const singleWaitCases: StoreCases = {
  'finds the events that wait, except in dead records, also while their record is leased or retried': async (it) => {
    const { store, clock, lease, settle, awaiting } = it
    await settle('a', awaiting(waitingKeys('k1')))
    await settle('b', awaiting(waitingKeys('k2')))
    await settle('c', awaiting(waitingKeys('k3')))
    await settle('dead', dead(failedEvent, waiting('k4')))
    clock.advance(MINUTE)
    const [, retried, ended] = await lease()
    if (!retried || !ended) throw new Error('expected three')
    await store.settle([settlement(retried, deferred(clock.now() + MINUTE)), settlement(ended, skipped('y'))])
    assertEqual(await store.filterWaiting(['k1', 'k2', 'k3', 'k4', 'k5']), new Set(['k1', 'k2']))
    assertEqual(await store.filterWaiting([]), new Set())
  },

  'a record whose event has another contact by now is checked at once, and then waits for that': async (it) => {
    const { store, clock, lease, settle, awaiting } = it
    await settle('a', awaiting(waitingKeys('k')))
    await settle('b', awaiting([repeated('k', 'c2')]))
    const [checked] = await lease()
    assertMatches(checked, { id: 'a' })
    // Again during the check: it may have begun too early.
    await settle('c', awaiting([repeated('k', 'c2')]))
    if (checked) await store.settle([settlement(checked, awaiting([waiting('k', 'c2')]))])
    assertEqual(await lease(), [])
    await settle('notice', identify('c2'))
    assertEqual(ids(await lease()), ['a'])
    assert.equal(clock.timers, 0)
  },

  'a settlement whose lease no longer holds takes nothing over': async ({ store, clock, lease, settle, awaiting }) => {
    await settle('dead', dead(failedEvent, waiting('k')))
    await store.append([record('b')])
    const late = single(await lease({ leaseMs: 1000 }))
    clock.advance(1000)
    await lease()
    assert.equal(await store.settle([settlement(late, awaiting(waitingKeys('k')))]), 0)
    await settle('notice', identify('c1'))
    assertMatches(await lease(), [{ id: 'dead' }])
  },
}

/** Of stores with a ledger. */
export const singleWaitLedgerCases: StoreCases = {
  ...each(
    second,
    ([what]) => `${what} that waits in another record ends`,
    async (it, [, outcome, ends, counted]) => {
      const { store, lease, settle, awaiting, totals } = it
      await settle('a', awaiting(waitingKeys('k')))
      await settle('b', outcome(it))
      assertMatches(await store.trace('b'), [{ id: 'b', outcome: ends }])
      assertEqual([...(await totals())].sort(), [...waits(1), ...counted].sort())
      assert.ok(ids(await store.trace('c1')).includes('a'))
      await settle('notice', identify('c1'))
      assertEqual(ids(await lease()), ['a'])
    },
  ),

  ...each(
    [true, false],
    (importFirst) =>
      importFirst
        ? 'of an import and a webhook of one event the first waits'
        : 'of a webhook and an import of one event the first waits',
    async ({ settle, awaiting, totals }, importFirst) => {
      const [first, other] = importFirst ? [RUN, {}] : [{}, RUN]
      await settle('a', awaiting(waitingKeys('k')), first)
      await settle('b', awaiting(waitingKeys('k')), other)
      const [held, ended] = [
        await totals(first === RUN ? 'run1' : 'live'),
        await totals(first === RUN ? 'live' : 'run1'),
      ]
      assertEqual([held, ended], [waits(1), ['M|skipped|already-waiting|1']])
    },
  ),

  'of two records settled together the first waits': async ({ store, finish, awaiting, totals }) => {
    await store.append([record('a'), record('b')])
    await finish(awaiting(waitingKeys('k')))
    assertEqual(await totals(), [...waits(1), 'M|skipped|already-waiting|1'])
    assertMatches(await store.trace('b'), [{ status: 'skipped' }])
  },

  'a hundred notices of a hundred events: each waits once, in the first record that has it': async (it) => {
    const { store, clock, lease, settle, awaiting, totals } = it
    const keys = Array.from({ length: 100 }, (_, index) => `k${index}`)
    for (const [index] of keys.entries()) {
      const older = keys.slice(0, index).map((key) => repeated(key))
      await settle(`r${index}`, awaiting([...older, waiting(`k${index}`)]))
    }
    assertEqual(await totals(), waits(100))
    clock.advance(MINUTE)
    const due = await lease({ limit: 1000 })
    assertEqual(
      due.map(({ awaited }) => awaited),
      keys.map((key) => [key]),
    )
    await store.settle(due.map((held) => settlement(held, delivered(event('M', { key: held.awaited?.[0] ?? '' })))))
    assertEqual(await totals(), ['M|delivered||100'])
  },

  'a record waits on with the events that are its own, also through its checks': async (it) => {
    const { store, clock, lease, settle, awaiting, totals } = it
    await settle('a', awaiting(waitingKeys('k1', 'k2')))
    await settle('b', awaiting([repeated('k1'), repeated('k2'), waiting('k3')]))
    for (let checks = 0; checks < 3; checks++) {
      clock.advance(MINUTE)
      const due = await lease()
      assertEqual(
        due.map(({ id, awaited }) => [id, awaited]),
        [
          ['a', ['k1', 'k2']],
          ['b', ['k3']],
        ],
      )
      await store.settle(due.toReversed().map((held) => settlement(held, awaiting(waitingKeys('k1', 'k2', 'k3')))))
      if (checks === 0) assertEqual(await totals(), waits(3))
    }
    assertEqual(await totals(), waits(3))
  },

  'an event whose record ended waits again': async ({ clock, finishOne, settle, awaiting, totals }) => {
    await settle('a', awaiting(waitingKeys('k')))
    clock.advance(MINUTE)
    await finishOne(skipped('y'))
    await settle('b', awaiting(waitingKeys('k')))
    assertEqual(await totals(), ['|skipped|y|1', ...waits(1)])
  },

  'a record takes the waiting events of a dead one over, since a dead one is checked no more': async (it) => {
    const { store, clock, lease, settle, awaiting, totals } = it
    await settle('dead', dead(failedEvent, waiting('k1'), waiting('k2')), RUN)
    await settle('dead too', dead(failedEvent, waiting('k1')))
    assertEqual(await totals('run1'), [...waits(2), 'N|dead|destination/invalid|1'])
    await settle('b', awaiting([repeated('k1'), waiting('k3')]))
    assertEqual(await totals('run1'), [...waits(1), 'N|dead|destination/invalid|1'])
    assertEqual(await totals('live'), [...waits(2), 'M|skipped|already-waiting|1', 'N|dead|destination/invalid|1'])
    clock.advance(MINUTE)
    const due = await lease()
    assertMatches(due, [{ id: 'b', awaited: ['k1', 'k3'] }])
    await store.settle(
      due.map((held) => settlement(held, delivered(event('M', { key: 'k1' }), event('M', { key: 'k3' })))),
    )
    // The dead record still holds the other event.
    await settle('notice', identify('c1'))
    assertMatches(await lease({ lane: 'backfill' }), [{ id: 'dead', ingress: 'replay' }])
    assertEqual(await totals('run1'), [])
  },

  'a dead record whose events were all taken over is not queued again by their contact': async (it) => {
    const { store, lease, settle, awaiting } = it
    await settle('dead', dead(failedEvent, waiting('k')))
    await settle('b', awaiting(waitingKeys('k')))
    await settle('notice', identify('c1'))
    assertEqual(ids(await lease()), ['b'])
    assert.equal(await store.countDeadLetters(), 1)
  },

  'a replayed dead record does not take its events back': async (it) => {
    const { store, lease, finishOne, settle, awaiting, totals } = it
    await settle('dead', dead(failedEvent, waiting('k')))
    await settle('b', awaiting(waitingKeys('k')))
    await store.replay('all')
    await finishOne(awaiting(waitingKeys('k')))
    assertEqual(await totals(), [...waits(1), 'M|skipped|already-waiting|1'])
    await settle('notice', identify('c1'))
    assertEqual(ids(await lease()), ['b'])
  },
}
