/** Contract of a store: who waits is woken in time, and leaves nothing behind. */
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import type { LeasedRecord } from '../../runtime/ports/types.ts'
import type { Bench } from './store.ts'
import { dead, deferred, delivered, only, record, settlement } from './store-fixtures.ts'

const line = { orderingKey: 'conversation:1' }
const soon = () => new Promise((resolve) => setTimeout(resolve, 20))

/** Starts to wait in lane live, and tells whether that has ended. */
function waiting({ store }: Bench, ms = 10_000, signal = new AbortController().signal) {
  const state = { over: false, done: Promise.resolve() }
  state.done = store.wait('live', ms, signal).then(() => {
    state.over = true
  })
  return state
}

export function waitCases(current: () => Bench): void {
  /** What happens before anybody waits, and what then wakes them. Each starts with one record, leased for a minute. */
  const wakers: [what: string, act: (bench: Bench, held: LeasedRecord) => Promise<unknown>][] = [
    ['an append', ({ store }) => store.append([record('new')])],
    ['a settle', ({ store }, held) => store.settle([settlement(held, delivered())])],
    ['a release', ({ store }, held) => store.release([held])],
    ['a replay', ({ store }) => store.replay('all')],
    ['close', ({ store }) => store.close()],
  ]
  test.each(wakers)('%s wakes all who wait in the lane', async (_, act) => {
    const it = current()
    await it.store.append([record('letter')])
    await it.finish(dead())
    await it.store.append([record('a')])
    const held = only(await it.lease())
    const waiters = [waiting(it), waiting(it)]
    await soon()
    expect(waiters.map(({ over }) => over)).toEqual([false, false])
    await act(it, held)
    await Promise.all(waiters.map(({ done }) => done))
    expect(it.clock.timers).toBe(0)
  })

  test('another lane wakes nobody', async () => {
    const it = current()
    const waiter = waiting(it)
    await it.store.append([record('z', { lane: 'backfill' })])
    await soon()
    expect(waiter.over).toBe(false)
    it.clock.advance(10_000)
    await waiter.done
  })

  test('does not wait when something is due already', async () => {
    const it = current()
    await it.store.append([record('a')])
    await waiting(it).done
    expect(it.clock.timers).toBe(0)
  })

  test('wakes when a deferred record is due', async () => {
    const it = current()
    await it.store.append([record('a')])
    await it.finish(deferred(it.clock.now() + 700))
    const waiter = waiting(it)
    it.clock.advance(699)
    await soon()
    expect(waiter.over).toBe(false)
    it.clock.advance(1)
    await waiter.done
    expect(await it.lease()).toHaveLength(1)
  })

  test('wakes when a lease expires, and not for what is behind it', async () => {
    const it = current()
    await it.store.append([record('a', line), record('b', line)])
    await it.lease({ leaseMs: 500 })
    const waiter = waiting(it)
    it.clock.advance(499)
    await soon()
    expect(waiter.over).toBe(false)
    it.clock.advance(1)
    await waiter.done
  })

  test('waits no longer than asked', async () => {
    const it = current()
    const waiter = waiting(it, 300)
    it.clock.advance(300)
    await waiter.done
    await waiting(it, 0).done
  })

  test('ends with its signal, and leaves no listener and no timer', async () => {
    const it = current()
    const stop = new AbortController()
    const waiters = [waiting(it, 10_000, stop.signal), waiting(it, 10_000, stop.signal)]
    await soon()
    stop.abort()
    await Promise.all(waiters.map(({ done }) => done))
    await waiting(it, 10_000, stop.signal).done
    const kept = new AbortController()
    const waiter = waiting(it, 10_000, kept.signal)
    await it.store.append([record('a')])
    await waiter.done
    expect(it.clock.timers).toBe(0)
    expect(getEventListeners(kept.signal, 'abort')).toEqual([])
  })
}
