/** An HTTP client for one remote API: rate limit, timeout, retries, classified faults. */
import { onAbort } from '../lib/abort.ts'
import { errorName } from '../lib/error-name.ts'
import { capitalize } from '../lib/format.ts'
import { parseJson } from '../lib/json.ts'
import type { Clock, Fetch, Random } from '../ports/effects.ts'
import { Fault, type FaultDetails, mayHaveTakenEffect, toFault } from '../ports/fault.ts'
import type { Lane } from '../ports/types.ts'
import { type ApiResponse, type ErrorContext, faultFromResponse, isRefusal } from './error-response.ts'
import { observeRequest, type RequestObserver } from './observe-requests.ts'
import { PausedTooLong } from './pauses.ts'
import type { RateLimiter } from './rate-limiter.ts'
import { readResponseBody } from './response-body.ts'

export interface HttpParts {
  readonly fetch: Fetch
  readonly clock: Clock
  readonly random: Random
  /** Milliseconds for one try, its body included. */
  readonly timeout: number
  /** Tries in all. Default 4. */
  readonly attempts?: number
}

export interface RemoteApi extends ErrorContext {
  readonly limiter: RateLimiter
  /** Every success response is JSON: a different one comes from a proxy, and is retried. */
  readonly json?: boolean
  /** Its limit is that of many endpoints: the pause of one that is unavailable does not hold the others, that of a 429 does. */
  readonly hasManyEndpoints?: boolean
}

export interface RequestOptions {
  readonly lane: Lane
  /** Aborting it ends the request at once, with a transient fault. */
  readonly signal: AbortSignal
  /** The caller can ask for less at once: it is not asked again for what took too long. */
  readonly isReducible?: boolean
  /** The path with placeholders in place of ids, for observers. */
  readonly template?: string
}

/**
 * Called for every try: the body of a Request can be read only once. `mayHaveArrived`: an earlier try got no answer, and
 * may have taken effect.
 */
export type MakeRequest = (mayHaveArrived: boolean) => Request | Promise<Request>

/**
 * Sends a request, again after a transient fault, and resolves with a 2xx response.
 *
 * Throws a `Fault`: that of `faultFromResponse` for any other response; transient `<name>/timeout`, `<name>/network`,
 * `<name>/not-json`, `<name>/too-large`, `<name>/paused`, `<name>/stopped` or `rate-limit/stopped` for none; or an error of `makeRequest`.
 */
export type HttpClient = (makeRequest: MakeRequest, options: RequestOptions) => Promise<ApiResponse>

const ATTEMPTS = 4
/** Pauses double from this, milliseconds: under two seconds in all for four tries. */
const FIRST_PAUSE = 250
/** The sum of all `Retry-After`s waited for in process, milliseconds. Longer waits belong in the store. */
const MAX_RETRY_AFTER_TOTAL_MS = 20_000
/** Bytes of an error response, decompressed: it may name every event of a bulk request. */
const MAX_ERROR_BODY = 4 * 1024 * 1024
/** Bytes of any other response, decompressed. The largest page of records seen has a tenth of it. */
const MAX_BODY = 64 * 1024 * 1024
/** Without deflate: Node unpacks that without waiting for a reader, so its size has no limit. */
const ACCEPTED_ENCODINGS = 'gzip, br'

export function createHttpClient(parts: HttpParts, api: RemoteApi): HttpClient {
  const { clock, random, attempts = ATTEMPTS } = parts
  return async (makeRequest, options) => {
    let waited = 0
    let unanswered = false
    const held = { ms: 0 }
    const observed = observeRequest({ side: api.name, lane: options.lane, template: options.template })
    /** Sleeps before the next try, with full jitter, never less than Retry-After. Returns whether there is one. */
    const mayRetry = async (fault: Fault, retries: number): Promise<boolean> => {
      if (retries >= attempts - 1) return false
      const { kind, code, details } = fault
      unanswered ||= mayHaveTakenEffect(fault)
      const { retryAfter = 0 } = details
      waited += retryAfter
      if (kind !== 'transient' || waited > MAX_RETRY_AFTER_TOTAL_MS) return false
      // The same request would get as much again.
      if (code === `${api.name}/too-large` || (options.isReducible && code === `${api.name}/timeout`)) return false
      const pause = retryAfter + random() * FIRST_PAUSE * 2 ** retries
      observed?.retry(code, pause)
      held.ms += retryAfter
      await clock.sleep(pause, options.signal)
      return !options.signal.aborted
    }
    for (let retries = 0; ; retries++) {
      try {
        return await sendOnce(parts, api, () => makeRequest(unanswered), { ...options, observed, held })
      } catch (error) {
        const fault = toFault(error)
        if (!(await mayRetry(fault, retries))) throw unanswered ? withLostAnswer(fault) : error
      }
    }
  }
}

/** A later try may be refused for a reason that says nothing of an earlier one, whose answer was lost. */
function withLostAnswer(fault: Fault): Fault {
  if (fault.kind === 'data' || mayHaveTakenEffect(fault)) return fault
  const { kind, code, message, details } = fault
  return new Fault(kind, code, message, { ...details, unanswered: true })
}

interface TryOptions extends RequestOptions {
  readonly observed: RequestObserver | undefined
  /** Over all tries. */
  readonly held: { ms: number }
}

async function sendOnce(
  parts: HttpParts,
  api: RemoteApi,
  makeRequest: () => ReturnType<MakeRequest>,
  { lane, signal, observed, held }: TryOptions,
): Promise<ApiResponse> {
  const request = await makeRequest()
  const since = parts.clock.now()
  const mayGo = () => acquire(parts, api, lane, signal)
  const send = () => exchange(parts, api, request, signal)
  await (observed === undefined ? mayGo() : observed.wait(mayGo))
  held.ms += parts.clock.now() - since
  const response = await (observed === undefined ? send() : observed.exchange(request, send))
  return held.ms > 0 ? { ...response, heldMs: held.ms } : response
}

async function exchange(parts: HttpParts, api: RemoteApi, request: Request, signal: AbortSignal): Promise<ApiResponse> {
  const response = await fetchWithin(parts, api, request, signal)
  const isSuccess = response.status >= 200 && response.status < 300
  if (isSuccess && response.isTooLarge) throw tooLarge(api.name, MAX_BODY)
  if (isSuccess) {
    if (!api.json || response.body !== undefined) return response
    const message = `${capitalize(api.name)} answered, but not in JSON; will retry`
    throw new Fault('transient', `${api.name}/not-json`, message)
  }
  const now = parts.clock.now()
  const fault = faultFromResponse(api, response, now)
  const { retryAfter, requestedRetryAfter } = fault.details
  const holdsOthers = response.status === 429 || api.hasManyEndpoints !== true
  if (retryAfter !== undefined && holdsOthers) api.limiter.pauseUntil(now + retryAfter, requestedRetryAfter)
  // Without its body a refusal cannot condemn a record. Other statuses speak for themselves.
  const isSilent = response.isTooLarge && (response.status < 400 || isRefusal(response.status))
  throw isSilent ? tooLarge(api.name, MAX_ERROR_BODY, { status: response.status }) : fault
}

async function acquire({ clock }: HttpParts, api: RemoteApi, lane: Lane, signal: AbortSignal): Promise<void> {
  try {
    await api.limiter.acquire(lane, signal)
  } catch (error) {
    if (!(error instanceof PausedTooLong)) throw error
    const message = `${capitalize(api.name)} asked for a pause; will retry after it`
    throw new Fault('transient', `${api.name}/paused`, message, {
      retryAfter: Math.max(0, error.until - clock.now()),
      unanswered: false,
    })
  }
}

type CompleteResponse = ApiResponse & {
  /** Its body is over the limit, and absent. */
  readonly isTooLarge: boolean
}

/** One request and its whole response, of whatever status, within the timeout. */
async function fetchWithin(
  parts: HttpParts,
  api: RemoteApi,
  request: Request,
  signal: AbortSignal,
): Promise<CompleteResponse> {
  const deadline = new Deadline(parts, api.name, signal)
  const exchange = async () => {
    const sent = new Request(request, { signal: deadline.signal })
    sent.headers.set('accept-encoding', ACCEPTED_ENCODINGS)
    const response = await parts.fetch(sent)
    api.limiter.observeHeaders(response)
    const { status, headers, ok } = response
    if (/deflate/i.test(headers.get('content-encoding') ?? '')) throw await refuseEncoding(api.name, response)
    const limits = { side: api.name, limit: ok ? MAX_BODY : MAX_ERROR_BODY, signal: deadline.signal }
    const read = await readResponseBody(response.body, limits, (bytes) => ({
      body: parseJson(bytes.toString()),
      bodySize: bytes.length,
    }))
    return { status, headers, isTooLarge: read === undefined, body: undefined, ...read }
  }
  try {
    return await Promise.race([exchange(), deadline.exceeded])
  } catch (error) {
    if (error instanceof Fault) throw error
    const message = `${capitalize(api.name)} could not be reached, or the connection broke (${errorName(error)}); will retry`
    throw new Fault('transient', `${api.name}/network`, message, { cause: error })
  } finally {
    deadline.close()
  }
}

async function refuseEncoding(name: string, { body }: Response): Promise<Fault> {
  await body?.cancel().catch(() => undefined)
  const message = `${capitalize(name)} answered in an encoding that was not requested; will retry`
  return new Fault('transient', `${name}/not-json`, message)
}

function tooLarge(name: string, limit: number, details: FaultDetails = {}): Fault {
  const message = `${capitalize(name)} answered with more than ${limit / 1024 / 1024} MiB; will retry`
  return new Fault('transient', `${name}/too-large`, message, details)
}

/**
 * A signal and a promise that end when time is up or the caller's signal aborts, until closed.
 *
 * Not `AbortSignal.any`: in Node 20 that keeps every derived signal alive as long as the caller's, which here lives as
 * long as the process.
 */
class Deadline {
  /** Rejects with a transient fault. */
  readonly exceeded: Promise<never>
  readonly #name: string
  readonly #request = new AbortController()
  readonly #timer = new AbortController()
  readonly #stopListening: () => void
  #reject: (fault: Fault) => void = () => undefined

  constructor({ clock, timeout }: HttpParts, name: string, signal: AbortSignal) {
    this.#name = name
    this.exceeded = new Promise<never>((_, reject) => {
      this.#reject = reject
    })
    this.exceeded.catch(() => undefined)
    const label = capitalize(name)
    const stop = () => this.#end('stopped', `stopped during a request to ${label}; will retry`)
    this.#stopListening = onAbort(signal, stop)
    if (signal.aborted) stop()
    void clock.sleep(timeout, this.#timer.signal).then(() => {
      if (!this.#timer.signal.aborted)
        this.#end('timeout', `${label} did not answer within ${timeout / 1000} s; will retry`)
    })
  }

  get signal(): AbortSignal {
    return this.#request.signal
  }

  close(): void {
    this.#stopListening()
    this.#timer.abort()
  }

  #end(code: string, message: string): void {
    const fault = new Fault('transient', `${this.#name}/${code}`, message)
    this.#reject(fault)
    this.#request.abort(fault)
  }
}
