/** Three machines on PostgreSQL through floods, kills, a cut network, a restart and a lack of connections: none lost, none twice. How long it takes is measured by `npm run bench -- machines`. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Machine, type Machines, startMachines } from '../helpers/processes/machines.ts'

const CLAIM_MS = 4_000
const TENANTS = 40

let world: Machines
let machines: Machine[]
beforeAll(async () => {
  world = await startMachines({ claimMs: CLAIM_MS, settings: { max_connections: 40 } })
  machines = await Promise.all(['a', 'b', 'c'].map((name) => world.add(name)))
}, 120_000)
afterAll(() => world?.end())

let records = 0
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Single records of tenants in turn until the work is done. Returns how long each took to arrive, in milliseconds. */
async function singlesDuring(work: () => Promise<void>): Promise<readonly number[]> {
  const sent: string[] = []
  const appending: Promise<void>[] = []
  let isDone = false
  const sending = (async () => {
    while (!isDone) {
      const id = `single-${++records}`
      sent.push(id)
      appending.push(world.append(`tenant-${records % TENANTS}`, [id]))
      await pause(50)
    }
  })()
  await work()
  isDone = true
  await sending
  await Promise.all(appending)
  await arrived()
  return sent.map((id) => (world.arrivals.get(id)?.at ?? Infinity) - (world.acknowledged.get(id) ?? 0))
}

const arrived = () => expect.poll(() => world.missing().length, { timeout: 25_000, interval: 50 }).toBe(0)

async function flood(tenant: string, count: number): Promise<void> {
  const ids = Array.from({ length: count }, () => `flood-${++records}`)
  for (let i = 0; i < count; i += 500) await world.append(tenant, ids.slice(i, i + 500))
}

test('floods of three tenants: single records of others arrive, each tenant by one machine at a time', async () => {
  // Each tenant has been worked for once.
  for (let i = 0; i < TENANTS; i++) await world.append(`tenant-${i}`, [`first-${i}`])
  await arrived()
  const latencies = await singlesDuring(async () => {
    await Promise.all([flood('flood-a', 600), flood('flood-b', 600), flood('flood-c', 600)])
    await pause(1_500)
  })
  expect(latencies.length).toBeGreaterThan(20)
  expect(world.overlaps).toEqual([])
  expect(world.repeats).toEqual([])
}, 120_000)

test('the tenants of a killed machine are taken over when its claims have ended', async () => {
  await singlesDuring(async () => {
    await flood('flood-d', 300)
    machines[0]?.kill()
    await pause(CLAIM_MS)
  })
  // Sent and not settled when it was killed: sent again with the same key.
  expect(world.repeats.length).toBeLessThan(100 * 16)
}, 120_000)

test('a machine that is cut off from the database stops before another takes over', async () => {
  machines.push(await world.add('d'))
  const repeats = world.repeats.length
  const overlaps = world.overlaps.length
  const cut = machines[1]
  await singlesDuring(async () => {
    await flood('flood-e', 300)
    cut?.cut(true)
    await pause(CLAIM_MS * 2)
    cut?.cut(false)
  })
  expect(world.overlaps.slice(overlaps)).toEqual([])
  expect(world.repeats.length - repeats).toBeLessThan(100 * 16)
}, 120_000)

test('a database that crashes and starts again loses nothing that was acknowledged', async () => {
  await singlesDuring(async () => {
    await flood('flood-f', 300)
    await world.server.stop('immediate')
    await pause(500)
    await world.server.start()
  })
  expect(world.missing()).toEqual([])
}, 120_000)

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
    await flood('flood-g', 300)
    await pause(1_000)
    await Promise.all(hogs.map((hog) => hog.end()))
  })
  expect(hogs.length).toBeGreaterThan(3)
  expect(world.missing()).toEqual([])
}, 120_000)

test('machines that stop release their tenants at once', async () => {
  const [, , c, d] = machines
  await c?.stop()
  const [latency] = await singlesDuring(async () => undefined)
  // Not only when its claims have ended.
  expect(latency).toBeLessThan(CLAIM_MS)
  await d?.stop()
}, 120_000)
