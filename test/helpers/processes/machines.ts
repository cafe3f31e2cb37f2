/** Several machines on one PostgreSQL, each behind a network of its own that can be cut, and a destination that sees all. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { json } from 'node:stream/consumers'
import { startPostgres } from './postgres.ts'

/** From the root of the checkout, also when this file is compiled for a benchmark. */
const SCRIPT = resolve('test/helpers/processes/machine-child.ts')

export interface Arrival {
  readonly tenant: string
  readonly machine: string
  /** `performance.now()`. */
  readonly at: number
}

export interface Machine {
  readonly name: string
  /** Whether it takes part: neither killed nor stopped. */
  readonly isRunning: boolean
  /** Cuts it off from the database, as a broken network does: connections stay open, and nothing passes. */
  cut(isCut: boolean): void
  kill(): void
  stop(): Promise<void>
}

export interface MachinesOptions {
  readonly claimMs?: number
  readonly settings?: Readonly<Record<string, string | number>>
}

export async function startMachines(options: MachinesOptions = {}) {
  const { claimMs = 20_000, settings = {} } = options
  const server = await startPostgres({ fsync: true, settings })
  const machines: (Machine & { readonly port: number })[] = []
  const closing: (() => void)[] = []
  const destination = await startDestination()
  closing.push(destination.close)
  /** Acknowledged by a machine: by id, when. */
  const acknowledged = new Map<string, number>()

  async function add(name: string): Promise<Machine> {
    const network = await startNetwork(join(server.socketFolder, '.s.PGSQL.5432'))
    closing.push(network.close)
    const url = `postgres://postgres@127.0.0.1:${network.port}/postgres?pool=4`
    const argv = ['--import', 'tsx', SCRIPT, url, destination.url, name, `${claimMs}`]
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'ignore'] })
    const [port] = (await once(createInterface(child.stdout), 'line')) as [string]
    const machine = Object.assign(lifeOf(child), { name, port: Number(port), cut: network.cut })
    machines.push(machine)
    return machine
  }

  /** Sends records to any machine until one has acknowledged them, as a source repeats its webhooks. */
  async function append(tenant: string, ids: readonly string[]): Promise<void> {
    const body = JSON.stringify({ tenant, ids })
    for (let tries = 0; ; tries++) {
      const running = machines.filter(({ isRunning }) => isRunning)
      const machine = running[(tries + ids.length + acknowledged.size) % running.length]
      const signal = AbortSignal.timeout(5_000)
      const answer = await fetch(`http://127.0.0.1:${machine?.port}`, { method: 'POST', body, signal }).catch(
        () => undefined,
      )
      if (answer?.status === 200) break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    for (const id of ids) acknowledged.set(id, performance.now())
  }

  return {
    server,
    add,
    append,
    acknowledged,
    arrivals: destination.arrivals,
    repeats: destination.repeats,
    overlaps: destination.overlaps,
    /** Those acknowledged that have not arrived. */
    missing: () => [...acknowledged.keys()].filter((id) => !destination.arrivals.has(id)),
    async end() {
      for (const machine of machines) machine.kill()
      for (const close of closing) close()
      await server.remove()
    },
  }
}

export type Machines = Awaited<ReturnType<typeof startMachines>>

function lifeOf(child: ChildProcess) {
  return {
    get isRunning() {
      return !child.killed
    },
    kill() {
      child.kill('SIGKILL')
    },
    async stop() {
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await exit
    },
  }
}

/** Milliseconds that the destination takes for a request. */
const LATENCY = 5

/** Accepts events by key. An event that arrives again is not counted again, as with an idempotency key. */
async function startDestination() {
  const arrivals = new Map<string, Arrival>()
  const repeats: string[] = []
  const overlaps: string[] = []
  const working = new Map<string, string>()
  const server = createHttpServer(async (request, answer) => {
    const { tenant, machine, keys } = (await json(request)) as {
      tenant: string
      machine: string
      keys: readonly string[]
    }
    const other = working.get(tenant)
    if (other !== undefined && other !== machine) overlaps.push(`${tenant}: ${other} and ${machine}`)
    working.set(tenant, machine)
    await new Promise((resolve) => setTimeout(resolve, LATENCY))
    for (const key of keys) {
      if (arrivals.has(key)) repeats.push(key)
      else arrivals.set(key, { tenant, machine, at: performance.now() })
    }
    working.delete(tenant)
    answer.writeHead(200).end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url, arrivals, repeats, overlaps, close }
}

/** A network between one machine and the database. */
async function startNetwork(target: string) {
  let isCut = false
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(target)
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one)
      one.on('data', (data) => void other.write(data))
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
    if (isCut) for (const one of [client, upstream]) one.pause()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    cut(value: boolean) {
      isCut = value
      for (const one of sockets) value ? one.pause() : one.resume()
    },
    close() {
      server.close()
      for (const one of sockets) one.destroy()
    },
  }
}
