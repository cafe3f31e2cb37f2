/** Effects of the operating system, for hosts that bring none: clock, fetch, randomness, this process. */
import { randomUUID } from 'node:crypto'
import { onAbort } from './lib/abort.ts'
import { abortableDispatcher, nodeDispatcher } from './lib/abortable-dispatcher.ts'
import { nameMachine } from './lib/machine.ts'
import { createProcessIdentity } from './lib/process-identity.ts'
import type { Clock, Fetch, Logger, ProcessIdentity, Random } from './ports/effects.ts'

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const timer = setTimeout(end, ms)
      // Not Node's own promise of a timer: each abort would make an error with its stack, for each webhook.
      const stopListening = signal && onAbort(signal, end)
      function end(): void {
        clearTimeout(timer)
        stopListening?.()
        resolve()
      }
    }),
}

export const systemFetch: Fetch = (request) => {
  const dispatcher = nodeDispatcher()
  return dispatcher === undefined ? fetch(request) : fetchThrough(dispatcher, request)
}

/** Sends a request by a dispatcher of undici, Node's own addition to fetch. */
export function fetchThrough(dispatcher: object, request: Request): Promise<Response> {
  const init: object = { dispatcher: abortableDispatcher(dispatcher, request) }
  return fetch(request, init)
}

export const systemRandom: Random = () => Math.random()

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }

let identity: ProcessIdentity | undefined

/** This process. Judges only processes of this machine and, in a container, of this container. */
export const systemSelf: ProcessIdentity = {
  get id() {
    return identify().id
  },
  hasExited: (id) => identify().hasExited(id),
}

/** On first use: some platforms give no randomness while modules load. */
function identify(): ProcessIdentity {
  identity ??= createProcessIdentity({
    pid: process.pid,
    start: randomUUID(),
    machine: nameMachine(),
    isAlive: isProcessAlive,
  })
  return identity
}

/** Whether a process of this machine is running. Signal 0 only checks; EPERM means that another user runs it. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Ends the process after `ms` even if a handle still holds it, such as output that no reader takes. */
export function exitWithin(ms: number): void {
  setTimeout(() => process.exit(), ms).unref()
}
