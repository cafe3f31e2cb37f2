/** Contract of a store: the system clock is set while records wait. */
import { assertEqual } from '../../assertions.ts'
import { deferred, ids, record, settlement, single } from '../fixtures.ts'
import { each, type StoreCases } from '../store-cases.ts'

const DAY = 86_400_000

const waiting = { status: 'deferred', awaits: 'awaiting-identity', events: [] } as const

const steps = [-400 * DAY, -DAY, -3_600_000, -60_000, 60_000, 3_600_000, DAY, 400 * DAY]

export const clockCases: StoreCases = {
  ...each(
    steps,
    (step) => `set by ${step} ms: a deferred record is due when it was to be`,
    async ({ store, clock, lease }, step) => {
      await store.append([record('a'), record('b')])
      const [a, b] = await lease()
      if (!a || !b) throw new Error('expected two')
      await store.settle([
        settlement(a, deferred(clock.now() + 5_000)),
        settlement(b, { ...waiting, until: clock.now() + 5_000 }),
      ])
      clock.set(step)
      assertEqual(await lease(), [])
      clock.advance(4_000)
      assertEqual(await lease(), [])
      clock.advance(1_000)
      assertEqual(ids(await lease()).sort(), ['a', 'b'])
    },
  ),

  ...each(
    steps,
    (step) => `set by ${step} ms: a lease ends when it was to, and is no cut-off before`,
    async ({ store, clock, lease }, step) => {
      await store.append([record('a')])
      const held = single(await lease({ leaseMs: 120_000 }))
      clock.set(step)
      assertEqual(await lease({ cutOff: 'once' }), [])
      clock.advance(100_000)
      await store.renew([held], 120_000)
      clock.set(-step)
      assertEqual(await lease({ cutOff: 'once' }), [])
      clock.advance(119_000)
      assertEqual(await lease({ cutOff: 'once' }), [])
      clock.advance(1_000)
      assertEqual(await lease(), [])
      assertEqual(ids(await lease({ cutOff: 'once' })), ['a'])
    },
  ),

  'set back before a settlement: what waited before it is due as well': async ({ store, clock, lease }) => {
    await store.append([record('a'), record('b')])
    const [a, b] = await lease()
    if (!a || !b) throw new Error('expected two')
    await store.settle([settlement(a, deferred(clock.now() + 5_000))])
    clock.set(-DAY)
    await store.settle([settlement(b, deferred(clock.now() + 5_000))])
    clock.advance(5_000)
    assertEqual(ids(await lease()).sort(), ['a', 'b'])
  },
}
