/** Handles requests to the local Klaviyo: key, rate limit, revision, body, response. */
import { Hono } from 'hono'
import type { Clock, Random } from '../../runtime/ports/effects.ts'
import type { Endpoint } from './endpoints.ts'
import { ApiError, apiError, serverError, toErrorResponse } from './errors.ts'
import { identifier } from './identifier.ts'
import { createRateWindows, type RateWindows } from './rate-limits.ts'
import { type ApiKeys, requireBody, requireKey, requireRevision } from './validation/request-checks.ts'

export interface ApiOptions extends ApiKeys {
  readonly clock: Clock
  readonly random: Random
  /** Whether rate limits are enforced. */
  readonly limits: boolean
}

/** Counts of requests and error responses. */
export interface RequestCounts {
  readonly refused: number
  /** Profiles with an identifier of another one (409): right requests, whose order decides. */
  readonly conflicts: number
  readonly throttled: number
  /** By `METHOD /path`; `other` for unknown endpoints. */
  readonly requests: Readonly<Record<string, number>>
}

/** Requests answered by fault injection before they take effect are not counted. */
export interface KlaviyoSummary extends RequestCounts {
  readonly events: number
  readonly byMetric: Readonly<Record<string, number>>
  /** Accepted but not recorded: profile, metric and unique_id were known. */
  readonly duplicates: number
  /** Accepted but dropped: test addresses, and a second event of one second without a unique_id. */
  readonly dropped: number
  readonly flowTriggering: number
  readonly backfilled: number
  readonly profiles: number
  /** Deleted by data-privacy jobs. */
  readonly deletedProfiles: number
}

/** Serves the endpoints. Answers every fault of a request with JSON:API errors and throws none. */
export class KlaviyoApi {
  readonly #options: ApiOptions
  readonly #app = new Hono({ strict: false })
  readonly #windows: RateWindows[] = []
  readonly #requests = new Map<string, number>()
  #responses = { refused: 0, conflicts: 0, throttled: 0 }

  constructor(endpoints: readonly Endpoint[], options: ApiOptions) {
    this.#options = options
    const notFound = apiError(404, 'not_found', { title: 'Not found.', detail: 'There is no such endpoint.' })
    this.#app.notFound(() => this.#count('other', this.#toResponse(notFound)))
    this.#app.onError(() => this.#toResponse(serverError()))
    for (const endpoint of endpoints) this.#serve(endpoint)
  }

  async fetch(request: Request): Promise<Response> {
    return this.#app.fetch(request)
  }

  requestCounts(): RequestCounts {
    return { ...this.#responses, requests: Object.fromEntries(this.#requests) }
  }

  /** Resets the counts and all rate windows. */
  reset(): void {
    for (const windows of this.#windows) windows.reset()
    this.#requests.clear()
    this.#responses = { refused: 0, conflicts: 0, throttled: 0 }
  }

  #serve(endpoint: Endpoint): void {
    const { method, path, rate } = endpoint
    const name = `${method} ${path}`
    const windows = createRateWindows(rate, this.#options.clock)
    this.#windows.push(windows)
    this.#app.on(method, path, async (c) => {
      const permit = this.#admit(endpoint, c.req.raw.headers, windows)
      if (permit instanceof ApiError) return this.#count(name, this.#toResponse(permit))
      const response = await this.#respond(endpoint, c.req.raw)
      for (const [header, value] of Object.entries(permit)) response.headers.set(header, value)
      return this.#count(name, response)
    })
  }

  /** The rate-limit headers of the response. A request without a valid key counts towards no limit. */
  #admit({ scope }: Endpoint, headers: Headers, windows: RateWindows) {
    return requireKey(headers, this.#options, scope) ?? (this.#options.limits ? windows.take() : {})
  }

  async #respond({ rule, answer }: Endpoint, request: Request): Promise<Response> {
    try {
      const now = this.#options.clock.now()
      const revision = requireRevision(request.headers, now)
      const body = rule ? await requireBody(request, rule, revision, now) : null
      return answer(body, new URL(request.url))
    } catch (error) {
      if (error instanceof ApiError) return this.#toResponse(error)
      throw error
    }
  }

  #toResponse(error: ApiError): Response {
    return toErrorResponse(error, this.#options.random)
  }

  #count(name: string, response: Response): Response {
    // Undocumented; observed on responses of the live API at revision 2026-07-15.
    response.headers.set('x-klaviyo-req-id', identifier(this.#options.random, 'uuid'))
    this.#requests.set(name, (this.#requests.get(name) ?? 0) + 1)
    if (response.status === 429) this.#responses.throttled += 1
    else if (response.status === 409) this.#responses.conflicts += 1
    else if (response.status >= 400) this.#responses.refused += 1
    return response
  }
}
