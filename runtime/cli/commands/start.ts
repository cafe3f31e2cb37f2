/** `start`: receiver and worker in one process, until it is asked to stop. */

import { isLoopback } from '../../console/server/request-origin.ts'
import { json } from '../../lib/format.ts'
import type { Env, Sandbox, Setting } from '../app.ts'
import type { CommandContext, CommandDefinition, CommandInput } from '../command.ts'
import { EXIT_CODES, usageError } from '../errors.ts'
import { parsePort } from '../parse.ts'
import { httpApp } from '../server/http-app.ts'
import { type Listener, listen } from '../server/listen.ts'
import { serve } from '../server/serve.ts'
import { BOTH_SIDES, DEFAULT_STORE_URL, type Opened, withConnector } from '../with-connector.ts'

const NEEDS: readonly Setting['needed'][] = [...BOTH_SIDES, 'webhook']
const TRY_IT = 'To try it without any: connector start --sandbox'

export const start: CommandDefinition = {
  name: 'start',
  summary: 'Receive webhooks and deliver them, until SIGTERM or Ctrl-C.',
  log: 'info',
  options: [
    { flags: '--port <number>', description: 'where to listen (PORT; default 3000; 0 for any free port)' },
    { flags: '--host <address>', description: 'on which address (HOST; default 127.0.0.1)' },
    { flags: '--store <url>', description: `sqlite:PATH or memory: (CONNECTOR_STORE; default ${DEFAULT_STORE_URL})` },
    { flags: '--sandbox', description: 'against local stand-ins of both sides; keeps nothing unless --store is given' },
    { flags: '--set-up', description: 'with --sandbox: without credentials, to go through set-up in a browser' },
  ],
  examples: [
    ['start', 'with credentials from the environment or .env, or set up in a browser at the address it prints'],
    ['start --sandbox', 'without any account'],
    ['start --host 0.0.0.0 --port 8080 --store sqlite:/data/connector.db', 'in a container'],
  ],
  async run(context, input) {
    const port = parsePort(input.value('port') ?? context.env.PORT ?? '3000', '--port')
    const host = input.value('host') ?? context.env.HOST ?? '127.0.0.1'
    if (!isLoopback(host) && context.env.CONNECTOR_PASSWORD === undefined) throw usageError(open(host))
    if (!input.flag('sandbox')) return run(context, input, { host, port })

    const stopped = new AbortController()
    const sandbox = await context.app.sandbox({ signal: stopped.signal })
    try {
      return await run(context, input, { host, port }, sandbox)
    } finally {
      // Last of all, so that what is in flight when we are asked to stop still finds its servers.
      stopped.abort()
      await sandbox.close()
    }
  },
}

const open = (host: string) =>
  `on ${host} others could open the web pages, so they need a password: set CONNECTOR_PASSWORD, or leave out --host and HOST to listen on this machine only`

interface Place {
  readonly host: string
  readonly port: number
}

async function run(context: CommandContext, input: CommandInput, place: Place, sandbox?: Sandbox): Promise<number> {
  // The sandbox's settings win: with --sandbox nothing may reach a real account, nor a real account's store.
  const store = input.value('store') ?? (sandbox ? 'memory:' : undefined)
  const options = {
    // What is missing can be connected in a browser, where the connector keeps log-ins.
    needs: context.app.account ? [] : NEEDS,
    hint: TRY_IT,
    env: { ...withoutSecrets(context, sandbox), ...(input.flag('set-up') ? sandbox?.install : sandbox?.env) },
    ...(store === undefined ? {} : { store }),
  }
  return withConnector(context, options, async (opened) => {
    const notReadyReasons: string[] = []
    const { io, logger } = context
    // Asked for before anybody hears that we are up: from here on SIGTERM drains, until here it simply ends us.
    const { signal } = io
    const closing = new AbortController()
    const {
      fetch,
      resume: goOn,
      drained: idle,
    } = httpApp(context, { ...opened, closing, notReadyReasons: () => notReadyReasons })
    const listener = await listen({ ...place, fetch, clock: io.clock })
    announce(context, opened, listener, sandbox)
    void goOn()
    const well = await serve({ ...opened, listener, notReadyReasons, closing, io: { clock: io.clock, signal }, logger })
    await idle()
    return well ? EXIT_CODES.ok : EXIT_CODES.failed
  })
}

/** With the sandbox no credential of a real account is there to be used by mistake. */
export function withoutSecrets({ app, env }: CommandContext, sandbox?: Sandbox): Env {
  if (sandbox === undefined) return env
  const own = new Set(app.settings.map((setting) => setting.env))
  return Object.fromEntries(Object.entries(env).filter(([name]) => !own.has(name)))
}

function announce(context: CommandContext, { spec, account }: Opened, { url }: Listener, sandbox?: Sandbox): void {
  const webhook = new URL(spec.webhook.path, url)
  sandbox?.notify?.(webhook)
  if (context.json) context.print(json({ url: url.href, webhook: webhook.href, sandbox: sandbox?.addresses }))
  context.logger.info('listening', { url: url.href, webhook: webhook.href, ...sandbox?.addresses })
  const shut = account?.gate.pausedReason()
  if (shut !== undefined) context.logger.warn(`delivery waits: ${shut}`, { setUp: new URL('set-up', url).href })
}
