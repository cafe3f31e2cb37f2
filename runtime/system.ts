/** The machine's own clock, fetch and chance, for hosts that bring none. */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock, Fetch, Logger, Random } from './ports/effects.ts'

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal && { signal }).catch(() => undefined),
}

export const systemFetch: Fetch = (request) => fetch(request)

export const systemRandom: Random = () => Math.random()

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }

let start: string | undefined

/** Made when first asked for: some platforms give no chance while modules load. */
const startOf = (): string => (start ??= randomUUID())

/** This process, as others that share its store know it. */
export const systemSelf = {
  get id() {
    return `${process.pid}.${startOf()}`
  },
  hasExited(id: string): boolean {
    const [pid, began] = id.split('.')
    // In a container the pid is always 1, so an earlier process may have had ours.
    return Number(pid) === process.pid ? began !== startOf() : !processAlive(Number(pid))
  },
}

/** Whether a process of this machine is running. Signal 0 asks without harm; EPERM means it lives and is someone else's. */
export function processAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
