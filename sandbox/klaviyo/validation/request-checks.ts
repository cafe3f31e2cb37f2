/** Checks of every request to the local Klaviyo: key, scope, revision, media type, size and body. */
import type { Json } from '../../../runtime/ports/types.ts'
import { ApiError, apiError, invalidInput, MEDIA_TYPE } from '../errors.ts'
import { type FieldRule, findViolations } from './rules.ts'
import { MB } from './values.ts'

const NEWEST = '2026-07-15'

/** Known revisions, oldest first: one a quarter. Each is retired two years after its date. */
const REVISIONS: readonly string[] = [
  '2024-10-15',
  '2025-01-15',
  '2025-04-15',
  '2025-07-15',
  '2025-10-15',
  '2026-01-15',
  '2026-04-15',
  NEWEST,
]

const MEDIA_TYPES: readonly string[] = [MEDIA_TYPE, 'application/json']
const MAX_BODY = 5 * MB
const SCHEME = 'Klaviyo-API-Key '
const INCORRECT = 'Incorrect authentication credentials.'

/**
 * Returns 401 for a wrong or missing key or token, 403 for a missing scope, undefined if the request may go on. The key
 * with the suffix `:readonly` acts as a key with read scopes only, with `:writeonly` as one with write scopes only.
 */
export function requireKey(headers: Headers, { key, scopes }: ApiKeys, scope: string): ApiError | undefined {
  const authorization = headers.get('authorization')
  if (authorization?.startsWith('Bearer ')) return requireScope(scopes(authorization.slice('Bearer '.length)), scope)
  if (!authorization?.startsWith(SCHEME)) {
    const detail = 'Missing or invalid authorization scheme. Please use Klaviyo-API-Key.'
    return apiError(401, 'not_authenticated', { title: 'Authentication credentials were not provided.', detail })
  }
  const token = authorization.slice(SCHEME.length)
  if (token === key) return undefined
  const only = [':read', ':write'].find((end) => token === `${key}${end}only`)
  if (only === undefined) return apiError(401, 'authentication_failed', { title: INCORRECT })
  return scope.endsWith(only) ? undefined : missingScope(scope)
}

export interface ApiKeys {
  readonly key: string
  /** The scopes of an OAuth access token, if it is valid. */
  readonly scopes: (token: string) => readonly string[] | undefined
}

function requireScope(scopes: readonly string[] | undefined, scope: string): ApiError | undefined {
  if (scopes === undefined)
    return apiError(401, 'authentication_failed', { title: INCORRECT, detail: 'The token is expired or unknown.' })
  return scopes.includes(scope) ? undefined : missingScope(scope)
}

function missingScope(scope: string): ApiError {
  const detail = `The API key is missing the required scope ${scope}.`
  return apiError(403, 'permission_denied', { title: 'You do not have permission to perform this action.', detail })
}

/**
 * The revision that the request runs under. Throws 400 for a missing or unknown one. A retired one falls forward to the
 * oldest supported revision, unless the request opts out: 410. The newest one
 * known here never counts as retired.
 */
export function requireRevision(headers: Headers, now: number): string {
  const revision = headers.get('revision')
  if (revision !== null && REVISIONS.includes(revision.replace(/\.pre$/, ''))) {
    const supported = REVISIONS.find((known) => !isRetired(known, now)) ?? NEWEST
    if (revision >= supported) return revision
    if (headers.get('x-klaviyo-revision-fall-forward-opt-out') !== '1') return supported
    throw apiError(410, 'gone', { title: 'Gone.', detail: `The revision ${revision} is retired.` })
  }
  const detail = revision === null ? "The 'revision' header is required." : 'The revision is unknown.'
  throw new ApiError(400, [invalidInput(detail, { parameter: 'revision' })])
}

function isRetired(revision: string, now: number): boolean {
  const date = new Date(`${revision.slice(0, 10)}T00:00:00Z`)
  return now >= date.setUTCFullYear(date.getUTCFullYear() + 2)
}

/** The valid body. Throws 415, 413, or 400 with every violation. */
export async function requireBody(request: Request, rule: FieldRule, revision: string, now: number): Promise<Json> {
  const mediaType = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (!MEDIA_TYPES.includes(mediaType)) {
    throw apiError(415, 'unsupported_media_type', {
      title: 'Unsupported media type.',
      detail: `Use the content type ${MEDIA_TYPE}.`,
    })
  }
  const body = parse(await read(request))
  const problems = findViolations(rule, body, { revision, now }).map(({ detail, at }) =>
    invalidInput(detail, { pointer: at ?? '' }),
  )
  if (problems.length > 0) throw new ApiError(400, problems)
  return body
}

async function read(request: Request): Promise<ArrayBuffer> {
  // The announced length first: an oversized body need not be buffered.
  const announced = Number(request.headers.get('content-length') ?? 0)
  const bytes = announced > MAX_BODY ? undefined : await request.arrayBuffer()
  if (!bytes || bytes.byteLength > MAX_BODY) {
    throw apiError(413, 'payload_too_large', {
      title: 'Payload too large.',
      detail: 'The payload must not exceed 5 MB.',
    })
  }
  return bytes
}

function parse(bytes: ArrayBuffer): Json {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw apiError(400, 'parse_error', { title: 'Malformed request.', detail: 'The request body is not JSON.' })
  }
}
