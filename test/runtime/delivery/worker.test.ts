/** The worker: settles every leased record, leases none after the stop, and does not hammer a failing side. */
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { runWorker } from '../../../runtime/delivery/worker.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import type { Store } from '../../../runtime/ports/store.ts'
import type { LeasedRecord, Outcome, SourceRecord } from '../../../runtime/ports/types.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { sqliteStore } from '../../../runtime/store/sqlite/store.ts'
import { silentLogger } from '../../../runtime/system.ts'
import { createCleanup, temporaryFolder } from '../../helpers/processes/processes.ts'
import { type VirtualClock, virtualClock } from '../../helpers/virtual-clock.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const record = (id: string, orderingKey = id): SourceRecord => ({
  id,
  ingress: 'webhook',
  lane: 'live',
  topic: 'a.topic',
  workspace: 'w',
  orderingKey,
  lookupIds: [],
  receivedAt: 0,
  body: '{}',
})

const delivered: Outcome = { status: 'delivered', events: [] }

function bench(
  deliver: (record: LeasedRecord) => Promise<Outcome>,
  clock: VirtualClock = virtualClock(),
  store: Store = memoryStore({ clock }),
) {
  const stop = new AbortController()
  const begin = (concurrency = 10) =>
    runWorker('live', { store, clock, logger: silentLogger, deliver, concurrency: () => concurrency }, stop.signal)
  return { clock, store, stop, begin }
}

test('delivers present and later records, each once', async () => {
  const seen: string[] = []
  const { clock, store, stop, begin } = bench(async ({ id }) => {
    seen.push(id)
    return delivered
  })
  await store.append([record('a'), record('b')])
  const working = begin()
  await clock.advance(10)
  await store.append([record('c')])
  await clock.advance(10)
  stop.abort()
  await clock.until(working)
  expect(seen.sort()).toEqual(['a', 'b', 'c'])
  expect((await store.backlog('live')).records).toBe(0)
})

// On both stores: one of them may lease many records under one token.
const STORES: Readonly<Record<string, (clock: VirtualClock) => Store | Promise<Store>>> = {
  memory: (clock) => memoryStore({ clock }),
  sqlite: (clock) => sqliteStore(join(temporaryFolder(closing), 'store.db'), { clock }),
}

test.each(Object.keys(STORES))('%s: keeps the concurrency limit, and the order within a conversation', async (name) => {
  let now = 0
  let most = 0
  const seen: string[] = []
  const time = virtualClock()
  const made = await STORES[name]?.(time)
  const { clock, store, stop, begin } = bench(
    async ({ id }) => {
      most = Math.max(most, ++now)
      await clock.sleep(50)
      now--
      seen.push(id)
      return delivered
    },
    time,
    made,
  )
  await store.append(Array.from({ length: 40 }, (_, i) => record(`${i}`, `conversation:${i % 4}`)))
  const working = begin(3)
  await clock.advance(5_000)
  stop.abort()
  await clock.until(working)
  expect(most).toBe(3)
  expect(seen).toHaveLength(40)
  for (const one of [0, 1, 2, 3]) {
    const ids = seen.map(Number).filter((id) => id % 4 === one)
    expect(ids).toEqual([...ids].sort((a, b) => a - b))
  }
})

test('after the stop it settles the records in flight and leases no more', async () => {
  const { clock, store, stop, begin } = bench(async () => {
    await clock.sleep(1_000)
    return delivered
  })
  await store.append([record('a'), record('b'), record('c')])
  const working = begin(2)
  await clock.advance(10)
  stop.abort()
  await clock.until(working)
  expect((await store.backlog('live')).records).toBe(1)
})

test('releases records that outlast the grace, and the next worker leases them at once', async () => {
  const { clock, store, stop, begin } = bench(() => new Promise(() => undefined))
  await store.append([record('a')])
  const working = begin()
  await clock.advance(10)
  stop.abort()
  await clock.until(working)
  expect(await store.lease({ lane: 'live', limit: 1, leaseMs: 1_000 })).toHaveLength(1)
})

test('a lease outlives the longest delivery', async () => {
  let tries = 0
  const { clock, store, stop, begin } = bench(async () => {
    tries++
    await clock.sleep(600_000)
    return delivered
  })
  await store.append([record('a')])
  const working = begin()
  await clock.advance(601_000)
  stop.abort()
  await clock.until(working)
  expect(tries).toBe(1)
  expect((await store.backlog('live')).records).toBe(0)
})

test('backs off while everything is refused', async () => {
  let tries = 0
  const { clock, store, stop, begin } = bench(async () => {
    tries++
    const fault = { kind: 'transient', code: 'x/unavailable', message: 'down' } as const
    return { status: 'deferred', fault, until: clock.now(), failingSince: 0, events: [] }
  })
  await store.append([record('a')])
  const working = begin()
  await clock.advance(60_000)
  expect(tries).toBeLessThan(20)
  expect(tries).toBeGreaterThan(4)
  stop.abort()
  await clock.until(working)
})

test('retries a busy store, and delivers nothing twice', async () => {
  const seen: string[] = []
  const { clock, store, stop, begin } = bench(async ({ id }) => {
    seen.push(id)
    return delivered
  })
  await store.append([record('a')])
  const { lease, settle } = store
  const busy = (after: number) => {
    let calls = 0
    return () => calls++ < after && Promise.reject(new Fault('transient', 'store/busy', 'locked'))
  }
  const [leaseBusy, settleBusy] = [busy(3), busy(3)]
  store.lease = (request) => leaseBusy() || lease.call(store, request)
  store.settle = (all) => settleBusy() || settle.call(store, all)
  const working = begin()
  await clock.advance(20_000)
  stop.abort()
  await clock.until(working)
  expect(seen).toEqual(['a'])
  expect((await store.backlog('live')).records).toBe(0)
})

test('throws when the store does, after settling the other records', async () => {
  const { clock, store, begin } = bench(async () => delivered)
  await store.append([record('a')])
  const broken = begin()
  store.settle = () => Promise.reject(new Error('disk full'))
  await expect(clock.until(broken)).rejects.toThrow('disk full')
})
