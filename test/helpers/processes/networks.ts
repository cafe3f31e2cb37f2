/** Networks of machines that can be cut: network namespaces of the kernel, or relays where it refuses them. */
import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way from one machine to one service. */
export interface Service {
  /** Where the machine reaches it. */
  readonly host: string
  readonly port: number
}

/** Where a service is: a port of this machine, or a Unix socket. */
export type Target = number | string

/** The network of one machine. */
export interface MachineNetwork {
  /** Runs a program on the machine, by the words before its own. */
  readonly command: readonly string[]
  /** The address at which the machine is reached. */
  readonly host: string
  /** Gives the machine a way to a service. `cuttable`: the one that `cut` ends. */
  connect(target: Target, cuttable?: boolean): Promise<Service>
  /** Nothing passes, in either direction, and neither side is told: connections stay open. */
  cut(isCut: boolean): void
  close(): void
}

/** Why this kernel gives no network namespaces. Undefined: it does. */
export function namespacesRefused(): string | undefined {
  const name = `probe-${process.pid}`
  const { status, stderr, error } = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' })
  if (status === 0) spawnSync('ip', ['netns', 'delete', name])
  return status === 0 ? undefined : (error?.message ?? stderr.trim())
}

let count = 0

/** A machine in a namespace of its own, on two cables: one to the database, which can be cut, and one to all else. */
export function namespaceNetwork(): MachineNetwork {
  const id = `${process.pid % 10_000}n${++count}`
  const space = `machine-${id}`
  ip('netns', 'add', space)
  ip('-n', space, 'link', 'set', 'lo', 'up')
  const cables = { other: addCable(space, `o${id}`, 2 * count), cuttable: addCable(space, `c${id}`, 2 * count + 1) }
  const relays: Relay[] = []
  return {
    // Not `ip netns exec`, which takes a copy of all mounts: the disk of another test could then not be unmounted.
    command: ['nsenter', `--net=/run/netns/${space}`],
    host: cables.other.there,
    async connect(target, cuttable = false) {
      const host = cuttable ? cables.cuttable.here : cables.other.here
      const relay = await startRelay(host, target)
      relays.push(relay)
      return { host, port: relay.port }
    },
    cut: (isCut) => ip('link', 'set', cables.cuttable.name, isCut ? 'down' : 'up'),
    close() {
      for (const relay of relays) relay.close()
      // Their ends within the namespace go with them.
      for (const { name } of Object.values(cables)) spawnSync('ip', ['link', 'delete', name])
      spawnSync('ip', ['netns', 'delete', space])
    },
  }
}

/** A machine that shares the network of this one. Relays stand for its cables. */
export function relayNetwork(): MachineNetwork {
  const relays: { readonly relay: Relay; readonly cuttable: boolean }[] = []
  return {
    command: [],
    host: '127.0.0.1',
    async connect(target, cuttable = false) {
      const relay = await startRelay('127.0.0.1', target)
      relays.push({ relay, cuttable })
      return { host: '127.0.0.1', port: relay.port }
    },
    cut(isCut) {
      for (const { relay, cuttable } of relays) if (cuttable) relay.hold(isCut)
    },
    close() {
      for (const { relay } of relays) relay.close()
    },
  }
}

/** Both ends with an address each, in a net of their own: 10.x.y.0/30. */
function addCable(space: string, name: string, number: number) {
  const net = `10.${128 + (process.pid % 100)}.${number % 256}`
  const [here, there] = [`${net}.1`, `${net}.2`]
  ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'end', 'netns', space)
  // Names of devices within the namespace: one for each cable.
  ip('-n', space, 'link', 'set', 'end', 'name', name)
  ip('address', 'add', `${here}/30`, 'dev', name)
  ip('link', 'set', name, 'up')
  ip('-n', space, 'address', 'add', `${there}/30`, 'dev', name)
  ip('-n', space, 'link', 'set', name, 'up')
  return { name, here, there }
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

type Relay = Awaited<ReturnType<typeof startRelay>>

/** Passes the bytes of connections to `host` on to the target. */
async function startRelay(host: string, target: Target) {
  let isHeld = false
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = typeof target === 'number' ? connect(target, '127.0.0.1') : connect(target)
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one)
      // Otherwise the second part of an answer waits for the receipt of the first, which its reader delays by 40 ms.
      one.setNoDelay()
      one.on('data', (data) => void other.write(data))
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
    if (isHeld) for (const one of [client, upstream]) one.pause()
  })
  await once(server.listen(0, host), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    hold(value: boolean) {
      isHeld = value
      for (const one of sockets) value ? one.pause() : one.resume()
    },
    close() {
      server.close()
      for (const one of sockets) one.destroy()
    },
  }
}
