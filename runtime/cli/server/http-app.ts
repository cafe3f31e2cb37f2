/** All that a process answers over HTTP: the webhook, what machines ask, and the console. */
import type { Connections } from '../../auth/connections.ts'
import type { Connector } from '../../connector.ts'
import { type Console, console } from '../../console/index.ts'
import type { Env } from '../app.ts'
import type { CommandContext } from '../command.ts'
import { usageError } from '../errors.ts'
import { routes } from './routes.ts'

export interface AnswersParts {
  readonly connector: Connector
  readonly account?: Connections | undefined
  /** Aborted when the end begins. */
  readonly closing: AbortController
  readonly notReadyReasons: () => readonly string[]
}

export interface HttpApp extends Pick<Console, 'resume' | 'drained'> {
  readonly fetch: ReturnType<typeof routes>
}

export function httpApp({ app, io, env, logger }: CommandContext, parts: AnswersParts): HttpApp {
  const { connector, account, closing, notReadyReasons } = parts
  const given = { app, connector, clock: io.clock, logger }
  const pages = console({
    ...given,
    metricUrl: app.metricUrl,
    signal: closing.signal,
    password: env.CONNECTOR_PASSWORD,
    account,
    publicUrl: publicUrl(env),
  })
  const fetch = routes({ ...given, console: pages, notReadyReasons, account, signal: closing.signal })
  return { fetch, resume: pages.resume, drained: pages.drained }
}

function publicUrl({ CONNECTOR_URL: url }: Env): string | undefined {
  if (url === undefined || /^https?:\/\/[^/]/.test(url)) return url && new URL(url).origin
  throw usageError('CONNECTOR_URL must be an address such as https://connector.example.com')
}
