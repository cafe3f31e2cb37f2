/** Contract of a store: `wait` resolves in time and leaves no timer or listener behind. */
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import type { LeasedRecord } from '../../runtime/ports/types.ts'
import type { StoreHarness } from './store.ts'
import { dead, deferred, delivered, record, settlement, single } from './store-fixtures.ts'

const line = { orderingKey: 'conversation:1' }
const soon = () => new Promise((resolve) => setTimeout(resolve, 20))

/** Starts to wait in lane live. `over`: whether the wait has ended. */
function startWaiting({ store }: StoreHarness, ms = 10_000, signal = new AbortController().signal) {
  const state = { over: false, done: Promise.resolve() }
  state.done = store.wait('live', ms, signal).then(() => {
    state.over = true
  })
  return state
}

export function waitCases(current: () => StoreHarness): void {
  /** Calls that wake waiters. Each starts with one record, leased for a minute. */
  const wakers: [what: string, act: (harness: StoreHarness, held: LeasedRecord) => Promise<unknown>][] = [
    ['an append', ({ store }) => store.append([record('new')])],
    ['a settle', ({ store }, held) => store.settle([settlement(held, delivered())])],
    ['a release', ({ store }, held) => store.release([held])],
    ['a replay', ({ store }) => store.replay('all')],
    ['close', ({ store }) => store.close()],
  ]
  test.each(wakers)('%s wakes all waiters of the lane', async (_, act) => {
    const it = current()
    await it.store.append([record('dead-letter')])
    await it.finish(dead())
    await it.store.append([record('a')])
    const held = single(await it.lease())
    const waiters = [startWaiting(it), startWaiting(it)]
    await soon()
    expect(waiters.map(({ over }) => over)).toEqual([false, false])
    await act(it, held)
    await Promise.all(waiters.map(({ done }) => done))
    expect(it.clock.timers).toBe(0)
  })

  test('another lane wakes no waiter', async () => {
    const it = current()
    const waiter = startWaiting(it)
    await it.store.append([record('z', { lane: 'backfill' })])
    await soon()
    expect(waiter.over).toBe(false)
    it.clock.advance(10_000)
    await waiter.done
  })

  test('does not wait when a record is due already', async () => {
    const it = current()
    await it.store.append([record('a')])
    await startWaiting(it).done
    expect(it.clock.timers).toBe(0)
  })

  test('wakes when a deferred record is due', async () => {
    const it = current()
    await it.store.append([record('a')])
    await it.finish(deferred(it.clock.now() + 700))
    const waiter = startWaiting(it)
    it.clock.advance(699)
    await soon()
    expect(waiter.over).toBe(false)
    it.clock.advance(1)
    await waiter.done
    expect(await it.lease()).toHaveLength(1)
  })

  test('wakes when a lease expires, and not for a record behind it', async () => {
    const it = current()
    await it.store.append([record('a', line), record('b', line)])
    await it.lease({ leaseMs: 500 })
    const waiter = startWaiting(it)
    it.clock.advance(499)
    await soon()
    expect(waiter.over).toBe(false)
    it.clock.advance(1)
    await waiter.done
  })

  test('waits no longer than requested', async () => {
    const it = current()
    const waiter = startWaiting(it, 300)
    it.clock.advance(300)
    await waiter.done
    await startWaiting(it, 0).done
  })

  test('ends when its signal aborts, and leaves no listener and no timer', async () => {
    const it = current()
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
    expect(it.clock.timers).toBe(0)
    expect(getEventListeners(running.signal, 'abort')).toEqual([])
  })
}
