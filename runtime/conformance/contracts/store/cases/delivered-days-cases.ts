/** Contract of a store: delivered events counted by the day they happened, to be held against the destination. */
import assert from 'node:assert/strict'
import type { Store } from '../../../../ports/store.ts'
import type { EventResult } from '../../../../ports/types.ts'
import { assertEqual } from '../../assertions.ts'
import { dead, deferred, delivered, event, fault, record, skipped } from '../fixtures.ts'
import type { StoreCases } from '../store-cases.ts'

const DAY = 86_400_000

const on = (day: string, key: string, rest: Partial<EventResult> = {}) =>
  event('M', { key, time: `${day}T23:59:59.999Z`, ...rest })
const again = (day: string, key: string) => on(day, key, { status: 'skipped', reason: 'already-delivered' })

const days = async (store: Store, metric = 'M') =>
  (await store.deliveredByDay(metric)).map(({ day, count }) => `${day} ${count}`)

export const deliveredDayCases: StoreCases = {
  'counts by the day of the event, not of its delivery, oldest first': async ({ store, end }) => {
    await end({
      a: delivered(
        on('2026-03-02', '1'),
        on('2024-02-29', '2'),
        event('N', { key: '3', time: '2026-03-02T00:00:00Z' }),
      ),
      b: delivered(on('2026-03-02', '4')),
    })
    assertEqual(await days(store), ['2024-02-29 1', '2026-03-02 2'])
    assertEqual(await days(store, 'N'), ['2026-03-02 1'])
    assertEqual(await days(store, 'none'), [])
  },

  'counts several settlements of one transaction, and each key once': async ({ store, finish }) => {
    await store.append([record('a'), record('b'), record('c')])
    await finish(delivered(on('2026-03-02', '1'), on('2026-03-02', '2')))
    assertEqual(await days(store), ['2026-03-02 2'])
  },

  'counts delivered events only: none that was skipped, failed or waits, and no profile': async ({ store, end }) => {
    await end({
      a: skipped('x', on('2026-03-02', '1', { status: 'skipped', reason: 'x' })),
      b: dead(on('2026-03-02', '2', { status: 'dead', fault }), event('Profile', { time: '2026-03-02T00:00:00Z' })),
      c: deferred(Number.MAX_SAFE_INTEGER, on('2026-03-02', '3', { status: 'deferred' })),
    })
    assertEqual(await days(store), [])
    assertEqual(await days(store, 'Profile'), [])
  },

  'counts what a deferred or dead record delivered at once, and not again after its retry or replay': async (it) => {
    const { store, clock, finish } = it
    await store.append([record('a')])
    await finish(deferred(clock.now(), on('2026-03-02', '1')))
    assertEqual(await days(store), ['2026-03-02 1'])
    await finish(
      dead(again('2026-03-02', '1'), on('2026-03-03', '2'), on('2026-03-03', '3', { status: 'dead', fault })),
    )
    assertEqual(await days(store), ['2026-03-02 1', '2026-03-03 1'])
    assert.equal(await store.replay('all'), 1)
    assertEqual(await days(store), ['2026-03-02 1', '2026-03-03 1'])
    await finish(delivered(again('2026-03-02', '1'), again('2026-03-03', '2'), on('2026-03-03', '3')))
    assertEqual(await days(store), ['2026-03-02 1', '2026-03-03 2'])
  },

  'retention keeps the counts': async ({ store, clock, end }) => {
    await end({ a: delivered(on('2026-03-02', '1')) })
    clock.advance(400 * DAY)
    assert.equal(await store.applyRetention({ settled: DAY, dead: DAY }), 1)
    assertEqual(await days(store), ['2026-03-02 1'])
  },
}
