/** Starts the sandbox of an app that has one. */
import type { CliApp, Sandbox, SandboxOptions } from './app.ts'
import { usageError } from './errors.ts'

/** Throws a usage error for an app without a sandbox. */
export async function startSandbox({ startSandbox: start, labels }: CliApp, options: SandboxOptions): Promise<Sandbox> {
  if (start === undefined) throw usageError(`there are no mock servers of ${labels.source} and ${labels.destination}`)
  return start(options)
}
