/** Identities of the processes that share a store, and the judgement of which of them have exited. */
import type { ProcessIdentity } from '../ports/effects.ts'

export interface ProcessFacts {
  readonly pid: number
  /** Distinguishes this process from an earlier one with the same pid: in a container the pid is always 1. */
  readonly start: string
  /** The pid namespace of one boot of one machine: pids mean something only within it. Absent: unknown. */
  readonly machine?: string | undefined
  /** Whether a process of this machine is running, by pid. */
  readonly isAlive: (pid: number) => boolean
}

/**
 * The identity of a process: `PID.START@MACHINE`. It judges only processes of its own machine. A process of another one
 * cannot be seen from here, not even if its pid is that of a process here: its leases and locks end by expiry.
 */
export function createProcessIdentity({ pid, start, machine, isAlive }: ProcessFacts): ProcessIdentity {
  return {
    id: machine === undefined ? `${pid}.${start}` : `${pid}.${start}@${machine}`,
    hasExited(id) {
      const other = parseId(id)
      if (machine === undefined || other.machine !== machine) return false
      return other.pid === String(pid) ? other.start !== start : !isAlive(Number(other.pid))
    },
  }
}

/** Whether both ids name processes of one machine, as far as they tell. */
export function isSameMachine(id: string, other: string): boolean {
  return parseId(id).machine === parseId(other).machine
}

/** What a person can look up: `12`, or `12 on web-1` if it runs on another machine than `self`. */
export function processName(id: string, self: string): string {
  const { pid, machine } = parseId(id)
  // The host name may contain dots and slashes; what follows the last slash tells machines of one name apart.
  const host = machine?.replace(/\/[^/]*$/, '') ?? ''
  return host === '' || isSameMachine(id, self) ? pid : `${pid} on ${host}`
}

function parseId(id: string) {
  const [, pid = id, start, machine] = /^([^.@]*)(?:\.([^@]*))?(?:@(.*))?$/.exec(id) ?? []
  return { pid, start, machine }
}
