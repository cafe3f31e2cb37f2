/** The definition of a command, and the context and input its `run` receives. */
import type { Logger } from '../ports/effects.ts'
import type { CliApp, Env } from './app.ts'
import type { Painter, ProcessIo } from './io.ts'
import type { Loaders } from './loaders.ts'
import type { Footer } from './output/footer.ts'
import type { LogLevel } from './output/log.ts'

export interface CommandDefinition {
  /** One word, or two for a subcommand: `dead-letters list`. */
  readonly name: string
  /** Other names of it. */
  readonly aliases?: readonly string[]
  readonly summary: string
  /** Flags in commander's notation: `<file>`, `[dir]`, `[id...]`. */
  readonly operand?: OptionDefinition
  readonly options: readonly OptionDefinition[]
  /** A command line without the program's name, and its purpose. */
  readonly examples: readonly (readonly [line: string, purpose: string])[]
  /** Default of `LOG_LEVEL`. Absent: `warn`, since most commands print their own result. */
  readonly logLevel?: LogLevel
  /** Resolves to the exit code. Throws a `CliError` for a mistake the user can correct. */
  run(context: CommandContext, input: CommandInput): Promise<number>
}

export interface OptionDefinition {
  /** In commander's notation: `--port <number>`. */
  readonly flags: string
  readonly description: string
  /** May be given several times: `CommandInput.values` has them all. */
  readonly repeatable?: true
}

/** Operands and options of the command line, not validated yet. */
export interface CommandInput {
  readonly operands: readonly string[]
  value(option: string): string | undefined
  /** Of a repeatable option. */
  values(option: string): readonly string[]
  flag(option: string): boolean
}

export interface CommandContext {
  readonly app: CliApp
  readonly io: ProcessIo
  readonly env: Env
  /** The spec of the working directory, else the shipped one: if neither `CONNECTOR_SPEC` nor the command line names one. */
  readonly defaultSpec: URL
  /** `--json`: machine-readable output on stdout. */
  readonly json: boolean
  /** Colours text for stdout. */
  readonly paint: Painter
  /** Whether stderr shows colour. */
  readonly colorNotes: boolean
  /** Writes to stdout. */
  print(text: string): void
  /** Writes a line to stderr, for people only. */
  note(text: string): void
  /** Redrawn lines at the bottom of stderr, for progress. */
  readonly footer: Footer
  readonly logger: Logger
  readonly load: Loaders
}
