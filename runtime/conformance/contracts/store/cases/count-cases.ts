/** Contract of a store: counts of ended events by the hour and day. */
import assert from 'node:assert/strict'
import type { Store } from '../../../../ports/store.ts'
import { assertEqual, assertMatches } from '../../assertions.ts'
import { dead, delivered, event, fault, skipped } from '../fixtures.ts'
import type { StoreCases } from '../store-cases.ts'

export const HOUR = 3_600_000
/** The start of the test clock: thirteen minutes and twenty seconds past the hour. */
export const BEGAN = 1_700_000_000_000
const DAY = 24 * HOUR
const MIDNIGHT = Math.floor(BEGAN / DAY) * DAY
const FIRST = Math.floor(BEGAN / HOUR) * HOUR

export const hours = async (store: Store, since = 0, until = BEGAN * 2) => {
  const found = await store.activity({ since, until })
  return found.map(({ hour, metric, status, count }) => `${(hour - FIRST) / HOUR} ${metric} ${status} ${count}`)
}

const hoursByOrigin = async (store: Store) => {
  const found = await store.activity({ since: 0, until: BEGAN * 2 })
  return found.map(
    ({ hour, metric, status, origin, count }) => `${(hour - FIRST) / HOUR} ${metric} ${status} ${origin} ${count}`,
  )
}

const sent = (metric: string, key: string) => delivered(event(metric, { key }))

const failed = (metric: string, key: string) => event(metric, { status: 'dead', key, fault })

export const countCases: StoreCases = {
  'counts events without a time by the hour of settling': async ({ store, clock, end }) => {
    await end({ a: sent('M', '1'), b: delivered(event('M', { key: '2' }), event('N', { key: '3' })) })
    clock.advance(HOUR)
    await end({ c: sent('M', '4'), d: skipped('x'), e: dead(failed('M', '5')) })
    const first = ['0 M delivered 2', '0 N delivered 1']
    const second = ['1  skipped 1', '1 M dead 1', '1 M delivered 1']
    assertEqual(await hours(store), [...first, ...second])
    assertEqual(await hours(store, BEGAN, BEGAN + 1), first)
    assertEqual(await hours(store, FIRST + HOUR, FIRST + 2 * HOUR), second)
    assertEqual(await hours(store, 0, FIRST), [])
    const days = await store.activity({ since: 0, until: BEGAN * 2, by: 'day' })
    assertEqual(
      days.map(({ hour, metric, status, count }) => [hour, metric, status, count]),
      [
        [MIDNIGHT, '', 'skipped', 1],
        [MIDNIGHT, 'M', 'dead', 1],
        [MIDNIGHT, 'M', 'delivered', 3],
        [MIDNIGHT, 'N', 'delivered', 1],
      ],
    )
  },

  'counts events by when they happened, apart by how their records were read': async ({ store, clock, settle }) => {
    const at = (ago: number) => ({ time: new Date(BEGAN - ago).toISOString() })
    const run = { backfillRun: { id: 'r1', until: 1 }, ingress: 'backfill' as const, stream: 's' }
    await settle('a', delivered(event('M', { key: '1', ...at(2 * HOUR) })))
    await settle(
      'b',
      delivered(event('M', { key: '2', ...at(2 * HOUR) }), event('M', { key: '3', ...at(400 * DAY) })),
      run,
    )
    await settle('c', delivered(event('M', { key: '4', ...at(3 * HOUR) })), { ingress: 'reconcile', stream: 's' })
    // By a clock that is ahead.
    await settle('d', delivered(event('M', { key: '5', ...at(-9 * HOUR) })))
    await settle('e', dead(failed('M', '6')), run)
    const byHour = ['-3 M delivered reconcile 1', '-2 M delivered history 1', '-2 M delivered live 1']
    assertEqual(await hoursByOrigin(store), [...byHour, '0 M dead history 1', '0 M delivered live 1'])
    const days = await store.activity({ since: 0, until: BEGAN * 2, by: 'day' })
    assertEqual(
      days.map(({ hour, status, origin, count }) => `${(hour - MIDNIGHT) / DAY} ${status} ${origin} ${count}`),
      [
        '-400 delivered history 1',
        '0 dead history 1',
        '0 delivered history 1',
        '0 delivered live 2',
        '0 delivered reconcile 1',
      ],
    )
    clock.advance(HOUR)
    assert.equal(await store.replay('all'), 1)
    assertEqual(await hoursByOrigin(store), [...byHour, '0 M delivered live 1'])
  },

  'retention keeps counts by the day': async ({ store, clock, end }) => {
    await end({ a: sent('M', '1') })
    clock.advance(400 * DAY)
    await store.applyRetention({ settled: HOUR, dead: HOUR })
    assertEqual(await hours(store), [])
    const [day, ...others] = await store.activity({ since: 0, until: BEGAN * 2, by: 'day' })
    assertMatches(day, { hour: MIDNIGHT, metric: 'M', status: 'delivered', origin: 'live', count: 1 })
    assertEqual(others, [])
  },
}
