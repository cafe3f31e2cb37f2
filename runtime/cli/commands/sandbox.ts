/** `sandbox`: the local stand-ins of both sides, alone. */

import { columns, json } from '../../lib/format.ts'
import type { CliApp, Sandbox } from '../app.ts'
import type { CommandDefinition, CommandInput } from '../command.ts'
import { CliError, EXIT_CODES } from '../errors.ts'
import { parsePort } from '../parse.ts'
import { untilAborted } from '../until-aborted.ts'

/** Its options are the servers that this connector's sandbox has. */
export function sandbox(app: CliApp): CommandDefinition {
  const ports = Object.entries(app.sandboxPorts)
  return {
    name: 'sandbox',
    summary: 'Run mock servers of the source and the destination.',
    options: ports.map(([name, port]) => ({
      flags: `--${name}-port <number>`,
      description: `default ${port}; 0 for any`,
    })),
    examples: [
      ['sandbox', 'then, in another terminal with the settings it prints: connector backfill'],
      ['start --sandbox', 'connector and sandbox in one process, with live events'],
    ],
    async run(context, input) {
      const { io } = context
      const servers = await app.sandbox({ ports: portsOf(app, input), signal: io.signal }).catch(portTaken)
      try {
        const { addresses, env, install } = servers
        if (context.json) context.print(json({ addresses, env, install }))
        else context.print(welcome(servers))
        await untilAborted(io.signal)
      } finally {
        await servers.close()
      }
      return EXIT_CODES.ok
    },
  }
}

function portsOf(app: CliApp, input: CommandInput): Record<string, number> {
  const ports = Object.entries(app.sandboxPorts).map(([name, port]) => {
    const given = input.value(`${name}-port`)
    return [name, given === undefined ? port : parsePort(given, `--${name}-port`)] as const
  })
  return Object.fromEntries(ports)
}

function portTaken(error: NodeJS.ErrnoException): never {
  if (error.code !== 'EADDRINUSE') throw error
  throw new CliError(
    EXIT_CODES.failed,
    'one of its ports is taken by another process; the --…-port options choose others',
  )
}

function welcome({ addresses, env, install = {} }: Sandbox): string {
  const exported = (settings: Sandbox['env']) =>
    Object.entries(settings).map(([name, value]) => `  export ${name}=${value}`)
  return [
    'The sandbox is up. Press Ctrl-C to end it.',
    '',
    ...columns(Object.entries(addresses), '  '),
    '',
    'Settings that point a connector at it:',
    '',
    ...exported(env),
    '',
    ...(Object.keys(install).length > 0
      ? ['Or, to go through set-up in a browser:', '', ...exported(install), '']
      : []),
  ].join('\n')
}
