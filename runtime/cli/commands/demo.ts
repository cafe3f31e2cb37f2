/** `demo`: the whole connector against the sandbox, with history first and live events after it. */
import type { Setup } from '../../auth/setup.ts'
import type { Connector } from '../../connector.ts'
import { columns } from '../../lib/format.ts'
import type { Tally } from '../../ports/ledger.ts'
import type { Sandbox } from '../app.ts'
import type { CommandContext, CommandDefinition, CommandInput } from '../command.ts'
import { EXIT_CODES } from '../errors.ts'
import { reportText } from '../output/report.ts'
import { parsePositive } from '../parse.ts'
import { httpApp } from '../server/http-app.ts'
import { listen } from '../server/listen.ts'
import { serve } from '../server/serve.ts'
import { type Opened, withConnector } from '../with-connector.ts'
import { follow } from './backfill.ts'
import { withoutSecrets } from './start.ts'

const LOOK_EVERY = 500

export const demo: CommandDefinition = {
  name: 'demo',
  summary: 'Watch it work: local stand-ins of both sides, history first, then live events.',
  options: [
    { flags: '--for <seconds>', description: 'end by itself after the import (default: when you press Ctrl-C)' },
  ],
  examples: [
    ['demo', 'no account needed, and nothing is kept'],
    ['demo --for 20', 'for a script'],
  ],
  async run(context, input) {
    const done = new AbortController()
    const stop = () => done.abort()
    context.io.signal.addEventListener('abort', stop, { once: true })
    if (context.io.signal.aborted) stop()
    const sandbox = await context.app.sandbox({ signal: done.signal })
    const given = canInstall(context, sandbox) ? sandbox.install : sandbox.env
    const options = { needs: [], env: { ...withoutSecrets(context, sandbox), ...given }, store: 'memory:' }
    try {
      return await withConnector(context, options, (opened) => play(context, input, opened, sandbox, done))
    } finally {
      context.io.signal.removeEventListener('abort', stop)
      stop()
      await sandbox.close()
    }
  },
}

async function play(
  context: CommandContext,
  input: CommandInput,
  opened: Opened,
  sandbox: Sandbox,
  done: AbortController,
): Promise<number> {
  const { io, logger } = context
  const seconds = input.value('for') === undefined ? undefined : parsePositive(input.value('for') ?? '', '--for')
  const { connector, store, spec, account } = opened
  const closing = new AbortController()
  const { fetch, drained: idle } = httpApp(context, { connector, account, closing, notReadyReasons: () => [] })
  const listener = await listen({ host: '127.0.0.1', port: 0, fetch, clock: io.clock })
  const ending = { notReadyReasons: [], closing, io: { clock: io.clock, signal: done.signal } }
  const serving = serve({ ...opened, ...ending, listener, logger })

  const places = { ...sandbox.addresses, connector: listener.url.href }
  context.print(
    ['', 'Everything below is local. Where to look:', '', ...columns(Object.entries(places), '  '), '', ''].join('\n'),
  )
  if (account && canInstall(context, sandbox)) await install(account.setup, sandbox, listener.url, context, done.signal)
  await history(connector, context, done.signal)
  if (!done.signal.aborted) {
    context.print(`\nLive events, as they arrive. ${seconds === undefined ? 'Press Ctrl-C to end.' : ''}\n`)
    sandbox.notify?.(new URL(spec.webhook.path, listener.url))
    if (seconds !== undefined) void io.clock.sleep(seconds * 1000, done.signal).then(() => done.abort())
    await tail(store, context, done.signal)
  }
  const well = await serving
  await idle()
  return well ? EXIT_CODES.ok : EXIT_CODES.failed
}

type Installing = Sandbox & Required<Pick<Sandbox, 'consent' | 'install'>>

/** Without a way to log in there the demo is given keys. */
function canInstall({ app }: CommandContext, sandbox: Sandbox): sandbox is Installing {
  return app.account !== undefined && sandbox.install !== undefined && sandbox.consent !== undefined
}

/** Set-up as a person goes through it at the console, with each log-in over HTTP as a browser does it. */
async function install(
  setup: Setup,
  sandbox: Installing,
  console: URL,
  { print }: CommandContext,
  signal: AbortSignal,
): Promise<void> {
  const { destination, source } = await setup.view()
  await setup.allow(Object.keys(destination.side.optionalPermissions))
  for (const { side } of [source, destination]) {
    const redirect = new URL(`set-up/${side.name}/callback`, console).href
    const going = { side: side.side, session: 'demo', redirect }
    const back = await sandbox.consent(await setup.authorize(going))
    const { name = '?', id } = await setup.comeBack(going, back.searchParams, signal)
    print(`Connected to ${side.label} by log-in: ${name} (${id})\n`)
  }
  await setup.finish()
  print(`Set up by the steps that a person takes at ${new URL('set-up', console).href}\n\n`)
}

async function history(connector: Connector, context: CommandContext, signal: AbortSignal): Promise<void> {
  context.print('History: identifiers only, backfill flag on every event, so no flow starts.\n')
  const last = await follow(connector.backfill({ signal }), context)
  if (last !== undefined) context.print(reportText(last, last.phase === 'done', context.paint))
}

/** One line for each kind of thing that became of live events since the last look. */
async function tail(store: Opened['store'], { io, print }: CommandContext, signal: AbortSignal): Promise<void> {
  const known = new Map<string, number>()
  while (!signal.aborted) {
    for (const tally of await store.tallies('live')) {
      const name = nameOf(tally)
      const more = tally.count - (known.get(name) ?? 0)
      known.set(name, tally.count)
      if (more > 0) print(`${new Date(io.clock.now()).toISOString().slice(11, 19)}  ${name}  ${tally.count} so far\n`)
    }
    await io.clock.sleep(LOOK_EVERY, signal)
  }
}

function nameOf({ metric, status, reason }: Tally): string {
  return `${(metric || 'a notification').padEnd(24)}  ${status}${reason === '' ? '' : `: ${reason}`}`.padEnd(54)
}
