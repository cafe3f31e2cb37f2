/** The log: JSON lines on stderr, or coloured lines when a person looks. */
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
  /** Coloured lines for a person instead of JSON. */
  readonly pretty: boolean
  readonly color: boolean
  readonly clock: Clock
}

/** `LOG_LEVEL`, or `fallback` where it is not set. Throws a `Stop` (2) for a word it does not know. */
export function parseLogLevel(env: Env, fallback: LogLevel): LogLevel {
  const word = env.LOG_LEVEL?.toLowerCase() ?? fallback
  const level = LOG_LEVELS.find((it) => it === word)
  if (level !== undefined) return level
  throw usageError(unknownName('LOG_LEVEL', word, LOG_LEVELS))
}

const require = createRequire(import.meta.url)

/** Written line by line as it happens, so that the last words before a crash are not lost in a buffer. */
export function createLogger(out: Pick<Footer, 'print'>, options: LogOptions): Logger {
  let pino: Pino | undefined
  // Most commands end without a word to log, so what writes it is loaded with the first one.
  const log = (): Pino => (pino ??= open(out, options))
  return {
    debug: (message, fields) => log().debug(fieldsOf(fields), message),
    info: (message, fields) => log().info(fieldsOf(fields), message),
    warn: (message, fields) => log().warn(fieldsOf(fields), message),
    error: (message, fields) => log().error(fieldsOf(fields), message),
  }
}

function open(out: Pick<Footer, 'print'>, { level, pretty, color, clock }: LogOptions): Pino {
  const { pino } = require('pino') as typeof import('pino')
  const render = pretty ? prettily(color) : (line: string) => line
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

function prettily(color: boolean): (line: string) => string {
  const { prettyFactory } = require('pino-pretty') as typeof import('pino-pretty')
  return prettyFactory({ colorize: color, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname' })
}

/** Only what the port allows gets through, so that an object passed by mistake cannot carry a payload out. */
function fieldsOf(fields: LogFields = {}): LogFields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => typeof value !== 'object'))
}
