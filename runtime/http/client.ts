/** Performs HTTP requests: a budget, a timeout, faults by class, a few tries. */
import pRetry from 'p-retry'
import { onAbort } from '../lib/abort.ts'
import { capitalize } from '../lib/format.ts'
import { readStart } from '../lib/read-body.ts'
import type { Clock, Fetch, Random } from '../ports/effects.ts'
import { Fault, toFault } from '../ports/fault.ts'
import type { Json, Lane } from '../ports/types.ts'
import { type ApiResponse, type ErrorContext, faultFromResponse } from './error-response.ts'
import type { RateLimiter } from './rate-limiter.ts'

export interface HttpParts {
  readonly fetch: Fetch
  readonly clock: Clock
  readonly random: Random
  /** Milliseconds for one try, its body included. */
  readonly timeout: number
  /** Tries in all. Default 4. */
  readonly attempts?: number
}

/** The other side: whose limits we keep and how its refusals read. */
export interface RemoteApi extends ErrorContext {
  readonly limiter: RateLimiter
  /** It answers in JSON whenever it takes a request: what is not is a proxy's, and no empty answer. */
  readonly json?: boolean
}

export interface RequestOptions {
  readonly lane: Lane
  /** Aborting it stops at once, with a transient fault. */
  readonly signal: AbortSignal
}

/** Called for every try, since a Request's body can be read only once. */
export type MakeRequest = () => Request | Promise<Request>

/**
 * Performs a request, again after a transient fault, and resolves with a 2xx answer.
 *
 * Throws a `Fault`: of `refusal` for any other answer, transient `<name>/timeout`, `<name>/network`,
 * `<name>/not-json`, `<name>/stopped` or `rate-limit/stopped` for none, or what `make` throws.
 */
export type HttpClient = (make: MakeRequest, going: RequestOptions) => Promise<ApiResponse>

const ATTEMPTS = 4
/** Pauses double from this, milliseconds: under two seconds in all for four tries. */
const FIRST_PAUSE = 250
/** The `Retry-After`s waited for in process, milliseconds, taken together. Longer waits belong in the store. */
const MAX_RETRY_AFTER_TOTAL_MS = 20_000
/** An error answer is read no further than this, bytes. */
const ERROR_BODY = 64 * 1024

export function createHttpClient(parts: HttpParts, peer: RemoteApi): HttpClient {
  const { clock, random, attempts = ATTEMPTS } = parts
  return (make, going) => {
    let asked = 0
    // p-retry takes no clock. With `minTimeout: 0` it starts no timer, and we do the waiting
    // where it asks whether to go on: full jitter, never before Retry-After.
    const shouldRetry = async ({ error, retriesConsumed }: { error: Error; retriesConsumed: number }) => {
      const { kind, details } = toFault(error)
      const { retryAfter = 0 } = details
      asked += retryAfter
      if (kind !== 'transient' || asked > MAX_RETRY_AFTER_TOTAL_MS) return false
      await clock.sleep(retryAfter + random() * FIRST_PAUSE * 2 ** retriesConsumed, going.signal)
      return !going.signal.aborted
    }
    return pRetry(() => attempt(parts, peer, make, going), { retries: attempts - 1, minTimeout: 0, shouldRetry })
  }
}

async function attempt(
  parts: HttpParts,
  peer: RemoteApi,
  make: MakeRequest,
  { lane, signal }: RequestOptions,
): Promise<ApiResponse> {
  const request = await make()
  await peer.limiter.acquire(lane, signal)
  const answer = await sendOnce(parts, peer, request, signal)
  if (answer.status >= 200 && answer.status < 300) {
    if (!peer.json || answer.body !== undefined) return answer
    throw new Fault(
      'transient',
      `${peer.name}/not-json`,
      `${capitalize(peer.name)} answered, but not in JSON; tried again`,
    )
  }

  const now = parts.clock.now()
  const fault = faultFromResponse(peer, answer, now)
  if (fault.details.retryAfter !== undefined) peer.limiter.pauseUntil(now + fault.details.retryAfter)
  throw fault
}

/** One request and its whole answer, whatever its status, before the timeout. */
async function sendOnce(
  parts: HttpParts,
  peer: RemoteApi,
  request: Request,
  signal: AbortSignal,
): Promise<ApiResponse> {
  const limit = deadline(parts, peer.name, signal)
  const work = async () => {
    const response = await parts.fetch(new Request(request, { signal: limit.signal }))
    peer.limiter.observeHeaders(response)
    const text = response.ok ? await response.text() : (await readStart(response.body, ERROR_BODY)).toString()
    return { status: response.status, headers: response.headers, body: parse(text) }
  }
  try {
    return await Promise.race([work(), limit.over])
  } catch (error) {
    if (error instanceof Fault) throw error
    const message = `${capitalize(peer.name)} could not be reached, or the connection broke; tried again`
    throw new Fault('transient', `${peer.name}/network`, message, { cause: error })
  } finally {
    limit.close()
  }
}

/**
 * A signal and a promise that end when time is up or the caller's signal aborts, until closed.
 *
 * By hand and not by `AbortSignal.any`: in Node 20 that keeps every derived signal alive as
 * long as the caller's, which here lives as long as the process.
 */
function deadline({ clock, timeout }: HttpParts, name: string, outer: AbortSignal) {
  const inner = new AbortController()
  const timer = new AbortController()
  let fail: (fault: Fault) => void = () => undefined
  const over = new Promise<never>((_, reject) => {
    fail = reject
  })
  over.catch(() => undefined)
  const end = (code: string, message: string) => {
    const fault = new Fault('transient', `${name}/${code}`, message)
    fail(fault)
    inner.abort(fault)
  }
  const stop = () => end('stopped', `stopped while ${capitalize(name)} was asked; it is tried again`)
  const ignore = onAbort(outer, stop)
  const close = () => {
    ignore()
    timer.abort()
  }
  if (outer.aborted) stop()
  void clock.sleep(timeout, timer.signal).then(() => {
    if (!timer.signal.aborted)
      end('timeout', `${capitalize(name)} did not answer within ${timeout / 1000} s; tried again`)
  })
  return { signal: inner.signal, over, close }
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
