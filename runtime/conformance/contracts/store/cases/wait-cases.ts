/** Contract of a store: `wait` resolves in time and leaves no timer or listener behind. */
import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import type { LeasedRecord } from '../../../../ports/types.ts'
import { systemClock } from '../../../../system.ts'
import { assertEqual } from '../../assertions.ts'
import { dead, deferred, delivered, record, settlement, single } from '../fixtures.ts'
import { each, type StoreCases } from '../store-cases.ts'
import type { StoreHarness } from '../store-harness.ts'

const line = { orderingKey: 'conversation:1' }
const soon = () => systemClock.sleep(20)

/** Starts to wait in lane live. `over`: whether the wait has ended. */
function startWaiting({ store }: StoreHarness, ms = 10_000, signal = new AbortController().signal) {
  const state = { over: false, done: Promise.resolve() }
  state.done = store.wait('live', ms, signal).then(() => {
    state.over = true
  })
  return state
}

/** Two waiters wait until the call, and wake by it. */
async function assertWakesAll(it: StoreHarness, act: () => Promise<unknown>): Promise<void> {
  const waiters = [startWaiting(it), startWaiting(it)]
  await soon()
  assertEqual(
    waiters.map(({ over }) => over),
    [false, false],
  )
  await act()
  await Promise.all(waiters.map(({ done }) => done))
  assert.equal(it.clock.timers, 0)
}

/** Calls that wake waiters. Each starts with one record, leased for a minute. */
const wakers: [what: string, act: (harness: StoreHarness, held: LeasedRecord) => Promise<unknown>][] = [
  ['an append', ({ store }) => store.append([record('new')])],
  ['a settle', ({ store }, held) => store.settle([settlement(held, delivered())])],
  ['a release', ({ store }, held) => store.release([held])],
  ['close', ({ store }) => store.close()],
]

export const waitCases: StoreCases = {
  ...each(
    wakers,
    ([what]) => `${what} wakes all waiters of the lane`,
    async (it, [, act]) => {
      await it.store.append([record('dead-letter')])
      await it.finish(dead())
      await it.store.append([record('a')])
      const held = single(await it.lease())
      await assertWakesAll(it, () => act(it, held))
    },
  ),

  'another lane wakes no waiter': async (it) => {
    const waiter = startWaiting(it)
    await soon()
    await it.store.append([record('z', { lane: 'backfill' })])
    await soon()
    assert.equal(waiter.over, false)
    it.clock.advance(10_000)
    await waiter.done
  },

  'does not wait when a record is due already': async (it) => {
    await it.store.append([record('a')])
    await startWaiting(it).done
    assert.equal(it.clock.timers, 0)
  },

  'wakes when a deferred record is due': async (it) => {
    await it.store.append([record('a')])
    await it.finish(deferred(it.clock.now() + 700))
    const waiter = startWaiting(it)
    it.clock.advance(699)
    await soon()
    assert.equal(waiter.over, false)
    it.clock.advance(1)
    await waiter.done
    assert.equal((await it.lease()).length, 1)
  },

  'wakes when a lease expires, and not for a record behind it': async (it) => {
    await it.store.append([record('a', line), record('b', line)])
    await it.lease({ leaseMs: 500 })
    const waiter = startWaiting(it)
    it.clock.advance(499)
    await soon()
    assert.equal(waiter.over, false)
    it.clock.advance(1)
    await waiter.done
  },

  'waits no longer than requested': async (it) => {
    const waiter = startWaiting(it, 300)
    await soon()
    it.clock.advance(300)
    await waiter.done
    await startWaiting(it, 0).done
  },

  'ends when its signal aborts, and leaves no listener and no timer': async (it) => {
    const stop = new AbortController()
    const waiters = [startWaiting(it, 10_000, stop.signal), startWaiting(it, 10_000, stop.signal)]
    await soon()
    stop.abort()
    await Promise.all(waiters.map(({ done }) => done))
    await startWaiting(it, 10_000, stop.signal).done
    const running = new AbortController()
    const waiter = startWaiting(it, 10_000, running.signal)
    await it.store.append([record('a')])
    await waiter.done
    assert.equal(it.clock.timers, 0)
    assertEqual(getEventListeners(running.signal, 'abort'), [])
  },
}

/** Of stores with a ledger. */
export const waitLedgerCases: StoreCases = {
  'a replay wakes all waiters of the lane': async (it) => {
    await it.settle('a', dead())
    await assertWakesAll(it, () => it.store.replay('all'))
  },
}
