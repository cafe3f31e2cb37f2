/** Measures three machines on one PostgreSQL with 400 tenants: single records beside a flood, and after a kill. */
import { type Machines, startMachines } from '../test/helpers/processes/machines.ts'
import type { ResultTable } from './harness/result-table.ts'

const TENANTS = 400
const FLOOD = 10_000
const SECONDS = 15

export async function runBenchmark(): Promise<readonly ResultTable[]> {
  const world = await startMachines({ settings: { max_connections: 60 } })
  try {
    const machines = await Promise.all(['a', 'b', 'c'].map((name) => world.add(name)))
    const first = Array.from({ length: TENANTS }, (_, i) => `first-${i}`)
    const from = performance.now()
    await Promise.all(first.map((id, i) => world.append(`tenant-${i}`, [id])))
    await arrived(world)
    const rows = [row(world, `a record of each of ${TENANTS} tenants at once`, first)]
    const all = performance.now() - from
    rows.push(row(world, 'single records, nothing else', await singles(world, 'usual', async () => undefined)))
    const flood = Array.from({ length: FLOOD }, (_, i) => `flood-${i}`)
    const sendFlood = async () => {
      for (let i = 0; i < FLOOD; i += 500) await world.append('flood', flood.slice(i, i + 500))
    }
    rows.push(row(world, `beside a flood of ${FLOOD} of one tenant`, await singles(world, 'beside', sendFlood)))
    rows.push(row(world, 'after a kill -9', await singles(world, 'kill', async () => machines[0]?.kill())))
    const notes = [
      `${TENANTS} tenants once: all delivered after ${Math.round(all)} ms; ${world.repeats.length} of ${world.arrivals.size} events were sent again with the same key`,
      `${world.overlaps.length} times two machines worked for one tenant; the destination takes 5 ms for a request`,
      'machines, database and destination share the processors of this computer',
    ]
    return [{ title: 'Three machines, one PostgreSQL', rows, notes }]
  } finally {
    await world.end()
  }
}

/** Single records of tenants in turn, 20 a second. Returns their ids once all have arrived. */
async function singles(world: Machines, name: string, work: () => Promise<void>): Promise<readonly string[]> {
  const ids: string[] = []
  const appending: Promise<void>[] = [work()]
  for (let i = 0; i < SECONDS * 20; i++) {
    const id = `${name}-${i}`
    ids.push(id)
    appending.push(world.append(`tenant-${i % TENANTS}`, [id]))
    await pause(50)
  }
  await Promise.all(appending)
  await arrived(world)
  return ids
}

async function arrived(world: Machines): Promise<void> {
  const until = performance.now() + 180_000
  while (world.missing().length > 0) {
    if (performance.now() > until) throw new Error(`${world.missing().length} records did not arrive`)
    await pause(50)
  }
}

function row(world: Machines, records: string, ids: readonly string[]) {
  const latencies = ids
    .map((id) => (world.arrivals.get(id)?.at ?? Number.NaN) - (world.acknowledged.get(id) ?? 0))
    .sort((a, b) => a - b)
  const at = (part: number) =>
    Math.round(latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))] ?? 0)
  return { records, count: ids.length, 'median ms': at(0.5), 'p99 ms': at(0.99), 'max ms': at(1) }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
