/** A command as one row: what it is called, what it takes, how it is used, what it does. */
import type { Logger } from '../ports/effects.ts'
import type { App, Env } from './app.ts'
import type { Io, Paint } from './io.ts'
import type { Loaders } from './loaders.ts'
import type { Footer } from './output/footer.ts'
import type { LogLevel } from './output/log.ts'

export interface CommandRow {
  /** One word, or two for a command of a group: `dead-letters list`. */
  readonly name: string
  readonly summary: string
  /** In commander's notation: `<file>`, `[dir]`, `[id...]`. */
  readonly operand?: OptionRow
  readonly options: readonly OptionRow[]
  /** A command line without the program's name, and what it is for. */
  readonly examples: readonly (readonly [line: string, purpose: string])[]
  /** What is logged unless `LOG_LEVEL` says otherwise. Absent: `warn`, since most commands print their own result. */
  readonly log?: LogLevel
  /** Resolves to the exit code. Throws a `Stop` for what a person can mend. */
  run(context: Context, input: Input): Promise<number>
}

export interface OptionRow {
  /** In commander's notation: `--port <number>`. */
  readonly flags: string
  readonly what: string
}

/** What stands on the command line, before anything checked it. */
export interface Input {
  readonly operands: readonly string[]
  value(option: string): string | undefined
  flag(option: string): boolean
}

export interface Context {
  readonly app: App
  readonly io: Io
  readonly env: Env
  /** Machine output on stdout. */
  readonly json: boolean
  /** For stdout. */
  readonly paint: Paint
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
