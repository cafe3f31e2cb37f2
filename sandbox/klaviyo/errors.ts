/** What the local Klaviyo says when it refuses: JSON:API errors, each with its place. */
import type { Random } from '../../runtime/ports/effects.ts'
import type { JsonObject } from '../../runtime/ports/types.ts'
import { identifier } from './identifier.ts'

/** One fault found in a request. */
export interface Problem {
  readonly code: string
  readonly title: string
  readonly detail: string
  /** JSON pointer into the body. */
  readonly pointer?: string
  /** Query parameter or header to blame. */
  readonly parameter?: string
  readonly meta?: JsonObject
}

/** Thrown anywhere on the way of a request; rendered once, at the edge. */
export class Refusal extends Error {
  readonly status: number
  readonly problems: readonly Problem[]
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, problems: readonly Problem[], headers: Readonly<Record<string, string>> = {}) {
    super(problems[0]?.detail ?? `refused with ${status}`)
    this.status = status
    this.problems = problems
    this.headers = headers
  }
}

export function invalid(detail: string, place: { readonly pointer?: string; readonly parameter?: string }): Problem {
  return { code: 'invalid', title: 'Invalid input.', detail, ...place }
}

/** A refusal for one reason that lies in no place of the body. Klaviyo then points at `/data`. */
export function refuse(
  status: number,
  code: string,
  title: string,
  detail = title,
  headers?: Readonly<Record<string, string>>,
): Refusal {
  return new Refusal(status, [{ code, title, detail, pointer: '/data' }], headers)
}

export function serverError(): Refusal {
  return refuse(500, 'error', 'A server error occurred.')
}

export const MEDIA_TYPE = 'application/vnd.api+json'

/** The answer for a refusal. `status` in the body is a number, as recorded from the live API. */
export function renderRefusal({ status, problems, headers }: Refusal, random: Random): Response {
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
