/** `demo`: runs the connector against the sandbox, first an import, then live events. */
import type { Setup } from '../../auth/setup/setup.ts'
import type { Connector } from '../../connector.ts'
import { alignColumns, plural } from '../../lib/format.ts'
import { RECONCILE_SCOPE, type Tally } from '../../ports/ledger.ts'
import { countChanged } from '../../reconcile/finds.ts'
import type { ReconcilePass } from '../../reconcile/types.ts'
import { StoreOwnership } from '../../tenants/store-ownership.ts'
import type { Sandbox } from '../app.ts'
import type { CommandContext, CommandDefinition, CommandInput } from '../command.ts'
import { courseOption, readCourse } from '../courses.ts'
import { EXIT_CODES } from '../errors.ts'
import { formatReport } from '../output/report.ts'
import { parsePositive } from '../parse.ts'
import { createHttpApp } from '../server/http-app.ts'
import { listen } from '../server/listen.ts'
import { serve } from '../server/serve.ts'
import { startSandbox } from '../start-sandbox.ts'
import { type OpenConnector, withConnector } from '../with-connector.ts'
import { showProgress } from './backfill.ts'
import { signInText, withoutCredentials } from './start.ts'

const POLL_MS = 500
/** A source often counts in whole seconds. */
const LOSE_AFTER_MS = 1_500

export const demoCommand: CommandDefinition = {
  name: 'demo',
  summary: 'Run the connector with mock servers: an import first, then live events.',
  options: [
    { flags: '--for <seconds>', description: 'end this long after the import (default: on Ctrl-C)' },
    courseOption,
  ],
  examples: [
    ['demo', 'needs no account, stores nothing'],
    ['demo --for 20', 'in a script'],
    ['demo --course lead-gives-address', 'what becomes of an event whose person is not known yet'],
  ],
  async run(context, input) {
    const stop = new AbortController()
    const abort = () => stop.abort()
    context.io.signal.addEventListener('abort', abort, { once: true })
    if (context.io.signal.aborted) abort()
    const course = await readCourse(context.app, input)
    const onStep = (text: string) => context.print(`${timeOfDay(context)}  ${text}\n`)
    const sandbox = await startSandbox(context.app, { signal: stop.signal, course, onStep })
    const credentials = canSetUp(context, sandbox) ? sandbox.oauthEnv : sandbox.env
    const env = { ...withoutCredentials(context, sandbox), ...credentials }
    try {
      return await withConnector(context, { needs: [], env, store: 'memory:' }, (opened) =>
        runDemo({ context, input, opened, sandbox, stop, course }),
      )
    } finally {
      context.io.signal.removeEventListener('abort', abort)
      abort()
      await sandbox.close()
    }
  },
}

interface Demo {
  readonly context: CommandContext
  readonly input: CommandInput
  readonly opened: OpenConnector
  readonly sandbox: Sandbox
  readonly stop: AbortController
  readonly course: string | undefined
}

async function runDemo({ context, opened, sandbox, stop, course, input }: Demo): Promise<number> {
  const { io, logger } = context
  const duration = input.value('for')
  const seconds = duration === undefined ? undefined : parsePositive(duration, '--for')
  const { connector, store, spec, connections, fetch } = opened
  const closing = new AbortController()
  const host = '127.0.0.1'
  const ownership = new StoreOwnership({ claim: undefined, clock: io.clock, logger })
  const app = { connector, connections, ownership, fetch, host, closing, isSandbox: true, notReadyReasons: () => [] }
  const http = createHttpApp(context, app)
  const listener = await listen({ host, port: 0, fetch: http.fetch, clock: io.clock })
  const ending = { notReadyReasons: [], closing, io: { clock: io.clock, signal: stop.signal } }
  const serving = serve({ ...opened, ...ending, ownership, runImports: http.runImports, listener, logger })

  const urls = { ...sandbox.addresses, connector: listener.url.href }
  context.print(
    ['', 'Everything runs on this machine:', '', ...alignColumns(Object.entries(urls), '  '), '', ''].join('\n'),
  )
  http.printSignInPath((path) => context.print(signInText(new URL(path, listener.url).href)))
  if (connections && canSetUp(context, sandbox)) {
    await setUp({ setup: connections.setup, sandbox, consoleUrl: listener.url, context, signal: stop.signal })
  }
  await importHistory(connector, context, stop.signal)
  if (!stop.signal.aborted) {
    context.print(`\nLive events:${seconds === undefined ? ' press Ctrl-C to end.' : ''}\n`)
    sandbox.sendWebhooks?.(new URL(spec.webhook.path, listener.url))
    if (seconds !== undefined) void io.clock.sleep(seconds * 1000, stop.signal).then(() => stop.abort())
    const losing =
      course === undefined ? findLostWebhook(connector, { context, sandbox, signal: stop.signal }) : undefined
    await printLiveEvents(store, context, stop.signal)
    await losing
  }
  const succeeded = await serving
  await http.drained()
  return succeeded ? EXIT_CODES.ok : EXIT_CODES.failed
}

type OauthSandbox = Sandbox & Required<Pick<Sandbox, 'acceptConsent' | 'oauthEnv'>>

/** Whether the demo can connect by OAuth; otherwise it uses the sandbox's keys. */
function canSetUp({ app }: CommandContext, sandbox: Sandbox): sandbox is OauthSandbox {
  return app.openConnections !== undefined && sandbox.oauthEnv !== undefined && sandbox.acceptConsent !== undefined
}

interface DemoSetup {
  readonly setup: Setup
  readonly sandbox: OauthSandbox
  readonly consoleUrl: URL
  readonly context: CommandContext
  readonly signal: AbortSignal
}

/** Takes the steps of the console's setup, with real OAuth redirects over HTTP. */
async function setUp({ setup, sandbox, consoleUrl, context, signal }: DemoSetup): Promise<void> {
  const { destination, source } = await setup.view()
  await setup.consent(Object.keys(destination.side.optionalPermissions))
  for (const { side } of [source, destination]) {
    const redirectUri = new URL(`set-up/${side.name}/callback`, consoleUrl).href
    const attempt = { side: side.side, session: 'demo', redirectUri }
    const callback = await sandbox.acceptConsent(await setup.authorizationUrl(attempt))
    const { name = '?', id } = await setup.handleCallback({ ...attempt, query: callback.searchParams }, signal)
    context.print(`Connected ${side.label} by OAuth: ${name} (${id})\n`)
  }
  await setup.finish()
  context.print(`Set up as in the browser: ${new URL('set-up', consoleUrl).href}\n\n`)
}

async function importHistory(connector: Connector, context: CommandContext, signal: AbortSignal): Promise<void> {
  context.print('Importing history. Events carry the backfill flag and profiles only identifiers, so no flow starts.\n')
  const last = await showProgress(connector.backfill({ signal }), context)
  if (last !== undefined) context.print(formatReport(last, context.paint))
}

interface Loss {
  readonly context: CommandContext
  readonly sandbox: Sandbox
  readonly signal: AbortSignal
}

/** Lets a webhook be lost, and looks for it at once, where `start` would do so within minutes. */
async function findLostWebhook(connector: Connector, { context, sandbox, signal }: Loss): Promise<void> {
  const { io, print, app } = context
  await io.clock.sleep(LOSE_AFTER_MS, signal)
  if (signal.aborted || sandbox.loseWebhook === undefined) return
  const lostAt = io.clock.now()
  print(`${timeOfDay(context)}  ${await sandbox.loseWebhook()}\n`)
  // The webhooks of the same moment arrive first.
  await io.clock.sleep(LOSE_AFTER_MS, signal)
  for (let pass: ReconcilePass | undefined; pass === undefined && !signal.aborted; ) {
    pass = await connector.reconcile({ since: lostAt - LOSE_AFTER_MS, until: lostAt, signal }).catch(() => undefined)
    if (pass === undefined) await io.clock.sleep(POLL_MS, signal)
    else
      print(
        `${timeOfDay(context)}  Read what has changed in ${app.labels.source}: ${plural(countChanged(pass), 'record')}\n`,
      )
  }
}

/** Prints a line for each outcome whose count has risen since the last poll. */
async function printLiveEvents(
  store: OpenConnector['store'],
  context: CommandContext,
  signal: AbortSignal,
): Promise<void> {
  const { io, print } = context
  const counts = new Map<string, number>()
  while (!signal.aborted) {
    for (const tally of [...(await store.tallies('live')), ...(await listFinds(store))]) {
      const name = outcomeText(tally)
      const added = tally.count - (counts.get(name) ?? 0)
      counts.set(name, tally.count)
      if (added > 0 && tally.status !== 'deferred') print(`${timeOfDay(context)}  ${name}  ${tally.count} so far\n`)
    }
    await io.clock.sleep(POLL_MS, signal)
  }
}

function timeOfDay({ io }: CommandContext): string {
  return new Date(io.clock.now()).toISOString().slice(11, 19)
}

/** What no webhook reported. */
async function listFinds(store: OpenConnector['store']): Promise<readonly Tally[]> {
  const finds = (await store.tallies(RECONCILE_SCOPE)).filter(({ status }) => status === 'delivered')
  return finds.map((tally) => ({ ...tally, reason: 'no webhook reported it' }))
}

function outcomeText({ metric, status, reason }: Tally): string {
  return `${(metric || 'a notification').padEnd(24)}  ${status}${reason === '' ? '' : `: ${reason}`}`.padEnd(60)
}
