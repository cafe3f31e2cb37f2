/** The worker: settles every leased record, leases none after the stop, and does not hammer a failing side. */
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type VirtualClock, virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { findCutOffFault, Isolation } from '../../../runtime/delivery/cut-off.ts'
import { runWorker } from '../../../runtime/delivery/worker.ts'
import { createProcessIdentity } from '../../../runtime/lib/process-identity.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import type { Store } from '../../../runtime/ports/store.ts'
import type { LeasedRecord, Outcome, SourceRecord } from '../../../runtime/ports/types.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { sqliteStore } from '../../../runtime/store/sqlite/store.ts'
import { silentLogger } from '../../../runtime/system.ts'
import { createCleanup, temporaryFolder } from '../../helpers/processes/processes.ts'

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

test('what waits for a full request is sent as the worker ends, also what is mapped meanwhile', async () => {
  const clock = virtualClock()
  const store = memoryStore({ clock })
  const waiting: ((outcome: Outcome) => void)[] = []
  const deliver = async ({ id }: LeasedRecord) => {
    if (id === 'mapped-later') await clock.sleep(700)
    return new Promise<Outcome>((resolve) => waiting.push(resolve))
  }
  const flush = () => {
    for (const resolve of waiting.splice(0)) resolve(delivered)
  }
  await store.append([record('a'), record('mapped-later')])
  const stop = new AbortController()
  const parts = { store, clock, logger: silentLogger, deliver, flush, concurrency: () => 10 }
  const working = runWorker('live', parts, stop.signal)
  await clock.advance(10)
  const stoppedAt = clock.now()
  stop.abort()
  await clock.until(working)
  expect(clock.now() - stoppedAt).toBeLessThan(2_000)
  expect((await store.backlog('live')).records).toBe(0)
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

test.each([
  ['transient', 'store/busy'],
  ['config', 'store/full'],
  ['config', 'store/read-only'],
  ['config', 'store/unopenable'],
] as const)('goes on once the store works again after %s %s, and delivers nothing twice', async (kind, code) => {
  const seen: string[] = []
  const { clock, store, stop, begin } = bench(async ({ id }) => {
    seen.push(id)
    return delivered
  })
  await store.append([record('a')])
  const { lease, settle } = store
  const busy = (after: number) => {
    let calls = 0
    return () => calls++ < after && Promise.reject(new Fault(kind, code, 'x'))
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

interface Life {
  /** Whether delivering the record ends the process. */
  readonly kills: (id: string) => boolean
  /** How long a delivery takes, milliseconds. */
  readonly takes?: () => number
  /** How long the process lives at most, by the number of its start. Milliseconds. */
  readonly lives?: (start: number) => number
}

/** A process that dies when it delivers one record, and is started again on the same file. */
async function untilItStays(
  records: readonly SourceRecord[],
  { kills, takes = () => 100, lives = () => 60_000 }: Life,
) {
  const clock = virtualClock()
  const path = join(temporaryFolder(closing), 'store.db')
  const delivered = new Map<string, number>()
  const deadBy: string[][] = []
  for (let pid = 1; pid < 50; pid++) {
    const alive = pid
    const self = createProcessIdentity({ pid, start: `${pid}`, machine: 'one', isAlive: (it) => it === alive })
    const store = await sqliteStore(path, { clock, self })
    if (pid === 1) await store.append(records)
    const stop = new AbortController()
    const inWork = new Set<string>()
    let isDead = false
    const deliver = async (record: LeasedRecord): Promise<Outcome> => {
      if (isDead) return new Promise(() => undefined)
      const fault = findCutOffFault(record.cutOffs)
      if (fault !== undefined) return { status: 'dead', fault: fault.info(), events: [] }
      inWork.add(record.id)
      await clock.sleep(takes())
      if (kills(record.id)) {
        isDead = true
        deadBy.push([...inWork])
        return new Promise(() => undefined)
      }
      if (isDead) return new Promise(() => undefined)
      inWork.delete(record.id)
      delivered.set(record.id, (delivered.get(record.id) ?? 0) + 1)
      return { status: 'delivered', events: [] }
    }
    // A dead process writes nothing.
    const mortal = new Proxy(store, {
      get: (target, name: keyof Store) => {
        const method = target[name]
        if (typeof method !== 'function') return method
        return (...args: never[]) =>
          isDead ? new Promise(() => undefined) : (method as (...all: never[]) => unknown).apply(target, args)
      },
    })
    const parts = {
      store: mortal,
      clock,
      logger: silentLogger,
      deliver,
      concurrency: () => 64,
      isolation: new Isolation(),
    }
    void runWorker('live', parts, stop.signal)
    for (let ms = 0; ms < lives(pid) && !isDead; ms += 50) await clock.advance(50)
    isDead ||= lives(pid) < 60_000
    stop.abort()
    if (isDead) continue
    const dead = (await store.listDeadLetters({ limit: 100 })).map(({ id, outcome }) => [
      id,
      outcome?.status === 'dead' && outcome.fault.code,
    ])
    const left = await store.backlog('live')
    return { starts: pid, delivered, dead, left: left.records, deadBy }
  }
  throw new Error('the process dies at every start')
}

test.each([1, 10, 64, 150])(
  'a record that kills its process ends as a dead letter; the other %i are delivered once',
  async (count) => {
    const records = Array.from({ length: count }, (_, i) => record(`${i}`))
    records.splice(Math.floor(count / 2), 0, record('killer'))
    const { starts, delivered, dead, left, deadBy } = await untilItStays(records, { kills: (id) => id === 'killer' })
    expect(dead).toEqual([['killer', 'delivery/cut-off']])
    expect(starts).toBe(4)
    expect(left).toBe(0)
    expect([...delivered.keys()].sort()).toEqual(
      records
        .map(({ id }) => id)
        .filter((id) => id !== 'killer')
        .sort(),
    )
    expect(deadBy.at(-1)).toEqual(['killer'])
  },
)

test('of two records that kill their process, each ends as a dead letter', async () => {
  const records = Array.from({ length: 20 }, (_, i) => record(`${i}`))
  const { dead, delivered, starts } = await untilItStays(records, { kills: (id) => id === '3' || id === '17' })
  expect(dead.map(([id]) => id).sort()).toEqual(['17', '3'])
  expect(delivered.size).toBe(18)
  expect(starts).toBeLessThanOrEqual(6)
})

const restarts: [string, Omit<Life, 'kills'>][] = [
  ['before a delivery ends', { takes: () => 2_000, lives: (start) => (start < 12 ? 1_000 : 300_000) }],
  ['after two seconds', { takes: () => 300, lives: (start) => (start < 12 ? 2_000 : 60_000) }],
  ['after a minute of slow deliveries', { takes: () => 50_000, lives: (start) => (start < 5 ? 59_000 : 600_000) }],
]
test.each(restarts)('a process that is killed again and again %s sets no record aside', async (_, life) => {
  const records = Array.from({ length: 80 }, (_, i) => record(`${i}`))
  const { dead, delivered, left } = await untilItStays(records, { ...life, kills: () => false })
  expect(dead).toEqual([])
  expect([delivered.size, left]).toEqual([80, 0])
})

test('releases at its end what it could not settle: the store was away until then', async () => {
  const clock = virtualClock()
  const store = memoryStore({ clock })
  const away = new Fault('transient', 'store/unreachable', 'the connection was lost')
  const { stop, begin } = bench(async () => delivered, clock, store)
  store.settle = () => Promise.reject(away)
  await store.append([record('a')])
  const working = begin().catch((error: unknown) => error)
  await clock.advance(100)
  stop.abort()
  expect(await clock.until(working)).toBe(away)
  const again = await store.lease({ lane: 'live', limit: 1, leaseMs: 1_000 })
  expect(again.map(({ id, cutOffs }) => [id, cutOffs])).toEqual([['a', undefined]])
})
