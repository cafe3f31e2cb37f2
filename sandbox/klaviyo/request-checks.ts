/** What every request to the local Klaviyo must get past: key, revision, media type, size, the body's rules. */
import type { Json } from '../../runtime/ports/types.ts'
import { invalid, MEDIA_TYPE, Refusal, refuse } from './errors.ts'
import { faults, type Rule } from './rules.ts'
import { MB } from './values.ts'

/** The revisions that are still supported at the time of writing: one a quarter, for two years. */
const REVISIONS: readonly string[] = [
  '2024-10-15',
  '2025-01-15',
  '2025-04-15',
  '2025-07-15',
  '2025-10-15',
  '2026-01-15',
  '2026-04-15',
  '2026-07-15',
]

const MEDIA_TYPES: readonly string[] = [MEDIA_TYPE, 'application/json']
const MAX_BODY = 5 * MB
const SCHEME = 'Klaviyo-API-Key '

/**
 * 401 without the key. The same key with `:readonly` behind it stands for one whose scopes allow no writing:
 * 403 when the endpoint writes.
 */
export function requireKey(headers: Headers, { key, scopes }: Keys, scope: string): Refusal | undefined {
  const given = headers.get('authorization')
  if (given?.startsWith('Bearer ')) return requireScope(scopes(given.slice('Bearer '.length)), scope)
  if (!given?.startsWith(SCHEME)) {
    const detail = 'Missing or invalid authorization scheme. Please use Klaviyo-API-Key.'
    return refuse(401, 'not_authenticated', 'Authentication credentials were not provided.', detail)
  }
  const token = given.slice(SCHEME.length)
  if (token === key) return undefined
  if (token !== `${key}:readonly`) return refuse(401, 'authentication_failed', 'Incorrect authentication credentials.')
  return scope.endsWith(':write') ? lacking(scope) : undefined
}

export interface Keys {
  readonly key: string
  /** The scopes of a token given by OAuth, if it counts. */
  readonly scopes: (token: string) => readonly string[] | undefined
}

function requireScope(scopes: readonly string[] | undefined, scope: string): Refusal | undefined {
  if (scopes === undefined)
    return refuse(
      401,
      'authentication_failed',
      'Incorrect authentication credentials.',
      'The token is expired or unknown.',
    )
  return scopes.includes(scope) ? undefined : lacking(scope)
}

function lacking(scope: string): Refusal {
  const detail = `The API key is missing the required scope ${scope}.`
  return refuse(403, 'permission_denied', 'You do not have permission to perform this action.', detail)
}

/** The request's revision. Throws 400 if it has none, or one that never was. */
export function requireRevision(headers: Headers): string {
  const revision = headers.get('revision')
  if (revision !== null && REVISIONS.includes(revision.replace(/\.pre$/, ''))) return revision
  const detail = revision === null ? "The 'revision' header is required." : 'The revision is not a known one.'
  throw new Refusal(400, [invalid(detail, { parameter: 'revision' })])
}

/** The body, once it holds to the rules. Throws 415, 413, or 400 with every fault found. */
export async function requireBody(request: Request, rule: Rule, revision: string, now: number): Promise<Json> {
  const mediaType = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (!MEDIA_TYPES.includes(mediaType)) {
    throw refuse(415, 'unsupported_media_type', 'Unsupported media type.', `Use the content type ${MEDIA_TYPE}.`)
  }
  const body = parse(await read(request))
  const problems = faults(rule, body, { revision, now }).map(({ detail, at }) => invalid(detail, { pointer: at ?? '' }))
  if (problems.length > 0) throw new Refusal(400, problems)
  return body
}

async function read(request: Request): Promise<ArrayBuffer> {
  // The announced length first: a body that is refused anyway need not be held.
  const announced = Number(request.headers.get('content-length') ?? 0)
  const bytes = announced > MAX_BODY ? undefined : await request.arrayBuffer()
  if (!bytes || bytes.byteLength > MAX_BODY) {
    throw refuse(413, 'payload_too_large', 'Payload too large.', 'The payload must not exceed 5 MB.')
  }
  return bytes
}

function parse(bytes: ArrayBuffer): Json {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw refuse(400, 'parse_error', 'Malformed request.', 'The request body is not JSON.')
  }
}
