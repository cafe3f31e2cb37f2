/** From an answer that is no success to a fault: who must act, and when to come back. */

import { capitalize } from '../lib/format.ts'
import { Fault, type FaultKind } from '../ports/fault.ts'
import type { ErrorExplanation } from '../ports/source.ts'
import type { Json } from '../ports/types.ts'
import { parseRateLimitReset } from './rate-limiter.ts'

export interface ApiResponse {
  readonly status: number
  readonly headers: Headers
  /** Absent when the body is empty or no JSON. */
  readonly body: Json | undefined
}

/** The side that refuses. */
export interface ErrorContext {
  /** Begins the codes of its faults, and with a capital their messages. */
  readonly name: string
  readonly explain?: ExplainError
  /** Says when to come back on a 429 that has no `Retry-After`: Unix seconds, or seconds from now. */
  readonly resetHeader?: string
}

/** Turns an error answer into what a fault may say: no personal data. `body` is its JSON, if it is JSON. */
export type ExplainError = (status: number, body: Json | undefined, headers: Headers) => ErrorExplanation

/** A wrong `Retry-After` must not silence us for years, milliseconds. */
const LONGEST_WAIT = 86_400_000

/**
 * Codes: `<name>/unauthorized`, `/forbidden`, `/redirected` (config), `/not-found`, `/gone`, `/invalid` (data),
 * `/rate-limited`, `/unavailable`, `/timeout` (transient), unless `explain` knows better.
 */
export function faultFromResponse(refuser: ErrorContext, { status, headers, body }: ApiResponse, now: number): Fault {
  const said = classify(status)
  const { message, kind = said.kind, code = said.code, ...told } = refuser.explain?.(status, body, headers) ?? {}
  const retryAfter = kind === 'transient' ? wait(status, headers, refuser.resetHeader, now) : undefined
  const details = { status, ...told, ...(retryAfter !== undefined && { retryAfter }) }
  return new Fault(
    kind,
    `${refuser.name}/${code}`,
    `${capitalize(refuser.name)} answered ${status}: ${message ?? said.words}`,
    details,
  )
}

function classify(status: number): { kind: FaultKind; code: string; words: string } {
  if (status === 401) return { kind: 'config', code: 'unauthorized', words: 'it does not know these credentials' }
  if (status === 403) return { kind: 'config', code: 'forbidden', words: 'these credentials lack a permission' }
  if (status === 404) return { kind: 'data', code: 'not-found', words: 'it has no such thing' }
  if (status === 408) return { kind: 'transient', code: 'timeout', words: 'it waited too long for us; tried again' }
  if (status === 410) return { kind: 'data', code: 'gone', words: 'the thing is gone' }
  if (status === 429) return { kind: 'transient', code: 'rate-limited', words: 'too many requests; tried again later' }
  if (status >= 500) return { kind: 'transient', code: 'unavailable', words: 'it has trouble; tried again' }
  if (status >= 400) return { kind: 'data', code: 'invalid', words: 'it refuses the request' }
  return { kind: 'config', code: 'redirected', words: 'it points elsewhere; check its base URL' }
}

/** Milliseconds the answer asks us to wait: `Retry-After` in seconds or as a date, else the reset header of a 429. */
function wait(status: number, headers: Headers, resetHeader: string | undefined, now: number): number | undefined {
  const header = headers.get('retry-after')?.trim()
  const seconds = Number(header || Number.NaN)
  const date = Number.isFinite(seconds) ? now + seconds * 1000 : Date.parse(header ?? '')
  const reset =
    status === 429 && resetHeader !== undefined ? parseRateLimitReset(headers.get(resetHeader), now) : undefined
  const until = Number.isNaN(date) ? reset : date
  return until === undefined ? undefined : Math.min(LONGEST_WAIT, Math.max(0, until - now))
}
