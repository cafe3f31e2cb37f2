/** Contract of a store: delivered events counted by the day they happened, to be held against the destination. */
import { expect, test } from 'vitest'
import type { EventResult, Outcome } from '../../runtime/ports/types.ts'
import type { StoreHarness } from './store.ts'
import { dead, deferred, delivered, event, fault, record, settlement, single, skipped } from './store-fixtures.ts'

const DAY = 86_400_000

const on = (day: string, key: string, rest: Partial<EventResult> = {}) =>
  event('M', { key, time: `${day}T23:59:59.999Z`, ...rest })
const again = (day: string, key: string) => on(day, key, { status: 'skipped', reason: 'already-delivered' })

export function deliveredDayCases(current: () => StoreHarness): void {
  const end = async (outcomes: Readonly<Record<string, Outcome>>) => {
    const { store, lease } = current()
    for (const [id, outcome] of Object.entries(outcomes)) {
      await store.append([record(id)])
      await store.settle([settlement(single(await lease()), outcome)])
    }
  }
  const days = async (metric = 'M') =>
    (await current().store.deliveredByDay(metric)).map(({ day, count }) => `${day} ${count}`)

  test('counts by the day of the event, not of its delivery, oldest first', async () => {
    await end({
      a: delivered(
        on('2026-03-02', '1'),
        on('2024-02-29', '2'),
        event('N', { key: '3', time: '2026-03-02T00:00:00Z' }),
      ),
      b: delivered(on('2026-03-02', '4')),
    })
    expect(await days()).toEqual(['2024-02-29 1', '2026-03-02 2'])
    expect(await days('N')).toEqual(['2026-03-02 1'])
    expect(await days('none')).toEqual([])
  })

  test('counts several settlements of one transaction, and each key once', async () => {
    const { store, lease } = current()
    await store.append([record('a'), record('b'), record('c')])
    const held = await lease()
    const twice = delivered(on('2026-03-02', '1'), on('2026-03-02', '2'))
    await store.settle(held.map((one) => settlement(one, twice)))
    expect(await days()).toEqual(['2026-03-02 2'])
  })

  test('counts delivered events only: none that was skipped, failed or waits, and no profile', async () => {
    await end({
      a: skipped('x', on('2026-03-02', '1', { status: 'skipped', reason: 'x' })),
      b: dead(on('2026-03-02', '2', { status: 'dead', fault }), event('Profile', { time: '2026-03-02T00:00:00Z' })),
      c: deferred(Number.MAX_SAFE_INTEGER, on('2026-03-02', '3', { status: 'deferred' })),
    })
    expect(await days()).toEqual([])
    expect(await days('Profile')).toEqual([])
  })

  test('counts what a deferred or dead record delivered at once, and not again after its retry or replay', async () => {
    const { store, clock, finish } = current()
    await store.append([record('a')])
    await finish(deferred(clock.now(), on('2026-03-02', '1')))
    expect(await days()).toEqual(['2026-03-02 1'])
    await finish(
      dead(again('2026-03-02', '1'), on('2026-03-03', '2'), on('2026-03-03', '3', { status: 'dead', fault })),
    )
    expect(await days()).toEqual(['2026-03-02 1', '2026-03-03 1'])
    expect(await store.replay('all')).toBe(1)
    expect(await days()).toEqual(['2026-03-02 1', '2026-03-03 1'])
    await finish(delivered(again('2026-03-02', '1'), again('2026-03-03', '2'), on('2026-03-03', '3')))
    expect(await days()).toEqual(['2026-03-02 1', '2026-03-03 2'])
  })

  test('retention keeps the counts', async () => {
    const { store, clock } = current()
    await end({ a: delivered(on('2026-03-02', '1')) })
    clock.advance(400 * DAY)
    expect(await store.applyRetention({ settled: DAY, dead: DAY })).toBe(1)
    expect(await days()).toEqual(['2026-03-02 1'])
  })
}
