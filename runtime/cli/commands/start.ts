/** `start`: receiver, worker and console in one process, until SIGTERM or Ctrl-C. */
import { fileURLToPath } from 'node:url'
import type { Connector } from '../../connector.ts'
import { isLoopback } from '../../http/loopback.ts'
import { formatJson } from '../../lib/format.ts'
import { addToSpecHistory } from '../../running-spec/spec-history.ts'
import { StoreOwnership } from '../../tenants/store-ownership.ts'
import type { CliApp, Env, Sandbox, Setting } from '../app.ts'
import type { CommandContext, CommandDefinition, CommandInput } from '../command.ts'
import { courseOption, readCourse } from '../courses.ts'
import { EXIT_CODES, usageError } from '../errors.ts'
import { acceptNewKeysOption, specFolder, strictOption } from '../load-spec.ts'
import { parsePort } from '../parse.ts'
import { readProxySettings } from '../proxy/proxy-settings.ts'
import { createEditableSpec } from '../reload/editable-spec.ts'
import { createReloadableConnector } from '../reload/reloadable-connector.ts'
import { SpecReloader } from '../reload/spec-reloader.ts'
import { createHttpApp, type HttpApp } from '../server/http-app.ts'
import { type Listener, listen } from '../server/listen.ts'
import { serve } from '../server/serve.ts'
import { createTrustedVisitor } from '../server/trusted-header.ts'
import { watchHealth } from '../server/watch-health.ts'
import { startSandbox } from '../start-sandbox.ts'
import { BOTH_SIDES, DEFAULT_STORE_URL, type OpenConnector, withConnector } from '../with-connector.ts'

const NEEDS: readonly Setting['needed'][] = [...BOTH_SIDES, 'webhook']
const SANDBOX_HINT = 'To try it without any: connector start --sandbox'

const sandboxOptions = (labels: CliApp['labels']): CommandDefinition['options'] => [
  {
    flags: '--sandbox',
    description: `use mock ${labels.source} and ${labels.destination} servers; stores nothing without --store`,
  },
  { ...courseOption, description: `with --sandbox: ${courseOption.description}` },
]

const SET_UP = {
  flags: '--set-up',
  description: 'with --sandbox: start without credentials, to try setup in a browser',
}

export const createStartCommand = ({ labels, startSandbox: hasSandbox }: CliApp): CommandDefinition => ({
  name: 'start',
  summary: 'Receive webhooks, deliver events and serve the console.',
  logLevel: 'info',
  options: [
    { flags: '--port <number>', description: 'port to listen on (PORT; default 3000; 0 for any free port)' },
    { flags: '--host <address>', description: 'address to listen on (HOST; default 127.0.0.1)' },
    {
      flags: '--store <url>',
      description: `sqlite:PATH or memory: (CONNECTOR_STORE; default ${DEFAULT_STORE_URL})`,
    },
    ...(hasSandbox ? sandboxOptions(labels) : []),
    {
      flags: '--confirm-deletions',
      description:
        'confirm once that profiles of deleted contacts are deleted, as people.onDelete in connector.yaml says',
    },
    strictOption,
    acceptNewKeysOption,
    { flags: '--watch', description: 'load the spec again when its files change, as SIGHUP does at any time' },
    ...(hasSandbox ? [SET_UP] : []),
  ],
  examples: [
    ['start', 'credentials from the environment or .env, or by setup in a browser at the printed URL'],
    ...(hasSandbox ? [['start --sandbox', 'try it without any account'] as const] : []),
    ['start --watch', 'edits of the mappings run without a restart; an edit with errors changes nothing'],
    ['start --host 0.0.0.0 --port 8080 --store sqlite:/data/connector.db', 'in a container'],
  ],
  async run(context, input) {
    const port = parsePort(input.value('port') ?? context.env.PORT ?? '3000', '--port')
    const host = input.value('host') ?? context.env.HOST ?? '127.0.0.1'
    const signsIn = createTrustedVisitor(context.env) !== undefined || context.env.CONNECTOR_PASSWORD !== undefined
    if (!isLoopback(host) && !signsIn) throw usageError(passwordNeeded(host))
    if (!input.flag('sandbox')) return run(context, input, { host, port })

    const stopped = new AbortController()
    const course = await readCourse(context.app, input)
    const onStep = (text: string) => context.logger.info(text, { course })
    const sandbox = await startSandbox(context.app, { signal: stopped.signal, course, onStep })
    try {
      return await run(context, input, { host, port }, sandbox)
    } finally {
      // Stops last, so that requests in flight during the drain still reach it.
      stopped.abort()
      await sandbox.close()
    }
  },
})

const passwordNeeded = (host: string) =>
  `${host} is open to other machines, so the console needs a password: set CONNECTOR_PASSWORD, or leave out --host and HOST to listen on this machine only`

/** The link of a console without a password. */
export const signInText = (link: string): string =>
  `Console: ${link}\n  The link signs in once. Then the next one is printed.\n`

interface Address {
  readonly host: string
  readonly port: number
}

async function run(context: CommandContext, input: CommandInput, address: Address, sandbox?: Sandbox): Promise<number> {
  // With --sandbox, its settings win and the default store stays untouched: no real account may be reached.
  const store = input.value('store') ?? (sandbox ? 'memory:' : undefined)
  const options = {
    // Missing credentials can be added in the browser, if the connector can store them.
    needs: context.app.openConnections ? [] : NEEDS,
    ...(context.app.startSandbox && { hint: SANDBOX_HINT }),
    strict: input.flag('strict'),
    acceptNewKeys: input.value('accept-new-keys'),
    env: { ...withoutCredentials(context, sandbox), ...(input.flag('set-up') ? sandbox?.oauthEnv : sandbox?.env) },
    ...(store === undefined ? {} : { store }),
  }
  return withConnector(context, options, async (opened) => {
    // Before the port opens: a spec that would count events again receives nothing either.
    await opened.connector.adoptSpec()
    await addToSpecHistory(opened.store, opened.spec, context.io.clock.now())
    await confirmDeletions(context, input, opened.connector)
    const notReadyReasons: string[] = []
    const { io, logger } = context
    const reloadable = createReloadableConnector(opened.connector)
    const { connector } = reloadable
    const reloader = new SpecReloader({ ...opened, context, reloadable, strict: options.strict })
    io.onHangUp(() => void reloader.reload())
    const droppedLines = io.detachOutput((lines) =>
      logger.warn('log: lines were dropped while they could not be written', { lines }),
    )
    // The first read installs the signal handlers. Before the port opens, SIGTERM may end the process; then it must drain.
    const { signal } = io
    const closing = new AbortController()
    const ownership = new StoreOwnership({ claim: opened.store.claim?.(), clock: io.clock, logger })
    const http = createHttpApp(context, {
      ...opened,
      connector,
      ownership,
      ...{ host: address.host, isSandbox: sandbox !== undefined },
      droppedLines,
      closing,
      notReadyReasons: () => notReadyReasons,
      specProblem: () => reloader.problem(),
      specFiles: createEditableSpec(context, { ...opened, reloader, strict: options.strict }),
    })
    // Before the port opens: an edit after the announcement is a change.
    if (input.flag('watch')) void reloader.watch(signal)
    const listener = await listen({ ...address, fetch: http.fetch, clock: io.clock })
    announce(context, { ...opened, http, listener, sandbox })
    const served = new AbortController()
    const watching = watchHealth({ ...http, ownership, clock: io.clock, logger }, served.signal)
    const serving = {
      ...opened,
      connector,
      ownership,
      runImports: http.runImports,
      listener,
      notReadyReasons,
      closing,
      io: { clock: io.clock, signal },
      logger,
    }
    const succeeded = await serve(serving)
    await http.drained()
    served.abort()
    await watching
    await reloadable.close()
    return succeeded ? EXIT_CODES.ok : EXIT_CODES.failed
  })
}

/** The settings. Removes the credentials when a sandbox runs, which must reach no real account. */
export function withoutCredentials({ app, env }: CommandContext, sandbox?: Sandbox): Env {
  if (sandbox === undefined) return env
  const removed = new Set(app.settings.map((setting) => setting.env))
  return Object.fromEntries(Object.entries(env).filter(([name]) => !removed.has(name)))
}

interface Started extends Pick<OpenConnector, 'spec' | 'connections'> {
  readonly http: HttpApp
  readonly listener: Listener
  readonly sandbox: Sandbox | undefined
}

function announce(context: CommandContext, started: Started): void {
  const { env, json, logger, print } = context
  const { spec, connections, http, sandbox } = started
  const { url } = started.listener
  const webhook = new URL(spec.webhook.path, url)
  sandbox?.sendWebhooks?.(webhook)
  let addresses: object | undefined = { url: url.href, webhook: webhook.href, sandbox: sandbox?.addresses }
  // To stdout and never to the log, which others may keep and read.
  http.printSignInPath((path) => {
    const signIn = new URL(path, url).href
    print(json ? formatJson({ ...addresses, signIn }) : signInText(signIn))
    addresses = undefined
  })
  if (json && addresses) print(formatJson(addresses))
  const folder = fileURLToPath(specFolder(context))
  logger.info('listening', { url: url.href, webhook: webhook.href, spec: folder, ...sandbox?.addresses })
  const proxy = readProxySettings(env)
  if (proxy) logger.info(`requests to other hosts go through ${proxy.description}`)
  const reason = connections?.gate.pausedReason()
  if (reason !== undefined) logger.warn(`delivery paused: ${reason}`, { setUp: new URL('set-up', url).href })
}

/** The second half of the consent: the spec alone deletes nothing. */
async function confirmDeletions({ logger }: CommandContext, input: CommandInput, { deletions }: Connector) {
  const confirms = input.flag('confirm-deletions')
  if (confirms && deletions === undefined)
    throw usageError(
      '--confirm-deletions: the spec keeps profiles; write onDelete: delete under people in connector.yaml',
    )
  if (deletions === undefined || (await deletions.isConfirmed())) return
  if (confirms) await deletions.confirm()
  else logger.warn(UNCONFIRMED)
}

const UNCONFIRMED =
  'people.onDelete says delete, and no one has confirmed it: deletions wait. Confirm on the overview of the console, or start once with --confirm-deletions'
