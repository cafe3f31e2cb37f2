/** How a command says that it cannot go on, and what the exit codes mean. */
import type { FaultInfo } from '../types.ts'

/** The exit codes every command keeps to. */
export const EXIT = { ok: 0, failed: 1, usage: 2, spec: 3 } as const

/** A reason to stop that a person can act on: printed without a stack, ends with `exit`. */
export class Stop extends Error {
  override readonly name = 'Stop'
  readonly exit: number

  constructor(exit: number, message: string) {
    super(message)
    this.exit = exit
  }
}

/** Wrong usage: the command line or the settings must change. */
export function usage(message: string): Stop {
  return new Stop(EXIT.usage, message)
}

const WHO_ACTS: Readonly<Record<FaultInfo['kind'], string>> = {
  config: 'you: mend the credentials, permissions or settings; what waits goes on by itself',
  data: 'you: mend the mapping or the record at its source, then replay it',
  transient: 'nobody: it is tried again by itself',
  bug: 'us: please report it with the code; replay it after an update',
}

/** Dead letters do not go on by themselves, whatever killed them. */
const WHO_ACTS_ON_DEAD: typeof WHO_ACTS = {
  ...WHO_ACTS,
  config: 'you: mend the mapping or the setting, then replay it',
  transient: 'you: it was tried for as long as the spec allows; replay it when the other side is well',
}

/** Who must act on a fault, and how. Shown wherever a fault is. */
export function whoActs({ kind }: Pick<FaultInfo, 'kind'>, dead: boolean): string {
  return (dead ? WHO_ACTS_ON_DEAD : WHO_ACTS)[kind]
}

/**
 * Anything thrown, in words for a person.
 *
 * Only errors known to carry no payload are quoted: ours, and the system's
 * (a file that is missing, a port that is taken).
 */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return `unexpected ${typeof error}`
  if (error.name === 'Stop' || error.name === 'Fault' || isSystemError(error)) return error.message
  return `unexpected ${error.name}. This is a bug: please report it (LOG_LEVEL=debug shows where it happened)`
}

function isSystemError(error: Error): error is NodeJS.ErrnoException {
  return 'syscall' in error && 'code' in error
}
