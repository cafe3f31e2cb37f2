/** The web console of a connector, for any host that speaks web-standard requests: `createConsole(options).fetch(request)`. */
import type { Hono } from 'hono'
import { HealthMonitor } from '../health/health-monitor.ts'
import type { Health } from '../health/types.ts'
import { toFault } from '../ports/fault.ts'
import { normalizeBase } from './normalize-base.ts'
import { ImportRunner } from './pages/history/import-runner.ts'
import { createApp } from './server/app.ts'
import { LOGIN_PATH } from './server/login.ts'
import { toFrameSource } from './server/security-headers.ts'
import { type ConsoleEnv, createServices } from './server/services.ts'
import { CodeSignIn, passwordSignIn } from './server/session/sign-in.ts'
import type { ConsoleOptions, Visitor, VisitorAccess } from './types.ts'

export interface Console {
  /** Answers one request and never throws. `address` is the client's: failed attempts to sign in are counted by it. */
  readonly fetch: (request: Request, address?: string) => Promise<Response>
  /**
   * Without `password`: passes to `print` the path of the sign-in page with a code that works once, and the next one
   * whenever a code was used. Print it where only the operator reads. Until then the console stays closed.
   */
  readonly printSignInPath: (print: (path: string) => void) => void
  /** The state of the connector that the pages show. */
  readonly health: () => Promise<Health>
  /** Resumes an import that was running when the process ended. Call it once delivery runs. */
  readonly resume: () => Promise<void>
  /**
   * The same, and begins the imports that are asked for in consoles of other processes on the store (`otherOwner`), until
   * the signal aborts. Call it in the process that delivers.
   */
  readonly runImports: (signal: AbortSignal) => Promise<void>
  /** Resolves when no import runs any more, soon after `signal` aborted. Close the store only then. */
  readonly drained: () => Promise<void>
}

export type { FoundTenants, TenantQuery, TenantSearch, TenantState, TenantSummary } from '../ports/tenant-search.ts'
/** Files of a spec that people may edit in the console. */
export { openEditableFolder } from '../spec-editing/spec-folder.ts'
export type { EditableSpec, FileChange, WriteResult } from '../spec-editing/types.ts'
export { createTenantsConsole, type TenantsConsole, type TenantsConsoleOptions } from './tenants/tenants-console.ts'
export type { ConsoleOptions, Visitor, VisitorAccess }

/** The host keeps ownership of all that it passes in: the console closes nothing. */
export function createConsole(given: ConsoleOptions): Console {
  const options = { ...given, base: normalizeBase(given.base) }
  const { password, base } = options
  // Here rather than at the first request: a mistake of the host.
  for (const ancestor of options.frameAncestors ?? []) toFrameSource(ancestor)
  const imports = new ImportRunner({ ...options, gate: options.connector.gate })
  const { connector, clock, connections, specProblem, otherOwner, publicUrl, localWebhooks } = options
  const setup = connections && (() => connections.setup.view())
  const address = { publicUrl, localWebhooks }
  const health = new HealthMonitor({ connector, clock, imports, specProblem, otherOwner, setup, ...address })
  // An empty password is none: it would let everyone in.
  const signIn = password ? passwordSignIn(password) : new CodeSignIn()
  let app: Hono<ConsoleEnv> | undefined
  let opening: Promise<Hono<ConsoleEnv>> | undefined
  return {
    printSignInPath: (print) => {
      if (options.visitor === undefined && signIn instanceof CodeSignIn)
        signIn.printTo((code) => print(`${base}${LOGIN_PATH}#${code}`))
    },
    health: () => health.assess(),
    resume: () => imports.resume(),
    runImports: (signal) => imports.run(signal),
    drained: () => imports.drained(),
    fetch: async (request, address = 'unknown') => {
      // Not before the first request: reading the signing key may create its file.
      opening ??= createServices(options, { imports, signIn, health }).then(createApp)
      try {
        app ??= await opening
      } catch (error) {
        // The next request tries again.
        opening = undefined
        options.logger.warn(`console: cannot open: ${toFault(error).message}`, { code: toFault(error).code })
        return new Response('The console cannot read its store. Try again soon.\n', { status: 503 })
      }
      return app.fetch(request, { address })
    },
  }
}
