/** From a command line to an exit code. */
import { Command, CommanderError } from 'commander'
import { columns } from '../lib/format.ts'
import type { CliApp } from './app.ts'
import type { CommandContext, CommandDefinition, CommandInput } from './command.ts'
import { commandTable, GROUPS } from './commands/index.ts'
import { CliError, EXIT_CODES, explain } from './errors.ts'
import { type ProcessIo, painter, wantsColor } from './io.ts'
import { type Loaders, loaders } from './loaders.ts'
import { Footer } from './output/footer.ts'
import { createLogger, parseLogLevel } from './output/log.ts'
import { COMMON_SETTINGS, readSettings } from './settings.ts'

/** What the bin is called, whatever it connects. */
const PROGRAM = 'connector'

/**
 * Runs one command and resolves to its exit code: 0 and 1 as each command says,
 * 2 for wrong usage, 3 for an invalid spec. Never throws and never ends the process.
 */
export async function runCli(app: CliApp, argv: readonly string[], io: ProcessIo, load = loaders): Promise<number> {
  let exit: number = EXIT_CODES.ok
  const rows = await commandTable(app, argv[0])
  const program = programOf(app, rows, io, async (row, input) => {
    exit = await row.run(await contextOf({ app, io, load }, row, input), input)
  })
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return exit
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage
    const paint = painter(wantsColor(io.stderr, io.env))
    io.stderr.write(`${paint('red', 'error:')} ${explain(error)}\n`)
    if (io.env.LOG_LEVEL === 'debug' && error instanceof Error) io.stderr.write(`${error.stack}\n`)
    return error instanceof CliError ? error.exit : EXIT_CODES.failed
  }
}

interface Host {
  readonly app: CliApp
  readonly io: ProcessIo
  readonly load: Loaders
}

type Run = (row: CommandDefinition, input: CommandInput) => Promise<void>

function programOf(app: CliApp, rows: readonly CommandDefinition[], io: ProcessIo, run: Run): Command {
  const program = new Command(PROGRAM).description(app.summary).version(`${app.name} ${app.version}`).exitOverride()
  configureHelp(program, io)
  const groups = new Map<string, Command>()
  for (const row of rows) {
    const [first = row.name, second] = row.name.split(' ')
    if (second === undefined) {
      addCommand(program, first, row, run)
      continue
    }
    const group = groups.get(first) ?? program.command(first).description(GROUPS[first] ?? '')
    groups.set(first, group)
    addCommand(group, second, row, run)
  }
  return program.addHelpText(
    'after',
    `\n${settingsHelp(app)}\n\nEach command shows its examples: ${PROGRAM} start --help`,
  )
}

function settingsHelp({ settings }: CliApp): string {
  const rows = [...settings, ...COMMON_SETTINGS].map(({ env, description }) => [env, description])
  return ['Settings, from the environment or .env:', ...columns(rows, '  ')].join('\n')
}

function addCommand(parent: Command, name: string, row: CommandDefinition, run: Run): void {
  const command = parent.command(name).description(row.summary)
  if (row.operand) command.argument(row.operand.flags, row.operand.description)
  for (const option of row.options) command.option(option.flags, option.description)
  command.option('--json', 'machine-readable output on stdout')
  const examples = row.examples.map(([line, purpose]) => `  $ ${PROGRAM} ${line}\n      ${purpose}`)
  command.addHelpText('after', `\nExamples:\n${examples.join('\n')}`)
  command.action(() => run(row, inputOf(command)))
}

function inputOf(command: Command): CommandInput {
  // Commander types option values as anything; ours are only ever text or a flag.
  const given: Readonly<Record<string, unknown>> = command.opts()
  const of = (option: string) => given[option.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())]
  return {
    operands: command.args,
    flag: (option) => of(option) === true,
    value: (option) => {
      const value = of(option)
      return typeof value === 'string' ? value : undefined
    },
  }
}

function configureHelp(program: Command, io: ProcessIo): void {
  program.configureOutput({
    writeOut: (text) => io.stdout.write(text),
    writeErr: (text) => io.stderr.write(text),
    getOutHelpWidth: () => io.stdout.columns,
    getErrHelpWidth: () => io.stderr.columns,
    getOutHasColors: () => wantsColor(io.stdout, io.env),
    getErrHasColors: () => wantsColor(io.stderr, io.env),
  })
  program.configureHelp({ styleTitle: (title) => painter(true)('bold', title) })
  program.showHelpAfterError(`(${PROGRAM} --help shows what there is)`)
}

async function contextOf(host: Host, row: CommandDefinition, input: CommandInput): Promise<CommandContext> {
  const { app, io, load } = host
  const env = await readSettings(io)
  const footer = new Footer(io.stderr)
  const color = wantsColor(io.stderr, io.env)
  const level = parseLogLevel(env, row.log ?? 'warn')
  return {
    app,
    io,
    env,
    footer,
    json: input.flag('json'),
    paint: painter(wantsColor(io.stdout, io.env)),
    colorNotes: color,
    load,
    print: (text) => void io.stdout.write(text),
    note: (text) => footer.print(`${text}\n`),
    logger: createLogger(footer, { level, pretty: io.stderr.isTTY, color, clock: io.clock }),
  }
}
