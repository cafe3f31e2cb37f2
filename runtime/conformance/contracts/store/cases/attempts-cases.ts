/** Contract of a store: the history of a record's attempts before the last one. */
import assert from 'node:assert/strict'
import { ALREADY_DELIVERED } from '../../../../ports/ledger.ts'
import type { Store } from '../../../../ports/store.ts'
import type { Attempt, Outcome } from '../../../../ports/types.ts'
import { assertEqual, assertMatches } from '../../assertions.ts'
import { dead, delivered, event, fault, record, settlement, single, skipped } from '../fixtures.ts'
import { each, type StoreCases } from '../store-cases.ts'
import type { StoreHarness } from '../store-harness.ts'

const BEGAN = 1_700_000_000_000
const down = (message: string, requestId?: string) =>
  ({ kind: 'transient', code: 'destination/down', message, ...(requestId && { requestId }) }) as const

const attempts = async (store: Store): Promise<readonly Attempt[] | undefined> =>
  single(await store.trace('a')).attempts

/** Settles one attempt after another, a second apart. */
async function end({ clock, finishOne }: StoreHarness, ...outcomes: Outcome[]): Promise<void> {
  for (const outcome of outcomes) {
    await finishOne(outcome)
    clock.advance(1000)
  }
}

/** Deferred and due at once. */
const waiting = (message = 'answered 503', request?: string, ...events: Parameters<typeof delivered>): Outcome => ({
  status: 'deferred',
  fault: down(message, request),
  until: BEGAN,
  events,
})

const atOnce: [how: string, outcome: Outcome][] = [
  ['delivered', delivered(event('M', { key: 'k' }))],
  ['skipped', skipped('x')],
  ['dead', dead()],
]

export const attemptCases: StoreCases = {
  ...each(
    atOnce,
    ([how]) => `stores no attempt of a record that was ${how} at the first one`,
    async (it, [, outcome]) => {
      await it.store.append([record('a')])
      await end(it, outcome)
      assert.ok(!('attempts' in single(await it.store.trace('a'))))
    },
  ),

  'stores each deferred attempt: end, fault with request id, and due time': async (it) => {
    await it.store.append([record('a')])
    await end(it, waiting('answered 503', 'r1'), waiting('timed out'), delivered(event('M', { key: 'k' })))
    assertEqual(await attempts(it.store), [
      { at: BEGAN, fault: down('answered 503', 'r1'), until: BEGAN },
      { at: BEGAN + 1000, fault: down('timed out'), until: BEGAN },
    ])
  },

  'merges all but the newest attempts that ended alike in a row, with the last request id': async (it) => {
    await it.store.append([record('a')])
    await end(it, ...[1, 2, 3, 4, 5, 6].map((n) => waiting('answered 503', `r${n}`)), delivered())
    const [first, ...rest] = (await attempts(it.store)) ?? []
    assertEqual(first, {
      at: BEGAN,
      count: 3,
      last: BEGAN + 2000,
      fault: down('answered 503', 'r3'),
      until: BEGAN,
    })
    assertEqual(
      rest.map((it) => it.fault?.requestId),
      ['r4', 'r5', 'r6'],
    )
  },

  'stores the events, with receipts, that a deferred attempt delivered': async (it) => {
    const sent = event('M', { key: 'k', receipt: { status: 202, requestId: 'r9' } })
    await it.store.append([record('a')])
    await end(it, waiting(), waiting('answered 503', undefined, sent, event('Profile')), waiting(), delivered())
    assertEqual(
      (await attempts(it.store))?.map((it) => it.delivered),
      [undefined, [sent], undefined],
    )
  },

  'an event that an earlier attempt delivered counts once, and not as left out by the last': async (it) => {
    await it.store.append([record('a')])
    const again = event('A', { status: 'skipped', reason: ALREADY_DELIVERED, key: 'a' })
    const first = waiting('answered 503', undefined, event('A', { key: 'a' }))
    await end(it, first, waiting('answered 503', undefined, again), delivered(again, event('B', { key: 'b' })))
    const counts = (await it.store.tallies()).map(({ metric, status, count }) => `${metric} ${status} ${count}`)
    assertEqual(counts.sort(), ['A delivered 1', 'B delivered 1'])
    const listed = await it.store.findEvents({ limit: 10 })
    assertEqual(listed.map(({ metric, status }) => `${metric} ${status}`).sort(), ['A delivered', 'B delivered'])
  },

  'stores the spec that mapped each attempt, and keeps that of a dismissed record': async (it) => {
    await it.store.append([record('a')])
    const by = (spec: string, outcome: Outcome): Outcome => ({ ...outcome, spec })
    await end(it, by('one', waiting()), by('two', dead(event('M', { status: 'dead', fault }))))
    await it.store.dismiss(['a'], 'of no use')
    const entry = single(await it.store.trace('a'))
    assertEqual(
      entry.attempts?.map(({ spec }) => spec),
      ['one', 'two'],
    )
    assert.equal(entry.outcome?.spec, 'two')
  },

  'a replay stores the fault of the dead letter and the time of the replay': async (it) => {
    await it.store.append([record('a')])
    await end(it, waiting(), dead(event('N', { key: 'k' }), event('M', { status: 'dead', fault })))
    it.clock.advance(9000)
    await it.store.replay(['a'])
    await end(it, dead())
    await it.store.replay('all')
    assertEqual(await attempts(it.store), [
      { at: BEGAN, fault: down('answered 503'), until: BEGAN },
      { at: BEGAN + 1000, fault, replayed: BEGAN + 11_000, delivered: [event('N', { key: 'k' })] },
      { at: BEGAN + 11_000, fault, replayed: BEGAN + 12_000 },
    ])
    await end(it, delivered())
    assert.equal((await attempts(it.store))?.length, 3)
  },

  'an attempt whose lease no longer holds is not stored': async (it) => {
    await it.store.append([record('a')])
    const held = single(await it.lease())
    await it.store.release([held])
    await it.store.settle([settlement(held, waiting())])
    assert.equal(await attempts(it.store), undefined)
  },

  'a hundred attempts become a few entries that count every attempt': async (it) => {
    await it.store.append([record('a')])
    const all = Array.from({ length: 100 }, (_, n) => waiting(`answered ${500 + (n % 4)}`))
    await end(it, ...all)
    const history = (await attempts(it.store)) ?? []
    assert.ok(history.length <= 12)
    assert.equal(
      history.reduce((sum, { count: times = 1 }) => sum + times, 0),
      all.length,
    )
    assertMatches(history[0], { at: BEGAN, fault: { message: 'answered 500' } })
    assertMatches(history.at(-1), { at: BEGAN + 1000 * (all.length - 1), fault: { message: 'answered 503' } })
  },

  'attempts are dropped with their record': async (it) => {
    await it.store.append([record('a')])
    await end(it, waiting(), delivered())
    await it.store.applyRetention({ settled: 0, dead: 0 })
    await it.store.append([record('a')])
    assert.equal(await attempts(it.store), undefined)
  },
}
