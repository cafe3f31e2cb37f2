/** Many tenants by several processes on a virtual clock: fair turns, one owner at a time, take-over, backing off. */
import { describe, expect, test } from 'vitest'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import type { TenantClaims } from '../../../runtime/ports/tenant-claims.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { silentLogger } from '../../../runtime/system.ts'
import { requestImport } from '../../../runtime/tenants/import-request.ts'
import { memoryClaims } from '../../../runtime/tenants/memory-claims.ts'
import { type RunTenantsOptions, runTenants } from '../../../runtime/tenants/run-tenants.ts'
import type { TenantConnector } from '../../../runtime/tenants/tasks.ts'

const POLL_EVERY = 900_000

/** Tenants whose records are numbers of milliseconds that each takes; any process delivers them. */
function createWorld() {
  const clock = virtualClock()
  const claims = memoryClaims({ clock })
  const intake = claims.of('intake')
  const queues = new Map<string, number[]>()
  const stores = new Map<string, ReturnType<typeof memoryStore>>()
  const delivered: { tenant: string; at: number; process: string }[] = []
  const polls: string[] = []
  const imports: string[] = []
  /** Those that work for a tenant now. */
  const working = new Map<string, Set<string>>()
  const overlaps: string[] = []
  const created: string[] = []

  const storeOf = (tenant: string) => {
    const store = stores.get(tenant) ?? memoryStore({ clock })
    stores.set(tenant, store)
    return store
  }

  function connectorOf(process: string, tenant: string): TenantConnector {
    created.push(`${process} ${tenant}`)
    const closing = new AbortController()
    const enter = () => {
      const all = working.get(tenant) ?? new Set()
      working.set(tenant, all.add(process))
      if (all.size > 1) overlaps.push(`${tenant}: ${[...all].join(' ')}`)
      return () => void all.delete(process)
    }
    return {
      spec: { reconcile: { every: POLL_EVERY }, source: { name: 'source' } },
      store: storeOf(tenant),
      gate: { pausedReason: () => undefined },
      async work({ signal }: { signal: AbortSignal }) {
        const leave = enter()
        const queue = queues.get(tenant) ?? []
        try {
          while (queue.length > 0) {
            if (signal.aborted) return { ended: 'stopped', leased: 0, remaining: queue.length, nextAt: clock.now() }
            const [ms = 0] = queue
            await clock.sleep(ms, closing.signal)
            if (closing.signal.aborted) return { ended: 'stopped', leased: 0, remaining: 0, nextAt: undefined }
            queue.shift()
            delivered.push({ tenant, at: clock.now(), process })
          }
          return { ended: 'idle', leased: 1, remaining: 0, nextAt: undefined }
        } finally {
          leave()
        }
      },
      async reconcile() {
        polls.push(`${process} ${tenant}`)
        return {}
      },
      lastReconcile: async () => undefined,
      async *backfill({ signal }: { signal: AbortSignal }) {
        for (const page of imports.filter((it) => it.includes(tenant)).length < 40 ? Array(40).keys() : []) {
          if (signal.aborted) return
          await clock.sleep(1_000)
          imports.push(`${process} ${tenant} ${page}`)
          yield {}
        }
      },
      close: async () => closing.abort(),
    } as unknown as TenantConnector
  }

  function start(process: string, rest: Partial<RunTenantsOptions> & { readonly claims?: TenantClaims } = {}) {
    const stop = new AbortController()
    const running = runTenants({
      claims: claims.of(process),
      connectorOf: async (tenant) => connectorOf(process, tenant),
      signal: stop.signal,
      clock,
      logger: silentLogger,
      random: () => 0.5,
      ...rest,
    })
    return {
      async stop() {
        stop.abort()
        await clock.until(running)
      },
    }
  }

  async function append(tenant: string, ...records: number[]): Promise<void> {
    queues.set(tenant, [...(queues.get(tenant) ?? []), ...records])
    await intake.wake(tenant)
  }
  const deliveries = (tenant: string) => delivered.filter((it) => it.tenant === tenant)
  return {
    clock,
    claims,
    intake,
    start,
    append,
    deliveries,
    delivered,
    polls,
    imports,
    overlaps,
    created,
    storeOf,
    connectorOf,
  }
}

describe('rest', () => {
  test('full slots of both kinds, past their turns, leave the process idle until something ends', async () => {
    const world = createWorld()
    let looks = 0
    const clock = {
      ...world.clock,
      now() {
        looks += 1
        // Without a pause between its looks nothing else would run again, this test included.
        if (looks > 20_000) throw new Error('the runner spins')
        return world.clock.now()
      },
    }
    const process = world.start('a', { concurrency: 1, readers: 1, clock })
    await world.append('a', 120_000)
    await requestImport({ tenant: 'a', store: world.storeOf('a'), claims: world.intake }, { since: 0 })
    for (let i = 0; i < 3; i++) await world.append(`other-${i}`, 5)
    await world.clock.advance(90_000)
    expect(world.imports).toHaveLength(40)
    await world.clock.advance(60_000)
    expect(world.delivered.map(({ tenant }) => tenant).sort()).toEqual(['a', 'other-0', 'other-1', 'other-2'])
    await process.stop()
  })
})

describe('fair turns', () => {
  test('floods of more tenants than there are slots delay a single record of another by a few turns', async () => {
    const world = createWorld()
    const process = world.start('a', { concurrency: 2 })
    for (let i = 0; i < 5; i++) await world.append(`flood-${i}`, ...Array<number>(2_000).fill(20))
    await world.clock.advance(5_000)
    const since = world.clock.now()
    await world.append('single', 5)
    await world.clock.advance(5_000)
    expect(world.deliveries('single').map(({ at }) => at - since <= 1_100)).toEqual([true])
    // The floods share what is left.
    const counts = Array.from({ length: 5 }, (_, i) => world.deliveries(`flood-${i}`).length)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(60)
    await process.stop()
  })

  test('a tenant that is alone keeps its slot', async () => {
    const world = createWorld()
    const process = world.start('a', { concurrency: 1 })
    await world.append('one', ...Array<number>(1_000).fill(10))
    await world.clock.advance(10_100)
    expect(world.deliveries('one')).toHaveLength(1_000)
    await process.stop()
  })
})

describe('one owner at a time', () => {
  test('a tenant is kept while it has work, and released when it has had none for a while', async () => {
    const world = createWorld()
    const first = world.start('a')
    await world.append('one', 5)
    await world.clock.advance(1_000)
    const second = world.start('b')
    for (let i = 0; i < 10; i++) {
      await world.append('one', 5)
      await world.clock.advance(10_000)
    }
    expect(new Set(world.deliveries('one').map(({ process }) => process))).toEqual(new Set(['a']))
    expect(world.created).toEqual(['a one'])
    await world.clock.advance(60_000)
    await first.stop()
    await world.append('one', 5)
    await world.clock.advance(1_000)
    expect(world.deliveries('one').at(-1)?.process).toBe('b')
    await second.stop()
    expect(world.overlaps).toEqual([])
  })

  test('a process that stops releases its tenants at once, with what is left', async () => {
    const world = createWorld()
    const first = world.start('a')
    await world.append('one', ...Array<number>(1_000).fill(10))
    await world.clock.advance(2_000)
    const second = world.start('b')
    const before = world.clock.now()
    await first.stop()
    expect(world.clock.now() - before).toBeLessThan(1_000)
    await world.clock.advance(15_000)
    expect(world.deliveries('one')).toHaveLength(1_000)
    expect(world.overlaps).toEqual([])
    await second.stop()
  })

  test('a process that does not reach the database stops before another takes over, within 30 seconds', async () => {
    const world = createWorld()
    let isCutOff = false
    const reachable = world.claims.of('a')
    const cut = <Result>(call: () => Promise<Result>) =>
      isCutOff ? world.clock.sleep(20_000).then(() => Promise.reject(unreachable)) : call()
    const unreachable = new Fault('transient', 'store/unreachable', 'no answer')
    const claims: TenantClaims = {
      ...reachable,
      claim: (limit) => cut(() => reachable.claim(limit)),
      renew: (tenants) => cut(() => reachable.renew(tenants)),
    }
    const first = world.start('a', { claims })
    await world.append('one', ...Array<number>(10_000).fill(10))
    await world.clock.advance(7_000)
    const second = world.start('b')
    isCutOff = true
    const cutAt = world.clock.now()
    await world.clock.advance(35_000)
    const [taken] = world.deliveries('one').filter(({ process }) => process === 'b')
    expect(taken && taken.at - cutAt).toBeLessThan(30_000)
    expect(world.overlaps).toEqual([])
    isCutOff = false
    await world.clock.advance(60_000)
    await Promise.all([first.stop(), second.stop()])
  })
})

test('a tenant that fails is tried again later and later, and holds up no other', async () => {
  const world = createWorld()
  const tries: number[] = []
  const process = world.start('a', {
    concurrency: 1,
    connectorOf: async (tenant) => {
      if (tenant !== 'broken') return world.connectorOf('a', tenant)
      tries.push(world.clock.now())
      throw new Fault('config', 'auth/no-key', 'no key')
    },
  })
  await world.append('broken', 1)
  await world.append('sound', 1)
  await world.clock.advance(20_000)
  expect(world.deliveries('sound')).toHaveLength(1)
  expect(tries.length).toBeGreaterThan(3)
  await world.clock.advance(3_600_000)
  expect(tries.length).toBeLessThan(150)
  await process.stop()
})

test('why no connector can be created is noted once, and that one was', async () => {
  const world = createWorld()
  const noted: (readonly [string, string | undefined])[] = []
  const claims: TenantClaims = {
    ...world.claims.of('a'),
    setFault: async (tenant, code) => void noted.push([tenant, code]),
  }
  let isBroken = true
  const process = world.start('a', {
    claims,
    connectorOf: async (tenant) => {
      if (isBroken && tenant === 'one') throw new Fault('config', 'auth/no-key', 'no key')
      return world.connectorOf('a', tenant)
    },
  })
  await world.append('one', 1)
  await world.append('sound', 1)
  await world.clock.advance(10_000)
  expect(noted).toEqual([['one', 'auth/no-key']])
  isBroken = false
  await world.clock.advance(20_000)
  expect(noted).toEqual([
    ['one', 'auth/no-key'],
    ['one', undefined],
  ])
  await process.stop()
})

test('the state of a tenant is kept after its work, and after all later work before it is released', async () => {
  const world = createWorld()
  const assessed: (readonly [tenant: string, at: number])[] = []
  const start = world.clock.now()
  const process = world.start('a', {
    connectorOf: async (tenant) => {
      const connector = world.connectorOf('a', tenant)
      // Only an assessment asks for it.
      const webhookStats = () => {
        assessed.push([tenant, world.clock.now() - start])
        throw new Error('not in this test')
      }
      return { ...connector, webhookStats }
    },
  })
  await world.append('one', 10)
  await world.clock.advance(1_000)
  expect(assessed).toHaveLength(1)
  await world.append('one', 10)
  await world.clock.advance(20_000)
  // Not again within a minute.
  expect(assessed).toHaveLength(1)
  // The look for an import, 15 seconds after the last one, is its last work.
  await world.clock.advance(24_500)
  expect(assessed).toHaveLength(2)
  await process.stop()
})

test('what the host throws is logged by its class alone, as a warning', async () => {
  const world = createWorld()
  const lines: string[] = []
  const log = (level: string) => (message: string) => void lines.push(`${level}: ${message}`)
  const process = world.start('a', {
    logger: { ...silentLogger, warn: log('warn'), error: log('error') },
    connectorOf: async () => Promise.reject(new RangeError('the password is hunter2')),
  })
  await world.append('one', 1)
  await world.clock.advance(500)
  await process.stop()
  const line = "warn: the work for a tenant failed and is tried again: the host's connectorOf failed (RangeError)"
  expect(new Set(lines)).toEqual(new Set([line]))
})

test('polls have their times, also without records', async () => {
  const world = createWorld()
  const process = world.start('a')
  await world.append('one', 1)
  await world.clock.advance(4 * POLL_EVERY + 1_000)
  expect(world.polls).toHaveLength(5)
  await process.stop()
})

test('an import is run by the owner, and goes on by the next one', async () => {
  const world = createWorld()
  const first = world.start('a')
  await requestImport({ tenant: 'one', store: world.storeOf('one'), claims: world.intake }, { since: 0 })
  await world.clock.advance(10_500)
  expect(world.imports).toHaveLength(10)
  await first.stop()
  const second = world.start('b')
  await world.clock.advance(60_000)
  expect(world.imports.filter((it) => it.startsWith('b')).length).toBeGreaterThan(20)
  const { length } = world.imports
  await world.clock.advance(60_000)
  expect(world.imports).toHaveLength(length)
  await second.stop()
})
