/** `sandbox`: runs the mock servers without a connector. */
import { untilAborted } from '../../lib/abort.ts'
import { alignColumns, formatJson } from '../../lib/format.ts'
import type { CliApp, Sandbox } from '../app.ts'
import type { CommandDefinition, CommandInput } from '../command.ts'
import { formatCourses, listCourses } from '../courses.ts'
import { CliError, EXIT_CODES } from '../errors.ts'
import { parsePort } from '../parse.ts'
import { startSandbox } from '../start-sandbox.ts'

/** Has a port option for each server of the app's sandbox. */
export function createSandboxCommand(app: CliApp): CommandDefinition {
  const { labels, sandboxPorts = {} } = app
  return {
    name: 'sandbox',
    summary: `Run mock ${labels.source} and ${labels.destination} servers.`,
    options: [
      ...Object.entries(sandboxPorts).map(([name, port]) => ({
        flags: `--${name}-port <number>`,
        description: `default ${port}; 0 for any free port`,
      })),
      { flags: '--courses', description: 'list the courses of events that demo and start --sandbox can play' },
    ],
    examples: [
      ['sandbox', 'then, in another terminal with the settings it prints: connector backfill'],
      ['start --sandbox', 'connector and sandbox in one process, with live events'],
    ],
    async run(context, input) {
      const { io } = context
      if (input.flag('courses')) {
        const courses = await listCourses(app)
        context.print(context.json ? formatJson(courses) : formatCourses(courses))
        return EXIT_CODES.ok
      }
      const sandbox = await startSandbox(app, { ports: portsOf(app, input), signal: io.signal }).catch(explainPortInUse)
      try {
        const { addresses, env, oauthEnv } = sandbox
        if (context.json) context.print(formatJson({ addresses, env, install: oauthEnv }))
        else context.print(welcome(sandbox))
        await untilAborted(io.signal)
      } finally {
        await sandbox.close()
      }
      return EXIT_CODES.ok
    },
  }
}

function portsOf(app: CliApp, input: CommandInput): Record<string, number> {
  const ports = Object.entries(app.sandboxPorts ?? {}).map(([name, port]) => {
    const option = input.value(`${name}-port`)
    return [name, option === undefined ? port : parsePort(option, `--${name}-port`)] as const
  })
  return Object.fromEntries(ports)
}

function explainPortInUse(error: NodeJS.ErrnoException): never {
  if (error.code !== 'EADDRINUSE') throw error
  throw new CliError(EXIT_CODES.failed, 'a port is in use by another process; choose others with the --…-port options')
}

function welcome({ addresses, env, oauthEnv = {} }: Sandbox): string {
  const exports = (settings: Sandbox['env']) =>
    Object.entries(settings).map(([name, value]) => `  export ${name}=${value}`)
  return [
    'The sandbox is running. Press Ctrl-C to stop it.',
    '',
    ...alignColumns(Object.entries(addresses), '  '),
    '',
    'To connect to it:',
    '',
    ...exports(env),
    '',
    ...(Object.keys(oauthEnv).length > 0 ? ['Or, to try setup in a browser:', '', ...exports(oauthEnv), ''] : []),
  ].join('\n')
}
