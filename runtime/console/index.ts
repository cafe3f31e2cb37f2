/** The web console of a connector, for any host that speaks web-standard requests: `createConsole(options).fetch(request)`. */

import type { Hono } from 'hono'
import { ImportRunner } from './pages/import/import-runner.ts'
import { createApp } from './server/app.ts'
import { type ConsoleEnv, createServices } from './server/services.ts'
import type { ConsoleOptions } from './types.ts'

export interface Console {
  /** Answers one request and never throws. `address` is the client's: wrong passwords are counted by it. */
  readonly fetch: (request: Request, address?: string) => Promise<Response>
  /** Resumes an import that was running when the process ended. Call it once delivery runs. */
  readonly resume: () => Promise<void>
  /** Resolves when no import runs any more, soon after `signal` aborted. Close the store only then. */
  readonly drained: () => Promise<void>
}

export type { ConsoleOptions }

/** The host keeps ownership of all that it passes in: the console closes nothing. */
export function createConsole(options: ConsoleOptions): Console {
  const imports = new ImportRunner({ ...options, gate: options.connector.gate })
  let app: Promise<Hono<ConsoleEnv>> | undefined
  return {
    resume: () => imports.resume(),
    drained: () => imports.drained(),
    fetch: async (request, address = 'unknown') => {
      // Not before the first request: reading the signing key may create its file.
      app ??= createServices(options, imports).then(createApp)
      return (await app).fetch(request, { address })
    },
  }
}
