/** Klaviyo over HTTP: one line for each endpoint, with its budget, its ten places and its guard. */

import { createHttpClient, type HttpClient } from '../../runtime/http/client.ts'
import type { ConnectionStatsRecorder } from '../../runtime/http/connection-stats.ts'
import type { ApiResponse } from '../../runtime/http/error-response.ts'
import { createRateLimiter } from '../../runtime/http/rate-limiter.ts'
import { withAuth } from '../../runtime/http/with-auth.ts'
import { type AuthProvider, createStaticAuth, type RequestAuth } from '../../runtime/ports/auth.ts'
import type { Clock, Fetch, Logger, Random } from '../../runtime/ports/effects.ts'
import { Fault } from '../../runtime/ports/fault.ts'
import type { Lane, Receipt } from '../../runtime/ports/types.ts'
import type { DestinationSpec, Window } from '../../runtime/spec/spec.ts'
import { requireBackfillFlag } from './backfill-guard.ts'
import { laneSemaphore } from './concurrency.ts'
import { explainer, requestIdOf } from './errors.ts'
import type { EndpointName } from './spec-names.ts'

export interface KlaviyoOptions {
  readonly spec: DestinationSpec
  /** A private key with the scopes events:write and profiles:write; the checks use accounts:read and metrics:read. */
  readonly apiKey: string | undefined
  /** Instead of `spec.host`. */
  readonly baseUrl?: string
  /** Instead of a key that does not change. */
  readonly logins?: AuthProvider
  /** Told of what is sent to the endpoints of the spec. */
  readonly traffic?: ConnectionStatsRecorder
  readonly fetch: Fetch
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/** Sends one request to an endpoint, a POST if there is a body; `path` instead of the endpoint's own. Throws a `Fault`. */
export type SendRequest = (lane: Lane, signal: AbortSignal, body?: string, path?: string) => Promise<ApiResponse>

/** Klaviyo names no number, but asks to treat its limits as maximums; a private key's are shared with others. */
const IN_FLIGHT = 10
/** So many of the ten may be history, which must leave places for live events while it waits for its budget. */
const HISTORY_IN_FLIGHT = 3

/** Klaviyo's two windows for endpoints that no spec names, as its OpenAPI description states them. */
export const windows = (perSecond: number, perMinute: number): readonly Window[] => [
  { limit: perSecond, interval: 1000 },
  { limit: perMinute, interval: 60_000 },
]

export const METRICS_ENDPOINT = { path: '/api/metrics', windows: windows(10, 150) }

/** A line to an endpoint that `spec.endpoints` names. */
export function specEndpoint(options: KlaviyoOptions, name: EndpointName, scope: string): SendRequest {
  const found = options.spec.endpoints[name]
  if (found === undefined)
    throw new Fault('config', 'klaviyo/no-endpoint', `connector.yaml: destination.endpoints lacks "${name}"`)
  return endpointClient(options, { ...found, name }, scope)
}

interface To {
  /** Of the endpoint, if it is one whose traffic is watched. */
  readonly name?: string
  readonly path: string
  readonly windows: readonly Window[]
  /** Tries in all, where asking twice could do harm. */
  readonly attempts?: number
}

export function endpointClient(options: KlaviyoOptions, to: To, scope: string): SendRequest {
  const { spec, fetch, clock, random, traffic } = options
  const shared = createRateLimiter({ windows: to.windows, utilization: spec.utilization }, clock)
  const logins = options.logins ?? createStaticAuth(() => keyLogin(options))
  const peer = { name: spec.name, limiter: shared, explain: explainer(scope, () => logins.method()) }
  const { attempts } = to
  const parts = { fetch, clock, random, timeout: spec.timeout, ...(attempts !== undefined && { attempts }) }
  const watched = (one: HttpClient) => (to.name === undefined ? one : (traffic?.watch(to.name, shared, one) ?? one))
  const lanes: Readonly<Record<Lane, HttpClient>> = {
    live: watched(createHttpClient(parts, peer)),
    backfill: watched(createHttpClient({ ...parts, fetch: requireBackfillFlag(fetch) }, peer)),
  }
  const enter = laneSemaphore(IN_FLIGHT, HISTORY_IN_FLIGHT)

  return async (lane, signal, body, path = to.path) => {
    const leave = await enter(lane, signal)
    try {
      const send = (login: RequestAuth) => lanes[lane](() => request(options, login, path, body), { lane, signal })
      return assertFromKlaviyo(await withAuth(logins, signal, send))
    } finally {
      leave()
    }
  }
}

/**
 * Klaviyo takes events with 202 and nothing, and answers all else with JSON. A page, a torn answer or a list of errors
 * under a 200 is not its yes, but some proxy's, and would count as delivered.
 */
function assertFromKlaviyo(answer: ApiResponse): ApiResponse {
  const { status, body, headers } = answer
  const page = headers.get('content-type')?.includes('text/html')
  const resource = typeof body === 'object' && body !== null && 'data' in body
  if (!page && (resource || (body === undefined && (status === 202 || status === 204)))) return answer
  throw new Fault(
    'transient',
    'klaviyo/not-json',
    'something between us and Klaviyo answered in its place; tried again',
  )
}

function keyLogin({ spec, baseUrl, apiKey }: KlaviyoOptions): RequestAuth {
  return { baseUrl: baseUrl ?? spec.host, headers: { Authorization: keyHeader(checkedKey(apiKey)) } }
}

/** Klaviyo's own scheme, for keys that somebody made by hand. */
export const keyHeader = (key: string): string => `Klaviyo-API-Key ${key}`

function request({ spec }: KlaviyoOptions, login: RequestAuth, path: string, body: string | undefined): Request {
  const url = login.baseUrl.replace(/\/+$/, '') + path
  const headers = { ...spec.headers, ...login.headers }
  // Not followed: a redirected POST becomes a GET, and its 200 would count as delivered.
  if (body === undefined) return new Request(url, { headers, redirect: 'manual' })
  return new Request(url, { method: 'POST', headers, body, redirect: 'manual' })
}

export function checkedKey(apiKey: string | undefined): string {
  const key = apiKey?.trim()
  if (!key) {
    const message = 'KLAVIYO_API_KEY is not set; make a private key in Klaviyo under Settings > API keys'
    throw new Fault('config', 'klaviyo/no-credentials', `${message}, with the scopes events:write and profiles:write`)
  }
  // A header with other characters makes fetch throw an error that quotes the key.
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new Fault('config', 'klaviyo/no-credentials', 'KLAVIYO_API_KEY holds characters no key has; copy it again')
  return key
}

/** What Klaviyo said of an accepted request, with its request id to quote to its support. */
export function receipt({ status, headers }: ApiResponse): Receipt {
  return { status, ...requestIdOf(headers) }
}
