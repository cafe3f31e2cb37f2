/** The HTTP app of a process: webhook, health checks, metrics and console. */
import { randomUUID } from 'node:crypto'
import { Alerting, type AlertingOptions } from '../../alerts/alerting.ts'
import { alertSettingsFromEnv, createChannels } from '../../alerts/settings.ts'
import type { Connections } from '../../auth/connections.ts'
import type { Connector } from '../../connector.ts'
import { type Console, createConsole } from '../../console/index.ts'
import type { Fetch } from '../../ports/effects.ts'
import type { EditableSpec } from '../../spec-editing/types.ts'
import type { StoreOwnership } from '../../tenants/store-ownership.ts'
import type { Env } from '../app.ts'
import type { CommandContext } from '../command.ts'
import { usageError } from '../errors.ts'
import { readProxySettings } from '../proxy/proxy-settings.ts'
import { createClientAddress } from './client-address.ts'
import { readExampleRecords } from './example-records.ts'
import { createRoutes } from './routes.ts'
import { createTrustedVisitor } from './trusted-header.ts'

export interface HttpAppOptions {
  readonly connector: Connector
  readonly connections?: Connections | undefined
  readonly ownership: Pick<StoreOwnership, 'otherOwner'>
  /** Address that the process listens on. */
  readonly host: string
  /** Aborted when the shutdown begins. */
  readonly closing: AbortController
  readonly notReadyReasons: () => readonly string[]
  /** Why an edited spec is not running. */
  readonly specProblem?: () => string | undefined
  /** The files of the spec, for the console. Absent: it only shows them. */
  readonly specFiles?: EditableSpec
  readonly fetch: Fetch
  /** Both sides run on this machine. */
  readonly isSandbox?: boolean
  /** Lines of output that could not be written. */
  readonly droppedLines?: () => number
}

export interface HttpApp extends Pick<Console, 'printSignInPath' | 'runImports' | 'drained' | 'health'> {
  readonly alerts: Alerting
  readonly fetch: ReturnType<typeof createRoutes>
}

export function createHttpApp(context: CommandContext, options: HttpAppOptions): HttpApp {
  const { app, io, env, logger } = context
  const { connector, connections, ownership, host, closing, notReadyReasons, droppedLines, specProblem } = options
  const otherOwner = () => ownership.otherOwner()
  const common = { app, connector, clock: io.clock, logger, specProblem, otherOwner }
  const alerts = createAlerting(env, {
    connector,
    sealed: connections?.vault,
    clock: io.clock,
    logger,
    fetch: options.fetch,
  })
  const pages = createConsole({
    ...common,
    metricUrl: app.metricUrl,
    vendorLinks: app.vendorLinks?.(env),
    signal: closing.signal,
    password: env.CONNECTOR_PASSWORD,
    visitor: createTrustedVisitor(env),
    exampleRecords: () => readExampleRecords(context, connector.spec),
    connections,
    publicUrl: publicUrl(env),
    localWebhooks: options.isSandbox,
    alerts,
    specFiles: options.specFiles,
  })
  const proxy = readProxySettings(env)?.description
  const readers = { token: env.CONNECTOR_METRICS_TOKEN, host }
  const clientAddress = createClientAddress(env.CONNECTOR_TRUSTED_PROXIES)
  const answer = createRoutes({
    ...common,
    console: pages,
    notReadyReasons,
    connections,
    signal: closing.signal,
    proxy,
    readers,
    droppedLines,
  })
  return {
    fetch: (request, peer = 'unknown') => answer(request, clientAddress(request, peer)),
    printSignInPath: pages.printSignInPath,
    alerts,
    health: pages.health,
    runImports: pages.runImports,
    drained: pages.drained,
  }
}

/** Throws a config `Fault` for settings that cannot work, before the port opens. */
function createAlerting(env: Env, parts: Omit<AlertingOptions, 'settings' | 'consoleUrl' | 'randomId'>): Alerting {
  const settings = alertSettingsFromEnv(env)
  // The mail server may have been entered in the console.
  createChannels({ ...settings, ...(settings.smtpUrl === undefined && { emails: [] }) }, parts)
  return new Alerting({ ...parts, settings, consoleUrl: publicUrl(env), randomId: randomUUID })
}

function publicUrl({ CONNECTOR_URL: url }: Env): string | undefined {
  if (url === undefined || /^https?:\/\/[^/]/.test(url)) return url && new URL(url).origin
  throw usageError('CONNECTOR_URL must be a URL such as https://connector.example.com')
}
