/**
 * Three machines with the whole connector on PostgreSQL through floods, kills, a cut network, a restart and a lack of
 * connections: none lost, none counted twice. How long it takes is measured by `npm run bench -- machines`.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Machine, type Machines, startMachines } from '../helpers/processes/machines.ts'

/** Longer than a busy machine keeps a process from running: one that is kept longer loses its tenants to another. */
const CLAIM_MS = 10_000
/** 400 take minutes on a busy machine of two cores: those are in the benchmark. */
const TENANTS = 50
/** Records of a flood. */
const FLOOD = 100
/** Tenants that get single records in turn: of those some machine has worked before, and keeps none for long. */
const BUSY = 30

let world: Machines
let machines: Machine[]
beforeAll(async () => {
  const onRelays = (reason: string) =>
    process.stderr.write(`network namespaces are refused, relays stand for the networks: ${reason}\n`)
  world = await startMachines({ claimMs: CLAIM_MS, settings: { max_connections: 40 }, onRelays })
  machines = await Promise.all(['a', 'b', 'c'].map((name) => world.add(name)))
}, 240_000)
afterAll(() => world?.end())

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const arrived = () => expect.poll(() => world.missing().length, { timeout: 150_000, interval: 50 }).toBe(0)
let singles = 0

/** Single records of tenants in turn until the work is done. All arrive, none of them counts twice. */
async function singlesDuring(work: () => Promise<unknown>): Promise<void> {
  const sending: Promise<number>[] = []
  let isDone = false
  const sender = (async () => {
    while (!isDone) {
      sending.push(world.send(`tenant-${singles++ % BUSY}`))
      await pause(100)
    }
  })()
  await work()
  isDone = true
  await sender
  await Promise.all(sending)
  await arrived()
  const recorded = world.recorded()
  expect(recorded.length).toBe(new Set(recorded).size)
  expect(recorded.length).toBe(world.acknowledged.size)
}

test('a record of each tenant at once', async () => {
  let next = 0
  const sender = async () => {
    while (next < TENANTS) await world.send(`tenant-${next++}`)
  }
  await Promise.all(Array.from({ length: 20 }, sender))
  await arrived()
  expect(world.overlaps).toEqual([])
  expect(world.repeats).toEqual([])
}, 240_000)

test('floods of three tenants: single records of others arrive before half of them', async () => {
  const floods = ['flood-a', 'flood-b', 'flood-c']
  // Long enough that a fast machine has not delivered half of it before the others are sent.
  const each = 4 * FLOOD
  const total = each * floods.length
  const countFloods = () => [...world.arrivals.keys()].filter((n) => floods.includes(world.tenants.get(n) ?? '')).length
  const flooding = floods.map((tenant) => world.flood(tenant, each))
  await expect.poll(countFloods, { timeout: 150_000, interval: 20 }).toBeGreaterThan(0)
  const others = await Promise.all(Array.from({ length: 10 }, (_, i) => world.send(`tenant-${BUSY + i}`)))
  await expect.poll(() => others.every((n) => world.arrivals.has(n)), { timeout: 150_000, interval: 20 }).toBe(true)
  expect(countFloods()).toBeLessThan(total / 2)
  await Promise.all(flooding)
  await arrived()
  expect(world.overlaps).toEqual([])
  expect(world.repeats).toEqual([])
}, 240_000)

test('the tenants of a killed machine are taken over when its claims have ended', async () => {
  await singlesDuring(async () => {
    const flooding = world.flood('flood-d', FLOOD)
    await pause(500)
    machines[0]?.kill()
    await flooding
    await pause(CLAIM_MS)
  })
  expect(world.overlaps).toEqual([])
}, 240_000)

test('a machine that is cut off from the database stops before another takes over', async () => {
  machines.push(await world.add('d'))
  await singlesDuring(async () => {
    const flooding = world.flood('flood-e', FLOOD)
    await pause(500)
    machines[1]?.cut(true)
    await pause(CLAIM_MS * 2)
    machines[1]?.cut(false)
    await flooding
  })
  expect(world.overlaps).toEqual([])
}, 240_000)

test('a database that crashes and starts again loses nothing that was acknowledged', async () => {
  await singlesDuring(async () => {
    const flooding = world.flood('flood-f', FLOOD)
    await pause(500)
    await world.server.stop('immediate')
    await pause(500)
    await world.server.start()
    await flooding
  })
}, 240_000)

test('a database without a free connection holds up, and loses nothing', async () => {
  const { default: pg } = await import('pg')
  const hogs: InstanceType<typeof pg.Client>[] = []
  await singlesDuring(async () => {
    for (;;) {
      const hog = new pg.Client({ connectionString: world.server.url() })
      hog.on('error', () => undefined)
      const connected = await hog.connect().then(
        () => true,
        () => false,
      )
      if (!connected) break
      hogs.push(hog)
    }
    const flooding = world.flood('flood-g', FLOOD)
    await pause(1_000)
    await Promise.all(hogs.map((hog) => hog.end()))
    await flooding
  })
  expect(hogs.length).toBeGreaterThan(3)
}, 240_000)

test('machines that stop release their tenants at once', async () => {
  const [, b, c, d] = machines
  await b?.stop()
  await c?.stop()
  await world.send('tenant-0')
  await arrived()
  await d?.stop()
}, 240_000)

test('the tenants of a process that is killed are taken over at once by one of the same machine', async () => {
  const AN_HOUR = 3_600_000
  const first = await world.add('e', 'here', AN_HOUR)
  const kept = Array.from({ length: 5 }, (_, i) => `tenant-${i}`)
  await Promise.all(kept.map((tenant) => world.send(tenant)))
  await arrived()
  const second = await world.add('f', 'here', AN_HOUR)
  const flooding = world.flood('flood-h', FLOOD)
  await pause(500)
  first.kill()
  await flooding
  await Promise.all(kept.map((tenant) => world.send(tenant)))
  await arrived()
  expect(world.overlaps).toEqual([])
  await second.stop()
}, 240_000)
