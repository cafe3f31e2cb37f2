/** Runs a command line and resolves to its exit code. */
import { Command, CommanderError } from 'commander'
import { faultUrl } from '../fault-reference.ts'
import { alignColumns } from '../lib/format.ts'
import { Fault } from '../ports/fault.ts'
import type { CliApp } from './app.ts'
import type { CommandContext, CommandDefinition, CommandInput } from './command.ts'
import { commandWords, groupSummaries, loadCommands } from './commands/index.ts'
import { CliError, describeError, EXIT_CODES, isUnexpected } from './errors.ts'
import { createPainter, type ProcessIo, wantsColor } from './io.ts'
import { type Loaders, loaders } from './loaders.ts'
import { Footer } from './output/footer.ts'
import { createLogger, parseLogLevel } from './output/log.ts'
import { DEFAULT_PROGRAM, withProgramName } from './program-name.ts'
import { COMMON_SETTINGS, findDefaultSpec, readSettings } from './settings.ts'

/**
 * Runs one command and resolves to its exit code: 0 and 1 as the command defines them, 2 for wrong usage, 3 for an
 * invalid spec. Never throws and never exits the process.
 */
export async function runCli(
  app: CliApp,
  argv: readonly string[],
  processIo: ProcessIo,
  load = loaders,
): Promise<number> {
  const io = inOwnName(app, argv, processIo)
  let exit: number = EXIT_CODES.ok
  const definitions = await loadCommands(app, argv[0])
  const program = createProgram(app, definitions, io, async (definition, input) => {
    exit = await definition.run(await createContext({ app, io, load }, definition, input), input)
  })
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return exit
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage
    printError(error, app, io)
    return error instanceof CliError ? error.exit : EXIT_CODES.failed
  }
}

function printError(error: unknown, { bugsUrl, homepage }: CliApp, { stderr, env }: ProcessIo): void {
  const paint = createPainter(wantsColor(stderr, env))
  const report = isUnexpected(error)
    ? `. This is a bug; please report it at ${bugsUrl} (LOG_LEVEL=debug prints the stack)`
    : ''
  // Records are retried; a command that has ended is not.
  const message = describeError(error).replace(/; will retry$/, '; run the command again')
  stderr.write(`${paint('red', 'error:')} ${message}${report}\n`)
  if (error instanceof Fault) stderr.write(`See ${faultUrl(error.code, homepage)}\n`)
  if (env.LOG_LEVEL === 'debug' && error instanceof Error) stderr.write(`${error.stack}\n`)
}

/** Machine output stays as it is. */
function inOwnName({ program = DEFAULT_PROGRAM }: CliApp, argv: readonly string[], io: ProcessIo): ProcessIo {
  if (program === DEFAULT_PROGRAM) return io
  const named = (output: ProcessIo['stdout']) => withProgramName(output, program, commandWords)
  return { ...io, stderr: named(io.stderr), ...(!argv.includes('--json') && { stdout: named(io.stdout) }) }
}

type RunCommand = (definition: CommandDefinition, input: CommandInput) => Promise<void>

function createProgram(
  app: CliApp,
  definitions: readonly CommandDefinition[],
  io: ProcessIo,
  run: RunCommand,
): Command {
  const name = app.program ?? DEFAULT_PROGRAM
  const program = new Command(name)
    .description(app.summary)
    .version(`${app.name} ${app.version}`, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .exitOverride()
  configureHelp(program, io, name)
  const summaries = groupSummaries(app)
  const groups = new Map<string, Command>()
  for (const definition of definitions) {
    const [first = definition.name, second] = definition.name.split(' ')
    if (second === undefined) {
      addCommand(program, first, definition, run)
      continue
    }
    const group = groups.get(first) ?? program.command(first).description(summaries[first] ?? '')
    groups.set(first, group)
    addCommand(group, second, definition, run)
  }
  return program.addHelpText(
    'after',
    `\n${settingsHelp(app)}\n\nOptions and examples of a command: ${name} start --help`,
  )
}

function settingsHelp({ settings }: CliApp): string {
  const rows = [...settings, ...COMMON_SETTINGS].map(({ env, description }) => [env, description])
  return ['Settings, from the environment or .env:', ...alignColumns(rows, '  ')].join('\n')
}

function addCommand(parent: Command, name: string, definition: CommandDefinition, run: RunCommand): void {
  const command = parent
    .command(name)
    .aliases([...(definition.aliases ?? [])])
    .description(definition.summary)
  if (definition.operand) command.argument(definition.operand.flags, definition.operand.description)
  for (const { flags, description, repeatable } of definition.options) {
    if (repeatable) command.option(flags, description, (value, earlier: string[] = []) => [...earlier, value])
    else command.option(flags, description)
  }
  command.option('--json', 'machine-readable output on stdout')
  const examples = definition.examples.map(([line, purpose]) => `  $ ${DEFAULT_PROGRAM} ${line}\n      ${purpose}`)
  command.addHelpText('after', `\nExamples:\n${examples.join('\n')}`)
  command.action(() => run(definition, inputOf(command)))
}

function inputOf(command: Command): CommandInput {
  // Commander types option values as `any`; ours are text or true.
  const options: Readonly<Record<string, unknown>> = command.opts()
  const optionValue = (option: string) => options[option.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())]
  return {
    operands: command.args,
    flag: (option) => optionValue(option) === true,
    value: (option) => {
      const value = optionValue(option)
      return typeof value === 'string' ? value : undefined
    },
    values: (option) => {
      const values = optionValue(option)
      return Array.isArray(values) ? values : []
    },
  }
}

function configureHelp(program: Command, io: ProcessIo, name: string): void {
  program.configureOutput({
    writeOut: (text) => io.stdout.write(text),
    writeErr: (text) => io.stderr.write(text),
    getOutHelpWidth: () => io.stdout.columns,
    getErrHelpWidth: () => io.stderr.columns,
    getOutHasColors: () => wantsColor(io.stdout, io.env),
    getErrHasColors: () => wantsColor(io.stderr, io.env),
  })
  program.configureHelp({
    styleTitle: (title) => createPainter(true)('bold', title),
    // Without commander's `[options]`, which every command would show.
    subcommandTerm: (command) =>
      `${[command.name(), ...command.aliases()].join('|')} ${command.usage().replace('[options]', '').trim()}`.trim(),
  })
  program.showHelpAfterError(`(run ${name} --help for usage)`)
}

interface RunOptions {
  readonly app: CliApp
  readonly io: ProcessIo
  readonly load: Loaders
}

async function createContext(
  { app, io, load }: RunOptions,
  definition: CommandDefinition,
  input: CommandInput,
): Promise<CommandContext> {
  const env = await readSettings(io)
  const footer = new Footer(io.stderr)
  const color = wantsColor(io.stderr, io.env)
  const level = parseLogLevel(env, definition.logLevel ?? 'warn')
  return {
    app,
    io,
    env,
    defaultSpec: findDefaultSpec(app, io.cwd),
    footer,
    json: input.flag('json'),
    paint: createPainter(wantsColor(io.stdout, io.env)),
    colorNotes: color,
    load,
    print: (text) => void io.stdout.write(text),
    note: (text) => footer.print(`${text}\n`),
    logger: createLogger(footer, { level, pretty: io.stderr.isTTY, color, clock: io.clock }),
  }
}
