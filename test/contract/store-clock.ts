/** Contract of a store: the system clock is set while records wait. */
import { expect, test } from 'vitest'
import type { StoreHarness } from './store.ts'
import { deferred, ids, record, settlement, single } from './store-fixtures.ts'

const DAY = 86_400_000

export function clockCases(current: () => StoreHarness): void {
  const waiting = { status: 'deferred', awaits: 'awaiting-identity', events: [] } as const
  const steps = [-400 * DAY, -DAY, -3_600_000, -60_000, 60_000, 3_600_000, DAY, 400 * DAY]

  test.each(steps)('set by %i ms: a deferred record is due when it was to be', async (step) => {
    const { store, clock, lease } = current()
    await store.append([record('a'), record('b')])
    const [a, b] = await lease()
    if (!a || !b) throw new Error('expected two')
    await store.settle([
      settlement(a, deferred(clock.now() + 5_000)),
      settlement(b, { ...waiting, until: clock.now() + 5_000 }),
    ])
    clock.set(step)
    expect(await lease()).toEqual([])
    clock.advance(4_000)
    expect(await lease()).toEqual([])
    clock.advance(1_000)
    expect(ids(await lease()).sort()).toEqual(['a', 'b'])
  })

  test.each(steps)('set by %i ms: a lease ends when it was to, and is no cut-off before', async (step) => {
    const { store, clock, lease } = current()
    await store.append([record('a')])
    const held = single(await lease({ leaseMs: 120_000 }))
    clock.set(step)
    expect(await lease({ cutOff: 'once' })).toEqual([])
    clock.advance(100_000)
    await store.renew([held], 120_000)
    clock.set(-step)
    expect(await lease({ cutOff: 'once' })).toEqual([])
    clock.advance(119_000)
    expect(await lease({ cutOff: 'once' })).toEqual([])
    clock.advance(1_000)
    expect(await lease()).toEqual([])
    expect(ids(await lease({ cutOff: 'once' }))).toEqual(['a'])
  })

  test('set back before a settlement: what waited before it is due as well', async () => {
    const { store, clock, lease } = current()
    await store.append([record('a'), record('b')])
    const [a, b] = await lease()
    if (!a || !b) throw new Error('expected two')
    await store.settle([settlement(a, deferred(clock.now() + 5_000))])
    clock.set(-DAY)
    await store.settle([settlement(b, deferred(clock.now() + 5_000))])
    clock.advance(5_000)
    expect(ids(await lease()).sort()).toEqual(['a', 'b'])
  })
}
