/** A command as one row: what it is called, what it takes, how it is used, what it does. */
import type { Logger } from '../ports/effects.ts'
import type { CliApp, Env } from './app.ts'
import type { Painter, ProcessIo } from './io.ts'
import type { Loaders } from './loaders.ts'
import type { Footer } from './output/footer.ts'
import type { LogLevel } from './output/log.ts'

export interface CommandDefinition {
  /** One word, or two for a command of a group: `dead-letters list`. */
  readonly name: string
  readonly summary: string
  /** In commander's notation: `<file>`, `[dir]`, `[id...]`. */
  readonly operand?: OptionDefinition
  readonly options: readonly OptionDefinition[]
  /** A command line without the program's name, and what it is for. */
  readonly examples: readonly (readonly [line: string, purpose: string])[]
  /** What is logged unless `LOG_LEVEL` says otherwise. Absent: `warn`, since most commands print their own result. */
  readonly log?: LogLevel
  /** Resolves to the exit code. Throws a `Stop` for what a person can mend. */
  run(context: CommandContext, input: CommandInput): Promise<number>
}

export interface OptionDefinition {
  /** In commander's notation: `--port <number>`. */
  readonly flags: string
  readonly description: string
}

/** What stands on the command line, before anything checked it. */
export interface CommandInput {
  readonly operands: readonly string[]
  value(option: string): string | undefined
  flag(option: string): boolean
}

export interface CommandContext {
  readonly app: CliApp
  readonly io: ProcessIo
  readonly env: Env
  /** Machine output on stdout. */
  readonly json: boolean
  /** For stdout. */
  readonly paint: Painter
  /** Whether stderr takes colour. */
  readonly colorNotes: boolean
  /** Writes to stdout. */
  print(text: string): void
  /** Writes a line to stderr: what a person should know, but no program reads. */
  note(text: string): void
  /** The lower end of stderr, for progress. */
  readonly footer: Footer
  readonly logger: Logger
  readonly load: Loaders
}
