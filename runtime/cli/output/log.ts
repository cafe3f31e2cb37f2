/** The log: JSON lines on stderr, or coloured lines on a terminal. */
import { createRequire } from 'node:module'
import type { Logger as Pino } from 'pino'
import type { Clock, LogFields, Logger } from '../../ports/effects.ts'
import type { Env } from '../app.ts'
import { usageError } from '../errors.ts'
import { unknownName } from '../parse.ts'
import type { Footer } from './footer.ts'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LogOptions {
  readonly level: LogLevel
  /** Coloured lines for people instead of JSON. */
  readonly pretty: boolean
  readonly color: boolean
  readonly clock: Clock
}

/** `LOG_LEVEL`, or `fallback` if it is not set. Throws a usage error for an unknown level. */
export function parseLogLevel(env: Env, fallback: LogLevel): LogLevel {
  const name = env.LOG_LEVEL?.toLowerCase() ?? fallback
  const level = LOG_LEVELS.find((candidate) => candidate === name)
  if (level !== undefined) return level
  throw usageError(unknownName('LOG_LEVEL', name, LOG_LEVELS))
}

/** Writes each line at once, so that the last lines before a crash are not lost in a buffer. */
export function createLogger(out: Pick<Footer, 'print'>, options: LogOptions): Logger {
  return new PinoLogger(out, options)
}

class PinoLogger implements Logger {
  readonly #out: Pick<Footer, 'print'>
  readonly #options: LogOptions
  #pino: Pino | undefined

  constructor(out: Pick<Footer, 'print'>, options: LogOptions) {
    this.#out = out
    this.#options = options
  }

  debug(message: string, fields?: LogFields): void {
    this.#logger().debug(fieldsOf(fields), message)
  }

  info(message: string, fields?: LogFields): void {
    this.#logger().info(fieldsOf(fields), message)
  }

  warn(message: string, fields?: LogFields): void {
    this.#logger().warn(fieldsOf(fields), message)
  }

  error(message: string, fields?: LogFields): void {
    this.#logger().error(fieldsOf(fields), message)
  }

  /** Loads pino with the first line, since most commands log none. */
  #logger(): Pino {
    this.#pino ??= openPino(this.#out, this.#options)
    return this.#pino
  }
}

const require = createRequire(import.meta.url)

/** For a command that runs for long: its first line may come when no descriptor is free, or the files are away. */
export function loadLogLibrary(): void {
  require('pino')
}

function openPino(out: Pick<Footer, 'print'>, { level, pretty, color, clock }: LogOptions): Pino {
  const { pino } = require('pino') as typeof import('pino')
  const render = pretty ? prettyRenderer(color) : (line: string) => line
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":${clock.now()}`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => out.print(render(line)) },
  )
}

function prettyRenderer(color: boolean): (line: string) => string {
  const { prettyFactory } = require('pino-pretty') as typeof import('pino-pretty')
  return prettyFactory({ colorize: color, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname' })
}

/** Drops objects, which the type forbids: one passed by mistake would leak a payload. */
function fieldsOf(fields: LogFields = {}): LogFields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => typeof value !== 'object'))
}
