/** Error responses of the local Klaviyo: JSON:API errors, each with its pointer. */
import type { Random } from '../../runtime/ports/effects.ts'
import type { JsonObject } from '../../runtime/ports/types.ts'
import { identifier } from './identifier.ts'

/** One error of a response. */
export interface Problem {
  readonly code: string
  readonly title: string
  readonly detail: string
  /** JSON pointer into the body. */
  readonly pointer?: string
  /** The invalid query parameter or header. */
  readonly parameter?: string
  readonly meta?: JsonObject
}

/** Thrown while handling a request. */
export class ApiError extends Error {
  readonly status: number
  readonly problems: readonly Problem[]
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, problems: readonly Problem[], headers: Readonly<Record<string, string>> = {}) {
    super(problems[0]?.detail ?? `status ${status}`)
    this.status = status
    this.problems = problems
    this.headers = headers
  }
}

export function invalidInput(
  detail: string,
  place: { readonly pointer?: string; readonly parameter?: string },
): Problem {
  return { code: 'invalid', title: 'Invalid input.', detail, ...place }
}

export interface SingleError {
  readonly title: string
  /** Default: the title. */
  readonly detail?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An error without a place in the body. Klaviyo then points at `/data`. */
export function apiError(status: number, code: string, { title, detail = title, headers }: SingleError): ApiError {
  return new ApiError(status, [{ code, title, detail, pointer: '/data' }], headers)
}

export function serverError(): ApiError {
  return apiError(500, 'error', { title: 'A server error occurred.' })
}

export const MEDIA_TYPE = 'application/vnd.api+json'

/** `status` in the body is a number, as recorded from the live API. */
export function toErrorResponse({ status, problems, headers }: ApiError, random: Random): Response {
  const errors = problems.map(({ code, title, detail, pointer, parameter, meta = {} }) => ({
    id: identifier(random, 'uuid'),
    status,
    code,
    title,
    detail,
    source: { ...(pointer !== undefined && { pointer }), ...(parameter !== undefined && { parameter }) },
    links: {},
    meta,
  }))
  return Response.json({ errors }, { status, headers: { ...headers, 'content-type': MEDIA_TYPE } })
}
