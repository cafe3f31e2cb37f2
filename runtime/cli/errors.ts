/** How a command says that it cannot go on, and what the exit codes mean. */
/** The exit codes every command keeps to. */
export const EXIT_CODES = { ok: 0, failed: 1, usage: 2, spec: 3 } as const

/** A reason to stop that a person can act on: printed without a stack, ends with `exit`. */
export class CliError extends Error {
  override readonly name = 'Stop'
  readonly exit: number

  constructor(exit: number, message: string) {
    super(message)
    this.exit = exit
  }
}

/** Wrong usage: the command line or the settings must change. */
export function usageError(message: string): CliError {
  return new CliError(EXIT_CODES.usage, message)
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
