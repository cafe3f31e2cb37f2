/** Several machines with the whole connector on one PostgreSQL, each in a network of its own that can be cut, and a Klaviyo that sees all. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { serve } from '@hono/node-server'
import { systemClock, systemRandom } from '../../../runtime/system.ts'
import { createKlaviyoSandbox } from '../../../sandbox/klaviyo/server.ts'
import { bundlePrograms } from './bundle.ts'
import type { MachineSettings } from './machine-child.ts'
import { type MachineNetwork, namespaceNetwork, namespacesRefused, relayNetwork } from './networks.ts'
import { startPostgres } from './postgres.ts'
import { type Cleanup, createCleanup, KEY, postSigned, SECRET, startSandbox, TOKEN } from './processes.ts'
import { listContacts, replyNotification } from './replies.ts'

const SCRIPT = 'test/helpers/processes/machine-child.ts'

export interface Machine {
  readonly name: string
  /** Whether it takes part: neither killed nor stopped. */
  readonly isRunning: boolean
  /** Cuts it off from the database, or connects it again: connections stay open, and nothing passes. */
  cut(isCut: boolean): void
  kill(): void
  stop(): Promise<void>
}

export interface MachinesOptions {
  readonly claimMs?: number
  readonly settings?: Readonly<Record<string, string | number>>
  /** Called when the kernel refuses network namespaces: relays stand for the networks then. */
  readonly onRelays?: (reason: string) => unknown
}

export async function startMachines(options: MachinesOptions = {}) {
  const { claimMs = 20_000, settings = {}, onRelays } = options
  const closing = createCleanup()
  const refused = namespacesRefused()
  if (refused !== undefined) onRelays?.(refused)
  const server = await startPostgres({ fsync: true, settings })
  closing.add(server, () => server.remove())
  const child = (await bundlePrograms([SCRIPT], closing))(SCRIPT)
  const { env } = await startSandbox(closing, { conversations: 5, tickets: 0 })
  const [contact = ''] = await listContacts(env.INTERCOM_BASE_URL)
  const destination = await startDestination(closing)
  const machines: (Machine & { readonly address: string })[] = []
  /** The tenant of each notification, and when a machine has acknowledged it (`performance.now()`). */
  const tenants = new Map<number, string>()
  const acknowledged = new Map<number, number>()

  /** `here`: on this machine, with the others that are. */
  async function add(name: string, place: 'remote' | 'here' = 'remote', claimed = claimMs): Promise<Machine> {
    const network: MachineNetwork = refused === undefined ? namespaceNetwork() : relayNetwork()
    closing.add(network, () => network.close())
    const database = await network.connect(join(server.socketFolder, '.s.PGSQL.5432'), true)
    const intercom = await network.connect(portOf(env.INTERCOM_BASE_URL))
    const klaviyo = await network.connect(destination.port)
    const given: MachineSettings = {
      store: `postgres://postgres@${database.host}:${database.port}/postgres?pool=4`,
      intercom: `http://${intercom.host}:${intercom.port}`,
      klaviyo: `http://${klaviyo.host}:${klaviyo.port}`,
      ...{
        name,
        host: network.host,
        claimMs: claimed,
        isRemote: place === 'remote',
        token: TOKEN,
        secret: SECRET,
        key: KEY,
      },
    }
    const [command = '', ...args] = [...network.command, process.execPath, child, JSON.stringify(given)]
    const running = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    closing.add(running, () => running.kill('SIGKILL'))
    const ended = once(running, 'exit').then(([code]) => {
      throw new Error(`machine ${name} ended with ${code} before it listened`)
    })
    const [port] = (await Promise.race([once(createInterface(running.stdout), 'line'), ended])) as [string]
    const address = `http://${network.host}:${port}`
    const machine = Object.assign(lifeOf(running), { name, address, cut: (isCut: boolean) => network.cut(isCut) })
    machines.push(machine)
    return machine
  }

  /** Sends a webhook to any machine until one has acknowledged it, as a source repeats it. */
  async function send(tenant: string): Promise<number> {
    const n = tenants.size
    tenants.set(n, tenant)
    const body = replyNotification(n, contact)
    for (let tries = 0; ; tries++) {
      const running = machines.filter(({ isRunning }) => isRunning)
      const machine = running[(tries + n) % running.length]
      const posted = postSigned(`${machine?.address}/${tenant}`, body)
      const isLate = systemClock.sleep(5_000).then(() => false)
      if (machine !== undefined && (await Promise.race([posted, isLate]))) break
      await systemClock.sleep(50)
    }
    acknowledged.set(n, performance.now())
    return n
  }

  /** Sends many of one tenant, ten at a time; none after `until` (`performance.now()`). */
  async function flood(tenant: string, count: number, until = Number.POSITIVE_INFINITY): Promise<readonly number[]> {
    const sent: number[] = []
    let left = count
    const sender = async () => {
      while (left-- > 0 && performance.now() < until) sent.push(await send(tenant))
    }
    await Promise.all(Array.from({ length: 10 }, sender))
    return sent
  }

  return {
    ...{ server, add, send, flood, acknowledged, tenants },
    ...{ arrivals: destination.arrivals, repeats: destination.repeats, overlaps: destination.overlaps },
    /** Those acknowledged that have not arrived. */
    missing: () => [...acknowledged.keys()].filter((n) => !destination.arrivals.has(n)),
    /** The notifications whose events Klaviyo has recorded, each as often as it counts. */
    recorded: destination.recorded,
    end: () => closing.close(),
  }

  /** A Klaviyo behind a server that notes what arrives, when, and who works for a tenant at once. */
  async function startDestination(closing: Cleanup) {
    const klaviyo = createKlaviyoSandbox({
      clock: systemClock,
      random: systemRandom,
      key: KEY,
      keep: 100_000,
      limits: false,
    })
    /** When the event of each notification arrived first (`performance.now()`). */
    const arrivals = new Map<number, number>()
    const repeats: number[] = []
    const overlaps: string[] = []
    const working = new Map<string, Map<string, number>>()
    async function answer(request: Request): Promise<Response> {
      if (request.method !== 'POST') return klaviyo.fetch(request)
      const machine = request.headers.get('x-machine') ?? ''
      const body = await request.text()
      const numbers = [...body.matchAll(/"unique_id":"[^"]*:(\d+)"/g)].map(([, id]) => Number(id) - FIRST_PART)
      const names = new Set(numbers.map((n) => tenants.get(n) ?? ''))
      for (const tenant of names) {
        const machinesOf = working.get(tenant) ?? new Map<string, number>()
        for (const other of machinesOf.keys())
          if (other !== machine) overlaps.push(`${tenant}: ${other} and ${machine}`)
        working.set(tenant, machinesOf.set(machine, (machinesOf.get(machine) ?? 0) + 1))
      }
      const { url, method, headers } = request
      const response = await klaviyo.fetch(new Request(url, { method, headers, body }))
      for (const n of response.ok ? numbers : []) {
        if (arrivals.has(n)) repeats.push(n)
        else arrivals.set(n, performance.now())
      }
      for (const tenant of names) leave(working.get(tenant), machine)
      return response
    }
    const port = await new Promise<number>((resolve) => {
      const listening = serve({ fetch: answer, port: 0, hostname: '127.0.0.1' }, (it: AddressInfo) => resolve(it.port))
      closing.add(listening, () => listening.close())
    })
    const recorded = () =>
      klaviyo.events({ metric: METRIC }).map(({ key }) => Number(key?.split(':').at(-1)) - FIRST_PART)
    return { port, arrivals, repeats, overlaps, recorded }
  }
}

export type Machines = Awaited<ReturnType<typeof startMachines>>

const METRIC = 'Replied to Conversation'
/** Of `replyNotification`. */
const FIRST_PART = 9_000_000

const portOf = (url: string): number => Number(new URL(url).port)

function leave(machines: Map<string, number> | undefined, machine: string): void {
  const left = (machines?.get(machine) ?? 1) - 1
  if (left === 0) machines?.delete(machine)
  else machines?.set(machine, left)
}

function lifeOf(child: ChildProcess) {
  let isRunning = true
  return {
    get isRunning() {
      return isRunning
    },
    kill() {
      isRunning = false
      child.kill('SIGKILL')
    },
    async stop() {
      isRunning = false
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await exit
    },
  }
}
