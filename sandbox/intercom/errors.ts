/** Errors and rate limits of the local Intercom. */
import type { Clock, Random } from '../../runtime/ports/effects.ts'

interface ErrorContext {
  readonly field?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** An error response in Intercom's words. Thrown while handling a request. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly field: string | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, message: string, { field, headers = {} }: ErrorContext = {}) {
    super(message)
    this.status = status
    this.code = code
    this.field = field
    this.headers = headers
  }
}

/** An `error.list`, as documented. */
export function toErrorResponse({ status, code, message, field, headers }: ApiError, requestId: string): Response {
  const error = { code, message, ...(field === undefined ? {} : { field }) }
  return Response.json({ type: 'error.list', request_id: requestId, errors: [error] }, { status, headers })
}

/** Malformed JSON has an error shape of its own. */
export function malformedJson(): Response {
  return Response.json({ status: 400, error: 'Bad Request' }, { status: 400 })
}

/** Half of the failures are the application's own; the others come from its proxy, as bare HTML. */
export function createFailures(random: Random): () => Response {
  const html =
    '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<h1>502 Bad Gateway</h1>\r\n</body>\r\n</html>'
  return () =>
    random() < 0.5
      ? new Response(html, { status: 502, headers: { 'content-type': 'text/html' } })
      : toErrorResponse(new ApiError(500, 'server_error', 'Internal server error'), randomUuid(random))
}

export interface RateLimit {
  /** Requests in each window. */
  readonly limit: number
  /** Length of the window, in milliseconds. */
  readonly per: number
}

/** Counts requests in windows of fixed length: Intercom divides its limit into ten-second windows. */
export function rateLimit({ limit, per }: RateLimit, clock: Clock) {
  let window = -1
  let used = 0
  return {
    /** Counts a request. The headers go on every response. */
    take(): { readonly error: ApiError | undefined; readonly headers: Readonly<Record<string, string>> } {
      const current = Math.floor(clock.now() / per)
      if (current !== window) [window, used] = [current, 0]
      used++
      const headers = {
        'X-RateLimit-Limit': String(limit),
        'X-RateLimit-Remaining': String(Math.max(0, limit - used)),
        'X-RateLimit-Reset': String(Math.ceil(((window + 1) * per) / 1000)),
      }
      const message = `Exceeded rate limit of ${limit} in ${per / 1000}_seconds`
      return { error: used > limit ? new ApiError(429, 'rate_limit_exceeded', message) : undefined, headers }
    },
  }
}

/** A version 4 UUID, repeatable in a seeded run. */
export function randomUuid(random: Random): string {
  const hex = Array.from({ length: 30 }, () => Math.floor(random() * 16).toString(16)).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-a${hex.slice(15, 18)}-${hex.slice(18, 30)}`
}
