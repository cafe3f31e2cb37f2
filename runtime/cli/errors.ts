/** Exit codes of the commands, and the errors they print for the user. */

export const EXIT_CODES = { ok: 0, failed: 1, usage: 2, spec: 3, changes: 4 } as const

/** An error the user can fix: printed without a stack, ends the command with `exit`. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exit: number

  constructor(exit: number, message: string) {
    super(message)
    this.exit = exit
  }
}

/** A mistake in the command line or the settings. */
export function usageError(message: string): CliError {
  return new CliError(EXIT_CODES.usage, message)
}

/**
 * The message to print for a thrown value.
 *
 * Quotes only errors that carry no payload: ours, and system errors (a missing file, a port in use).
 */
export function describeError(error: unknown): string {
  if (isUnexpected(error)) return `unexpected ${error instanceof Error ? error.name : typeof error}`
  return (error as Error).message
}

/** Neither ours nor the system's: a bug. */
export function isUnexpected(error: unknown): boolean {
  return !(error instanceof Error && (['CliError', 'Fault'].includes(error.name) || isSystemError(error)))
}

function isSystemError(error: Error): error is NodeJS.ErrnoException {
  return 'syscall' in error && 'code' in error
}
