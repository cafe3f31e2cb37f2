/** Classifies error responses as faults: who must act, and when to retry. */

import { capitalize } from '../lib/format.ts'
import { Fault, type FaultDetails, type FaultKind } from '../ports/fault.ts'
import type { ErrorExplanation } from '../ports/source.ts'
import type { Json } from '../ports/types.ts'
import { parseRateLimitReset, toLocalTime } from './rate-limiter.ts'

export interface ApiResponse {
  readonly status: number
  readonly headers: Headers
  /** Absent when the body is empty or not JSON. */
  readonly body: Json | undefined
  /** Bytes that were read, decompressed. */
  readonly bodySize?: number
  /** Milliseconds that its limits held the request before it was sent, over all tries. Absent: none. */
  readonly heldMs?: number
}

export interface ErrorContext {
  /** Prefix of fault codes, and the first word of their messages. */
  readonly name: string
  readonly explain?: ExplainError
  /** Replaces a missing `Retry-After` of a 429: Unix seconds, or seconds from now. */
  readonly resetHeader?: string
  /** The longest wait that `resetHeader` may cause, milliseconds. Default 30 s. */
  readonly maxResetDelay?: number
}

/** Explains an error response without personal data. */
export type ExplainError = (status: number, body: Json | undefined, headers: Headers) => ErrorExplanation

/** Whether a status refuses the request for what it is; 408 and 429 ask for it again. */
export const isRefusal = (status: number): boolean => status >= 400 && status < 500 && status !== 408 && status !== 429

/** Explains a refusal that is not in the API's own form: a page of a proxy in between says nothing about the record. */
export const FOREIGN_REFUSAL: ErrorExplanation = {
  kind: 'transient',
  code: 'not-json',
  message: 'a proxy refused the request in its place; will retry',
}

/** A wrong `Retry-After` must not stop requests for days. Milliseconds. */
const LONGEST_WAIT = 3_600_000
const MAX_RESET_DELAY = 30_000

/**
 * Codes: `<name>/unauthorized`, `/forbidden`, `/redirected` (config), `/not-found`, `/gone`, `/invalid` (data),
 * `/rate-limited`, `/unavailable`, `/timeout` (transient), unless `explain` knows better.
 */
export function faultFromResponse(api: ErrorContext, { status, headers, body }: ApiResponse, now: number): Fault {
  const byStatus = classify(status)
  const explanation = api.explain?.(status, body, headers) ?? {}
  const { message = byStatus.message, kind = byStatus.kind, code = byStatus.code, ...more } = explanation
  const delay = kind === 'transient' ? retryDelay(api, status, headers, now) : {}
  const details = { status, ...more, ...delay }
  return new Fault(kind, `${api.name}/${code}`, `${capitalize(api.name)} answered ${status}: ${message}`, details)
}

function classify(status: number): { kind: FaultKind; code: string; message: string } {
  if (status === 401) return { kind: 'config', code: 'unauthorized', message: 'it rejected the credentials' }
  if (status === 403) return { kind: 'config', code: 'forbidden', message: 'the credentials lack a permission' }
  if (status === 404) return { kind: 'data', code: 'not-found', message: 'it has no such resource' }
  if (status === 408) return { kind: 'transient', code: 'timeout', message: 'it timed out; will retry' }
  if (status === 410) return { kind: 'data', code: 'gone', message: 'the resource was deleted' }
  if (status === 429) return { kind: 'transient', code: 'rate-limited', message: 'too many requests; will retry' }
  if (status >= 500) return { kind: 'transient', code: 'unavailable', message: 'it is unavailable; will retry' }
  if (status >= 400) return { kind: 'data', code: 'invalid', message: 'it rejected the request' }
  return { kind: 'config', code: 'redirected', message: 'it answered with a redirect; check its base URL' }
}

type RetryDelay = Pick<FaultDetails, 'retryAfter' | 'requestedRetryAfter'>

/** `Retry-After` in seconds or as a date, else the reset header of a 429. */
function retryDelay(api: ErrorContext, status: number, headers: Headers, now: number): RetryDelay {
  const requested = parseRetryAfter(headers, now)
  if (requested !== undefined) return capDelay(requested - now, LONGEST_WAIT)
  if (status !== 429 || api.resetHeader === undefined) return {}
  const reset = parseRateLimitReset(headers.get(api.resetHeader), now, headers.get('date'))
  return reset === undefined ? {} : capDelay(reset - now, api.maxResetDelay ?? MAX_RESET_DELAY)
}

function capDelay(requested: number, longest: number): RetryDelay {
  if (requested > longest) return { retryAfter: longest, requestedRetryAfter: requested }
  return { retryAfter: Math.max(0, requested) }
}

/** Milliseconds since 1970 on our clock. */
function parseRetryAfter(headers: Headers, now: number): number | undefined {
  const header = headers.get('retry-after')?.trim()
  const seconds = Number(header || Number.NaN)
  if (Number.isFinite(seconds)) return parseRateLimitReset(header ?? null, now, headers.get('date'))
  const date = Date.parse(header ?? '')
  return Number.isNaN(date) ? undefined : toLocalTime(date, now, headers.get('date'))
}
