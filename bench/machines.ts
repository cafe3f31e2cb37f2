/**
 * Measures three machines with the whole connector on one PostgreSQL, and 400 tenants: how late single records of tenants
 * arrive beside a flood, a kill, a cut network and a restart of the database.
 */
import { type Machines, startMachines } from '../test/helpers/processes/machines.ts'
import type { ResultTable } from './harness/result-table.ts'

const TENANTS = 400
const FLOOD = 10_000
const SECONDS = 20
/** Single records a second. */
const RATE = 10

export async function runBenchmark(): Promise<readonly ResultTable[]> {
  let networks = 'network namespaces'
  const onRelays = (reason: string) => {
    networks = `relays in place of network namespaces (${reason})`
  }
  const world = await startMachines({ settings: { max_connections: 60 }, onRelays })
  try {
    const [a, b] = await Promise.all(['a', 'b', 'c'].map((name) => world.add(name)))
    const rows = [await measure(world, `a record of each of ${TENANTS} tenants at once`, () => one(world))]
    const beside = async (name: string, work: () => Promise<unknown>) =>
      rows.push(await measure(world, name, () => singles(world, work)))
    await beside('single records, nothing else', async () => undefined)
    await beside(`beside a flood of ${FLOOD} of one tenant`, () => world.flood('flood', FLOOD))
    await beside('after a kill -9', async () => a?.kill())
    await world.add('d')
    await beside(`while a machine is cut off from the database for ${SECONDS} s`, async () => {
      b?.cut(true)
      await pause(SECONDS * 1_000)
      b?.cut(false)
    })
    await beside('while the database crashes and starts again', async () => {
      await world.server.stop('immediate')
      await pause(1_000)
      await world.server.start()
    })
    const recorded = world.recorded()
    const twice = recorded.length - new Set(recorded).size
    const notes = [
      `${world.acknowledged.size} webhooks acknowledged, ${recorded.length} events counted, ${twice} twice, ${world.missing().length} lost; ${world.repeats.length} were sent again with the same key`,
      `${world.overlaps.length} times two machines worked for one tenant; the machines are in ${networks}`,
      'machines, database, both sides and the sender share the processors of this computer',
    ]
    return [{ title: 'Three machines, one PostgreSQL', rows, notes }]
  } finally {
    await world.end()
  }
}

async function one(world: Machines): Promise<readonly number[]> {
  const sent: number[] = []
  let next = 0
  const sender = async () => {
    while (next < TENANTS) sent.push(await world.send(`tenant-${next++}`))
  }
  await Promise.all(Array.from({ length: 20 }, sender))
  return sent
}

/** Single records of tenants in turn, at least until the work is done. */
async function singles(world: Machines, work: () => Promise<unknown>): Promise<readonly number[]> {
  const sending: Promise<number>[] = []
  let isDone = false
  const working = work().finally(() => {
    isDone = true
  })
  for (let i = 0; i < SECONDS * RATE || !isDone; i++) {
    sending.push(world.send(`tenant-${i % TENANTS}`))
    await pause(1_000 / RATE)
  }
  await working
  return Promise.all(sending)
}

/** From the acknowledgement of each record to its arrival. */
async function measure(world: Machines, records: string, send: () => Promise<readonly number[]>) {
  const sent = await send()
  const until = performance.now() + 600_000
  while (world.missing().length > 0) {
    if (performance.now() > until) throw new Error(`${world.missing().length} records did not arrive`)
    await pause(50)
  }
  const latencies = sent
    .map((n) => Math.max(0, (world.arrivals.get(n) ?? Number.NaN) - (world.acknowledged.get(n) ?? 0)))
    .sort((x, y) => x - y)
  const at = (part: number) =>
    Math.round(latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))] ?? 0)
  return { records, count: sent.length, 'median ms': at(0.5), 'p99 ms': at(0.99), 'max ms': at(1) }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
