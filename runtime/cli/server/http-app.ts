/** All that a process answers over HTTP: the webhook, what machines ask, and the console. */
import type { Account } from '../../auth/connections.ts'
import type { Connector } from '../../connector.ts'
import { type Console, console } from '../../console/index.ts'
import type { Env } from '../app.ts'
import type { Context } from '../command.ts'
import { usage } from '../errors.ts'
import { routes } from './routes.ts'

export interface AnswersParts {
  readonly connector: Connector
  readonly account?: Account | undefined
  /** Aborted when the end begins. */
  readonly closing: AbortController
  readonly trouble: () => readonly string[]
}

export interface Answers extends Pick<Console, 'goOn' | 'idle'> {
  readonly fetch: ReturnType<typeof routes>
}

export function answers({ app, io, env, logger }: Context, parts: AnswersParts): Answers {
  const { connector, account, closing, trouble } = parts
  const given = { app, connector, clock: io.clock, logger }
  const pages = console({
    ...given,
    whereIs: app.whereIs,
    signal: closing.signal,
    password: env.CONNECTOR_PASSWORD,
    account,
    publicUrl: publicUrl(env),
  })
  const fetch = routes({ ...given, console: pages, trouble, account, signal: closing.signal })
  return { fetch, goOn: pages.goOn, idle: pages.idle }
}

function publicUrl({ CONNECTOR_URL: url }: Env): string | undefined {
  if (url === undefined || /^https?:\/\/[^/]/.test(url)) return url && new URL(url).origin
  throw usage('CONNECTOR_URL must be an address such as https://connector.example.com')
}
