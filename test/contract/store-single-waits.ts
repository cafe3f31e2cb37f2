/** Contract of a store: an event waits in one record only, however many hold it. */
import { expect, test } from 'vitest'
import type { Outcome } from '../../runtime/ports/types.ts'
import type { StoreHarness } from './store.ts'
import { dead, deferred, delivered, event, ids, record, settlement, single, skipped } from './store-fixtures.ts'
import { failedEvent, MINUTE, waitingEvent, waitingSteps, waits } from './waiting-fixtures.ts'

const RUN = { lane: 'backfill', backfillRun: { id: 'run1', until: 1 } } as const
const waiting = (key: string, contact = 'c1') => waitingEvent(contact, { key })
const repeated = (key: string, contact = 'c1') => waitingEvent(contact, { key, repeated: true })
const identify = (contact: string): Outcome => ({ ...skipped('x'), identified: [contact] })

export function singleWaitCases(current: () => StoreHarness): void {
  const { awaiting, settle, totals } = waitingSteps(current)
  const awaits = (...keys: string[]) => awaiting(keys.map((key) => waiting(key)))

  const alreadyWaiting = event('M', { status: 'skipped', reason: 'already-waiting', contact: 'c1', key: 'k' })
  const sent = event('N', { key: 'n' })
  const second: [what: string, outcome: () => Outcome, ends: object, counted: string[]][] = [
    [
      'an event',
      () => awaits('k'),
      { status: 'skipped', reason: 'already-waiting', events: [alreadyWaiting] },
      ['M|skipped|already-waiting|1'],
    ],
    [
      'a repeated event',
      () => awaiting([repeated('k')]),
      { status: 'skipped', reason: 'already-waiting', events: [] },
      ['|skipped|already-waiting|1'],
    ],
    [
      'a repeated event beside a delivered one',
      () => awaiting([repeated('k'), sent]),
      { status: 'delivered', events: [sent] },
      ['N|delivered||1'],
    ],
    [
      'a repeated event beside a skipped one, with a proof of a contact',
      () => ({ ...awaiting([repeated('k'), event('N', { status: 'skipped', reason: 'y' })]), identified: ['c9'] }),
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
  test.each(second)('%s that waits in another record ends', async (_, outcome, ends, counted) => {
    const { store, lease } = current()
    await settle('a', awaits('k'))
    await settle('b', outcome())
    expect(await store.trace('b')).toMatchObject([{ id: 'b', outcome: ends }])
    expect([...(await totals())].sort()).toEqual([...waits(1), ...counted].sort())
    expect(ids(await store.trace('c1'))).toContain('a')
    await settle('notice', identify('c1'))
    expect(ids(await lease())).toEqual(['a'])
  })

  test.each([
    ['webhook', 'import', {}, RUN],
    ['import', 'webhook', RUN, {}],
  ])('of a %s and an %s of one event the first waits', async (_, __, first, other) => {
    await settle('a', awaits('k'), first)
    await settle('b', awaits('k'), other)
    const [held, ended] = [await totals(first === RUN ? 'run1' : 'live'), await totals(first === RUN ? 'live' : 'run1')]
    expect([held, ended]).toEqual([waits(1), ['M|skipped|already-waiting|1']])
  })

  test('of two records settled together the first waits', async () => {
    const { store, lease } = current()
    await store.append([record('a'), record('b')])
    await store.settle((await lease()).map((held) => settlement(held, awaits('k'))))
    expect(await totals()).toEqual([...waits(1), 'M|skipped|already-waiting|1'])
    expect(await store.trace('b')).toMatchObject([{ status: 'skipped' }])
  })

  test('a hundred notices of a hundred events: each waits once, in the first record that has it', async () => {
    const { store, clock, lease } = current()
    const keys = Array.from({ length: 100 }, (_, index) => `k${index}`)
    for (const [index] of keys.entries()) {
      const older = keys.slice(0, index).map((key) => repeated(key))
      await settle(`r${index}`, awaiting([...older, waiting(`k${index}`)]))
    }
    expect(await totals()).toEqual(waits(100))
    clock.advance(MINUTE)
    const due = await lease({ limit: 1000 })
    expect(due.map(({ awaited }) => awaited)).toEqual(keys.map((key) => [key]))
    await store.settle(due.map((held) => settlement(held, delivered(event('M', { key: held.awaited?.[0] ?? '' })))))
    expect(await totals()).toEqual(['M|delivered||100'])
  })

  test('a record waits on with the events that are its own, also through its checks', async () => {
    const { store, clock, lease } = current()
    await settle('a', awaits('k1', 'k2'))
    await settle('b', awaiting([repeated('k1'), repeated('k2'), waiting('k3')]))
    for (let checks = 0; checks < 3; checks++) {
      clock.advance(MINUTE)
      const due = await lease()
      expect(due.map(({ id, awaited }) => [id, awaited])).toEqual([
        ['a', ['k1', 'k2']],
        ['b', ['k3']],
      ])
      await store.settle(due.toReversed().map((held) => settlement(held, awaits('k1', 'k2', 'k3'))))
      if (checks === 0) expect(await totals()).toEqual(waits(3))
    }
    expect(await totals()).toEqual(waits(3))
  })

  test('finds the events that wait, except in dead records, also while their record is leased or retried', async () => {
    const { store, clock, lease } = current()
    await settle('a', awaits('k1'))
    await settle('b', awaits('k2'))
    await settle('c', awaits('k3'))
    await settle('dead', dead(failedEvent, waiting('k4')))
    clock.advance(MINUTE)
    const [, retried, ended] = await lease()
    if (!retried || !ended) throw new Error('expected three')
    await store.settle([settlement(retried, deferred(clock.now() + MINUTE)), settlement(ended, skipped('y'))])
    expect(await store.filterWaiting(['k1', 'k2', 'k3', 'k4', 'k5'])).toEqual(new Set(['k1', 'k2']))
    expect(await store.filterWaiting([])).toEqual(new Set())
  })

  test('an event whose record ended waits again', async () => {
    const { store, clock, lease } = current()
    await settle('a', awaits('k'))
    clock.advance(MINUTE)
    await store.settle([settlement(single(await lease()), skipped('y'))])
    await settle('b', awaits('k'))
    expect(await totals()).toEqual(['|skipped|y|1', ...waits(1)])
  })

  test('a record takes the waiting events of a dead one over, since a dead one is checked no more', async () => {
    const { store, clock, lease } = current()
    await settle('dead', dead(failedEvent, waiting('k1'), waiting('k2')), RUN)
    await settle('dead too', dead(failedEvent, waiting('k1')))
    expect(await totals('run1')).toEqual([...waits(2), 'N|dead|destination/invalid|1'])
    await settle('b', awaiting([repeated('k1'), waiting('k3')]))
    expect(await totals('run1')).toEqual([...waits(1), 'N|dead|destination/invalid|1'])
    expect(await totals('live')).toEqual([...waits(2), 'M|skipped|already-waiting|1', 'N|dead|destination/invalid|1'])
    clock.advance(MINUTE)
    const due = await lease()
    expect(due).toMatchObject([{ id: 'b', awaited: ['k1', 'k3'] }])
    await store.settle(
      due.map((held) => settlement(held, delivered(event('M', { key: 'k1' }), event('M', { key: 'k3' })))),
    )
    // The dead record still holds the other event.
    await settle('notice', identify('c1'))
    expect(await lease({ lane: 'backfill' })).toMatchObject([{ id: 'dead', ingress: 'replay' }])
    expect(await totals('run1')).toEqual([])
  })

  test('a dead record whose events were all taken over is not queued again by their contact', async () => {
    const { store, lease } = current()
    await settle('dead', dead(failedEvent, waiting('k')))
    await settle('b', awaits('k'))
    await settle('notice', identify('c1'))
    expect(ids(await lease())).toEqual(['b'])
    expect(await store.countDeadLetters()).toBe(1)
  })

  test('a replayed dead record does not take its events back', async () => {
    const { store, lease } = current()
    await settle('dead', dead(failedEvent, waiting('k')))
    await settle('b', awaits('k'))
    await store.replay('all')
    await store.settle([settlement(single(await lease()), awaits('k'))])
    expect(await totals()).toEqual([...waits(1), 'M|skipped|already-waiting|1'])
    await settle('notice', identify('c1'))
    expect(ids(await lease())).toEqual(['b'])
  })

  test('a record whose event has another contact by now is checked at once, and then waits for that', async () => {
    const { store, clock, lease } = current()
    await settle('a', awaits('k'))
    await settle('b', awaiting([repeated('k', 'c2')]))
    const [checked] = await lease()
    expect(checked).toMatchObject({ id: 'a' })
    // Again during the check: it may have begun too early.
    await settle('c', awaiting([repeated('k', 'c2')]))
    if (checked) await store.settle([settlement(checked, awaiting([waiting('k', 'c2')]))])
    expect(await lease()).toEqual([])
    await settle('notice', identify('c2'))
    expect(ids(await lease())).toEqual(['a'])
    expect(clock.timers).toBe(0)
  })

  test('a settlement whose lease no longer holds takes nothing over', async () => {
    const { store, clock, lease } = current()
    await settle('dead', dead(failedEvent, waiting('k')))
    await store.append([record('b')])
    const late = single(await lease({ leaseMs: 1000 }))
    clock.advance(1000)
    await lease()
    expect(await store.settle([settlement(late, awaits('k'))])).toBe(0)
    await settle('notice', identify('c1'))
    expect(await lease()).toMatchObject([{ id: 'dead' }])
  })
}
