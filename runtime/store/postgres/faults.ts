/** Turns errors of the driver and of the server into faults. A message never holds the URL: it may contain a password. */
import { Fault, type FaultKind } from '../../ports/fault.ts'

type FaultRow = readonly [kind: FaultKind, code: string, message: string]

const UNREACHABLE: FaultRow = [
  'transient',
  'store/unreachable',
  'the database cannot be reached, or ended the connection; nothing was acknowledged. Start it, or check host and port of the store URL; a running connector then resumes',
]
const TLS: FaultRow = [
  'config',
  'store/tls',
  'the connection to the database cannot be encrypted as the store URL says: check `sslmode` and `sslrootcert` in it, and the certificate of the server',
]
const INVALID_URL: FaultRow = [
  'config',
  'store/invalid-url',
  'the store URL cannot be used: write postgres://USER:PASSWORD@HOST:PORT/DATABASE',
]
const BUSY: FaultRow = [
  'transient',
  'store/busy',
  'another transaction was in the way; nothing was written. It is tried again',
]
const TIMEOUT: FaultRow = [
  'transient',
  'store/timeout',
  'the database took too long for a statement; nothing was acknowledged. Check its load, its disk and its locks; a running connector tries again',
]
const LOGIN: FaultRow = [
  'config',
  'store/login-refused',
  'the database refuses the login: check user and password of the store URL, and pg_hba.conf of the server',
]
const FULL: FaultRow = [
  'config',
  'store/full',
  'the disk of the database is full; nothing was written. Free some space; a running connector then resumes',
]

const POOL: FaultRow = [
  'transient',
  'store/pool-exhausted',
  'all connections of this process to the database were in use for too long; nothing was written. Find what blocks them, or raise `pool` in the store URL',
]

/** By SQLSTATE, or the class of one: https://www.postgresql.org/docs/current/errcodes-appendix.html. */
const BY_STATE: Readonly<Record<string, FaultRow>> = {
  '08': UNREACHABLE,
  '28': LOGIN,
  '40': BUSY,
  '25006': [
    'config',
    'store/read-only',
    'the database is read-only: it is a standby, or its disk is full. Point the store URL at the primary; a running connector then resumes',
  ],
  '25P03': TIMEOUT,
  '3D000': [
    'config',
    'store/no-database',
    'the database that the store URL names does not exist: create it (`createdb`), or check the name',
  ],
  '42501': [
    'config',
    'store/forbidden',
    'the database user may not do what the store needs: let it own its schema, or create one (`GRANT CREATE ON DATABASE`)',
  ],
  '53100': FULL,
  '53300': [
    'transient',
    'store/too-many-connections',
    'the database has no connection left; nothing was written. Raise `max_connections` of the server, or lower `pool` in the store URL; a running connector then resumes',
  ],
  '53': [
    'transient',
    'store/overloaded',
    'the database is out of memory or of another resource; nothing was written. Check the server; a running connector then resumes',
  ],
  '55P03': BUSY,
  '57014': TIMEOUT,
  '57': UNREACHABLE,
  '58': [
    'transient',
    'store/io',
    'the disk of the database failed to read or write; nothing was acknowledged. Check the disk; a running connector then resumes',
  ],
  XX001: ['config', 'store/corrupt', 'the database is damaged: restore it from a backup'],
  XX002: ['config', 'store/corrupt', 'an index of the database is damaged: run REINDEX'],
}

const NETWORK = /^(ECONN|ENOTFOUND|EAI_|EHOST|ENET|EPIPE|ETIMEDOUT|ENOENT$|EADDRNOTAVAIL)/
const CERTIFICATE = /^(ERR_TLS|ERR_SSL|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/

/** Of errors that carry no code, by the driver's text. */
const BY_TEXT: readonly (readonly [RegExp, FaultRow])[] = [
  [/timeout exceeded when trying to connect/, UNREACHABLE],
  [/Query read timeout/, TIMEOUT],
  [/does not support SSL/, TLS],
  [/password must be a string|SASL|SCRAM/, LOGIN],
  [
    /[Cc]onnection (terminated|ended)|not queryable|Client (was closed|has encountered)|pool after calling end/,
    UNREACHABLE,
  ],
]

const UNEXPECTED: FaultRow = ['bug', 'store/unexpected', 'the database rejected a statement']

/** The driver's message may quote a value, so it is only the cause. */
export function postgresFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  const [kind, code, message] = findRow(error)
  return new Fault(kind, code, `${message}${detailOf(error)}`, { cause: error })
}

/** All connections of the pool are in use: a wait that ended so would otherwise look like an unreachable server. */
export function poolFault(cause: unknown): Fault {
  const [kind, code, message] = POOL
  return new Fault(kind, code, message, { cause })
}

/** Whether the connection itself may be broken, and must not be used again. */
export function breaksConnection(error: unknown): boolean {
  const { code } = postgresFault(error)
  return code === UNREACHABLE[1] || code === TIMEOUT[1] || code === 'store/unexpected'
}

function findRow(error: unknown): FaultRow {
  const code = codeOf(error)
  if (code !== undefined) {
    const row = BY_STATE[code] ?? (/^[0-9A-Z]{5}$/.test(code) ? BY_STATE[code.slice(0, 2)] : undefined)
    if (row !== undefined) return row
    if (NETWORK.test(code)) return UNREACHABLE
    if (CERTIFICATE.test(code)) return TLS
    if (code === 'ERR_INVALID_URL') return INVALID_URL
  }
  const text = error instanceof Error ? error.message : ''
  return BY_TEXT.find(([pattern]) => pattern.test(text))?.[1] ?? UNEXPECTED
}

/** The code alone, which a search engine knows; an address may be secret. */
function detailOf(error: unknown): string {
  const code = codeOf(error)
  return code === undefined ? '' : ` (${code})`
}

function codeOf(error: unknown): string | undefined {
  // A host name with several addresses that all fail: one error for each.
  if (error instanceof AggregateError) return error.errors.map(codeOf).find((code) => code !== undefined)
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
