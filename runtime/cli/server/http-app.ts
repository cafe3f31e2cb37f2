/** The HTTP app of a process: webhook, health checks, metrics and console. */
import type { Connections } from '../../auth/connections.ts'
import type { Connector } from '../../connector.ts'
import { type Console, createConsole } from '../../console/index.ts'
import type { Env } from '../app.ts'
import type { CommandContext } from '../command.ts'
import { usageError } from '../errors.ts'
import { readProxySettings } from '../proxy/proxy-settings.ts'
import { createRoutes } from './routes.ts'

export interface HttpAppOptions {
  readonly connector: Connector
  readonly connections?: Connections | undefined
  /** Aborted when the shutdown begins. */
  readonly closing: AbortController
  readonly notReadyReasons: () => readonly string[]
}

export interface HttpApp extends Pick<Console, 'resume' | 'drained'> {
  readonly fetch: ReturnType<typeof createRoutes>
}

export function createHttpApp({ app, io, env, logger }: CommandContext, options: HttpAppOptions): HttpApp {
  const { connector, connections, closing, notReadyReasons } = options
  const common = { app, connector, clock: io.clock, logger }
  const pages = createConsole({
    ...common,
    metricUrl: app.metricUrl,
    signal: closing.signal,
    password: env.CONNECTOR_PASSWORD,
    connections,
    publicUrl: publicUrl(env),
  })
  const proxy = readProxySettings(env)?.description
  const routes = { ...common, console: pages, notReadyReasons, connections, signal: closing.signal, proxy }
  return { fetch: createRoutes(routes), resume: pages.resume, drained: pages.drained }
}

function publicUrl({ CONNECTOR_URL: url }: Env): string | undefined {
  if (url === undefined || /^https?:\/\/[^/]/.test(url)) return url && new URL(url).origin
  throw usageError('CONNECTOR_URL must be a URL such as https://connector.example.com')
}
