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
/** The longest that one row may take, until its last record has arrived. What is reached by then is its figure. */
const ROW_MS = 120_000

export async function runBenchmark(): Promise<readonly ResultTable[]> {
  let networks = 'network namespaces'
  const onRelays = (reason: string) => {
    networks = `relays in place of network namespaces (${reason})`
  }
  const world = await startMachines({ settings: { max_connections: 60 }, onRelays })
  try {
    const [a, b] = await Promise.all(['a', 'b', 'c'].map((name) => world.add(name)))
    const rows = [await measure(world, `a record of each of ${TENANTS} tenants at once`, (row) => one(world, row))]
    const beside = async (name: string, work: (until: number) => Promise<unknown>) =>
      rows.push(await measure(world, name, (row) => singles(world, row, work)))
    await beside('single records, nothing else', async () => undefined)
    await beside(`beside a flood of ${FLOOD} of one tenant`, (until) => world.flood('flood', FLOOD, until))
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
      `${world.acknowledged.size} webhooks acknowledged, ${recorded.length} events counted, ${twice} twice, ${world.missing().length} not at the end; ${world.repeats.length} were sent again with the same key`,
      `${world.overlaps.length} times two machines worked for one tenant; the machines are in ${networks}`,
      'machines, database, both sides and the sender share the processors of this computer',
      ...(rows.some(({ sent, arrived }) => arrived < sent)
        ? [
            `partial: where fewer arrived than were sent, the row had its ${ROW_MS / 1_000} s; its figures are of those that arrived`,
          ]
        : []),
    ]
    return [{ title: 'Three machines, one PostgreSQL', rows, notes }]
  } finally {
    await world.end()
  }
}

/** What a row has sent so far. */
interface Row {
  /** When its time is over (`performance.now()`). */
  readonly until: number
  /** The numbers of those acknowledged. */
  readonly sent: number[]
}

async function one(world: Machines, { until, sent }: Row): Promise<void> {
  let next = 0
  const sender = async () => {
    while (next < TENANTS && performance.now() < until) sent.push(await world.send(`tenant-${next++}`))
  }
  await Promise.all(Array.from({ length: 20 }, sender))
}

/** Single records of tenants in turn, at least until the work is done. */
async function singles(
  world: Machines,
  { until, sent }: Row,
  work: (until: number) => Promise<unknown>,
): Promise<void> {
  const sending: Promise<unknown>[] = []
  let isDone = false
  const working = work(until).finally(() => {
    isDone = true
  })
  for (let i = 0; (i < SECONDS * RATE || !isDone) && performance.now() < until; i++) {
    sending.push(world.send(`tenant-${i % TENANTS}`).then((n) => sent.push(n)))
    await pause(1_000 / RATE)
  }
  await working
  await Promise.all(sending)
}

/** From the acknowledgement of each record to its arrival. Ends in time, whatever hangs. */
async function measure(world: Machines, records: string, send: (row: Row) => Promise<void>) {
  const row: Row = { until: performance.now() + ROW_MS, sent: [] }
  const sending = send(row)
  // One that fails when the row is over fails no other.
  sending.catch(() => undefined)
  await Promise.race([sending, pause(ROW_MS)])
  while (world.missing().length > 0 && performance.now() < row.until) await pause(50)
  const sent = [...row.sent]
  const latencies = sent
    .flatMap((n) => {
      const arrival = world.arrivals.get(n)
      return arrival === undefined ? [] : [Math.max(0, arrival - (world.acknowledged.get(n) ?? 0))]
    })
    .sort((x, y) => x - y)
  const at = (part: number) =>
    Math.round(latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))] ?? Number.NaN)
  const seconds = Math.round((performance.now() - row.until + ROW_MS) / 1_000)
  return {
    ...{ records, sent: sent.length, arrived: latencies.length },
    ...{ 'median ms': at(0.5), 'p99 ms': at(0.99), 'max ms': at(1), seconds, waiting: world.missing().length },
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
