/** How the local Intercom refuses, and how it counts and limits calls. */
import type { Clock, Random } from '../../runtime/ports/effects.ts'

/** An answer other than 200, in Intercom's words. Thrown anywhere while answering. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly field: string | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, message: string, field?: string, headers = {}) {
    super(message)
    this.status = status
    this.code = code
    this.field = field
    this.headers = headers
  }
}

/** The body and status of a refusal: an `error.list`, as documented. */
export function refused({ status, code, message, field, headers }: Refusal, requestId: string): Response {
  const error = { code, message, ...(field === undefined ? {} : { field }) }
  return Response.json({ type: 'error.list', request_id: requestId, errors: [error] }, { status, headers })
}

/** Malformed JSON is refused in a shape of its own. */
export function malformed(): Response {
  return Response.json({ status: 400, error: 'Bad Request' }, { status: 400 })
}

/** Every other failure is the application's own; the rest come from the proxy before it, as bare HTML. */
export function failures(random: Random): () => Response {
  const html =
    '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<h1>502 Bad Gateway</h1>\r\n</body>\r\n</html>'
  return () =>
    random() < 0.5
      ? new Response(html, { status: 502, headers: { 'content-type': 'text/html' } })
      : refused(new Refusal(500, 'server_error', 'Internal server error'), uuid(random))
}

export interface Limit {
  /** Requests in each window. */
  readonly limit: number
  /** Length of the window, milliseconds. */
  readonly per: number
}

/** Counts requests in windows of fixed length, as Intercom spreads its budget over ten-second ones. */
export function rateLimit({ limit, per }: Limit, clock: Clock) {
  let window = -1
  let used = 0
  return {
    /** Takes one from the window. The headers go on every answer, refused or not. */
    take(): { readonly refusal: Refusal | undefined; readonly headers: Readonly<Record<string, string>> } {
      const current = Math.floor(clock.now() / per)
      if (current !== window) [window, used] = [current, 0]
      used++
      const headers = {
        'X-RateLimit-Limit': String(limit),
        'X-RateLimit-Remaining': String(Math.max(0, limit - used)),
        'X-RateLimit-Reset': String(Math.ceil(((window + 1) * per) / 1000)),
      }
      const message = `Exceeded rate limit of ${limit} in ${per / 1000}_seconds`
      return { refusal: used > limit ? new Refusal(429, 'rate_limit_exceeded', message) : undefined, headers }
    },
  }
}

/** A version 4 UUID from the given chance, so that a seeded run repeats itself. */
export function uuid(random: Random): string {
  const hex = Array.from({ length: 30 }, () => Math.floor(random() * 16).toString(16)).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-a${hex.slice(15, 18)}-${hex.slice(18, 30)}`
}
