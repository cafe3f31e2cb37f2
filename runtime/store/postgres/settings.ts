/** The settings of a store URL: `postgres://user@host/database?schema=connector&pool=10`. */
import { Fault } from '../../ports/fault.ts'

export interface PostgresSettings {
  /** For the driver: the URL without the settings that are ours. */
  readonly connectionString: string
  /** The schema of the tables, which is created if there is none. */
  readonly schema: string
  /** The most connections of this process, besides the one that listens. */
  readonly poolSize: number
  /** The longest that one statement may take, milliseconds. */
  readonly statementTimeout: number
}

/** Enough for appends, leases and settlements of many tenants at once: those that come together share transactions. */
const POOL_SIZE = 10
/** Longer than any statement of ours takes; shorter than an operator waits to learn that something blocks them. */
const STATEMENT_TIMEOUT = 20_000

/** Throws a `config` fault for a URL that is none, or a setting out of its range. */
export function parsePostgresUrl(url: string): PostgresSettings {
  // WHATWG URLs refuse the empty host of a socket, `postgres://user@/database?host=/run/postgresql`.
  const [base = '', query = ''] = splitAt(url, '?')
  if (!/^postgres(ql)?:\/\/.*\/./.test(base) && !/^postgres(ql)?:\/\/[^/]+$/.test(base)) throw invalid(FORM)
  const parameters = new URLSearchParams(query)
  const schema = parameters.get('schema') ?? 'connector'
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema) || schema.startsWith('pg_'))
    throw invalid('`schema` has to be a name of lower-case letters, digits and underscores')
  const poolSize = integer(parameters, 'pool', { otherwise: POOL_SIZE, least: 1, most: 1_000 })
  const timeout = { otherwise: STATEMENT_TIMEOUT, least: 1_000, most: 3_600_000 }
  const statementTimeout = integer(parameters, 'statement_timeout', timeout)
  for (const own of ['schema', 'pool', 'statement_timeout']) parameters.delete(own)
  const rest = parameters.toString()
  return { connectionString: rest === '' ? base : `${base}?${rest}`, schema, poolSize, statementTimeout }
}

const FORM = 'write postgres://USER:PASSWORD@HOST:PORT/DATABASE'

interface Range {
  readonly otherwise: number
  readonly least: number
  readonly most: number
}

function integer(parameters: URLSearchParams, name: string, { otherwise, least, most }: Range): number {
  const text = parameters.get(name)
  if (text === null) return otherwise
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most)) throw invalid(`\`${name}\` has to be a number from ${least} to ${most}`)
  return value
}

function splitAt(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

const invalid = (why: string) => new Fault('config', 'store/invalid-url', `the store URL cannot be used: ${why}`)
