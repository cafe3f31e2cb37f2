/** All that a process answers over HTTP: the webhook, what machines ask, and the console. */
import { console } from '../console/index.ts'
import type { Connector } from '../flow/connector.ts'
import type { Context } from './command.ts'
import { routes } from './routes.ts'

export interface AnswersParts {
  readonly connector: Connector
  /** Aborted when the end begins. */
  readonly closing: AbortController
  readonly trouble: () => readonly string[]
}

export function answers({ app, io, env, logger }: Context, parts: AnswersParts): ReturnType<typeof routes> {
  const { connector, closing, trouble } = parts
  const given = { app, connector, clock: io.clock, logger }
  const pages = console({
    ...given,
    whereIs: app.whereIs,
    signal: closing.signal,
    password: env.CONNECTOR_PASSWORD,
  })
  return routes({ ...given, console: pages, trouble })
}
