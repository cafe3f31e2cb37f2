/** Klaviyo over HTTP: one client for each endpoint, with its rate limit, concurrency limit and backfill guard. */

import { createHttpClient, type HttpClient } from '../../runtime/http/client.ts'
import type { ConnectionStatsRecorder } from '../../runtime/http/connection-stats.ts'
import type { ApiResponse } from '../../runtime/http/error-response.ts'
import { createRateLimiter } from '../../runtime/http/rate-limiter.ts'
import { withAuth } from '../../runtime/http/with-auth.ts'
import { getPath } from '../../runtime/lib/json.ts'
import type { MaybePromise } from '../../runtime/lib/maybe-promise.ts'
import { type AuthProvider, createStaticAuth, type RequestAuth } from '../../runtime/ports/auth.ts'
import type { Clock, Fetch, Logger, Random } from '../../runtime/ports/effects.ts'
import { Fault } from '../../runtime/ports/fault.ts'
import type { Json, Lane, Receipt } from '../../runtime/ports/types.ts'
import type { DestinationSpec, Window } from '../../runtime/spec/spec.ts'
import { assertBackfillFlags } from './backfill-guard.ts'
import { laneSemaphore } from './concurrency.ts'
import { explainer, requestIdOf } from './errors.ts'
import { withFallForwardOptOut } from './revision.ts'
import type { EndpointName } from './spec-rules.ts'

export interface KlaviyoOptions {
  readonly spec: DestinationSpec
  /** Names of metrics and properties, which the spec defines: everything else that an error quotes is masked. */
  readonly names?: () => ReadonlySet<string>
  /** A private key with the scopes events:write and profiles:write; checks and counts also use accounts:read and metrics:read. */
  readonly apiKey: string | undefined
  /** Replaces `spec.host`. */
  readonly baseUrl?: string
  /** Replaces `apiKey`. */
  readonly auth?: AuthProvider
  /** Counts the requests to the spec's endpoints. */
  readonly stats?: ConnectionStatsRecorder
  readonly fetch: Fetch
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/** A body, or a function called for every try; `mayHaveArrived`: an earlier one got no answer. */
export type RequestBody = string | ((mayHaveArrived: boolean) => MaybePromise<string>)

/**
 * Sends one request to an endpoint, a GET without a body; `path` replaces the endpoint's own, or its placeholders. Throws
 * a `Fault`, or an error of the body's function.
 */
export type SendRequest = (
  lane: Lane,
  signal: AbortSignal,
  body?: RequestBody,
  path?: string | Readonly<Record<string, string>>,
) => Promise<ApiResponse>

/** Klaviyo documents no concurrency limit; a private key's rate limits are shared with other integrations. */
const MAX_IN_FLIGHT = 10
/** The rest stays free for live events while backfill requests wait for their rate limit. */
const BACKFILL_IN_FLIGHT = 3

/** The two windows of an endpoint outside the spec, as Klaviyo's OpenAPI description states them. */
export const rateWindows = (perSecond: number, perMinute: number): readonly Window[] => [
  { limit: perSecond, interval: 1000 },
  { limit: perMinute, interval: 60_000 },
]

export const METRICS_ENDPOINT = { path: '/api/metrics', windows: rateWindows(10, 150) }

/** The client of an endpoint that `spec.endpoints` names. */
export function specEndpoint(
  options: KlaviyoOptions,
  name: EndpointName,
  scope: string,
  method?: 'PATCH',
): SendRequest {
  const endpoint = options.spec.endpoints[name]
  if (endpoint === undefined)
    throw new Fault('config', 'klaviyo/no-endpoint', `connector.yaml: destination.endpoints lacks "${name}"`)
  return endpointClient(options, { name, ...endpoint, ...(method && { method }) }, scope)
}

interface EndpointOptions {
  /** The endpoint's name in the spec. Without one its requests are not counted. */
  readonly name?: string
  readonly path: string
  readonly windows: readonly Window[]
  /** Of requests with a body. Default: POST. */
  readonly method?: 'PATCH'
  /** 1 if a retry could create a duplicate. */
  readonly attempts?: number
}

/** Created at its first request: an idle tenant uses none of a dozen endpoints. */
export function endpointClient(options: KlaviyoOptions, endpoint: EndpointOptions, scope: string): SendRequest {
  let client: SendRequest | undefined
  return (...request) => {
    client ??= createEndpointClient(options, endpoint, scope)
    return client(...request)
  }
}

function createEndpointClient(options: KlaviyoOptions, endpoint: EndpointOptions, scope: string): SendRequest {
  const { spec, names, fetch, clock, random, stats } = options
  const limiter = createRateLimiter({ windows: endpoint.windows, utilization: spec.utilization }, clock)
  const auth = options.auth ?? createStaticAuth(() => keyAuth(options))
  const peer = { name: spec.name, limiter, explain: explainer({ scope, method: () => auth.method(), names }) }
  const { attempts } = endpoint
  const parts = { fetch, clock, random, timeout: spec.timeout, ...(attempts !== undefined && { attempts }) }
  const withStats = (client: HttpClient) =>
    endpoint.name === undefined ? client : (stats?.watch(endpoint.name, limiter, client) ?? client)
  const lanes: Readonly<Record<Lane, HttpClient>> = {
    live: withStats(createHttpClient(parts, peer)),
    backfill: withStats(createHttpClient(parts, peer)),
  }
  const headers = withFallForwardOptOut(spec.headers)
  const acquire = laneSemaphore(MAX_IN_FLIGHT, BACKFILL_IN_FLIGHT)

  return async (lane, signal, body, instead = endpoint.path) => {
    const path = typeof instead === 'string' ? instead : fillPath(endpoint.path, instead)
    const since = clock.now()
    const release = await acquire(lane, signal)
    const queuedMs = clock.now() - since
    try {
      const { method = 'POST' } = endpoint
      // Over the requests before and after a refreshed token.
      let mayHaveArrived = false
      const makeRequest = async (current: RequestAuth, isUnanswered: boolean) => {
        mayHaveArrived ||= isUnanswered
        const text = typeof body === 'function' ? await body(mayHaveArrived) : body
        // A GET writes nothing.
        if (lane === 'backfill' && body !== undefined) assertBackfillFlags(text ?? '')
        return new Request(addressOf(current, path), requestInit({ ...headers, ...current.headers }, method, text))
      }
      const send = (current: RequestAuth) =>
        lanes[lane]((isUnanswered) => makeRequest(current, isUnanswered), {
          lane,
          signal,
          template: endpoint.path,
        })
      const response = assertFromKlaviyo(await withAuth(auth, signal, send))
      // Requests in flight wait for the rate limit, and others for them.
      return { ...response, heldMs: lane === 'live' ? queuedMs + (response.heldMs ?? 0) : 0 }
    } finally {
      release()
    }
  }
}

/**
 * Klaviyo accepts events with an empty 202 and answers everything else in JSON. A page, a 204, a truncated response or an
 * error list under a 200 comes from a proxy, and must not count as delivered.
 */
function assertFromKlaviyo(response: ApiResponse): ApiResponse {
  const { status, body, headers } = response
  const isPage = headers.get('content-type')?.includes('text/html')
  const hasData = typeof body === 'object' && body !== null && 'data' in body
  if (!isPage && (hasData || (body === undefined && status === 202))) return response
  throw new Fault('transient', 'klaviyo/not-json', 'a proxy answered in place of Klaviyo; will retry')
}

function keyAuth({ spec, baseUrl, apiKey }: KlaviyoOptions): RequestAuth {
  return { baseUrl: baseUrl ?? spec.host, headers: { Authorization: keyHeader(requireApiKey(apiKey)) } }
}

/** Klaviyo's own scheme for private keys. */
export const keyHeader = (key: string): string => `Klaviyo-API-Key ${key}`

const fillPath = (path: string, values: Readonly<Record<string, string>>): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''))

const addressOf = ({ baseUrl }: RequestAuth, path: string): string => baseUrl.replace(/\/+$/, '') + path

// A followed redirect turns the POST into a GET, whose 200 would count as delivered. Bytes: fetch copies a text before it
// encodes it, to replace lone surrogates.
function requestInit(headers: Readonly<Record<string, string>>, method: string, body: string | undefined): RequestInit {
  return { headers, redirect: 'manual', ...(body !== undefined && { method, body: Buffer.from(body) }) }
}

/** Trims the key. Throws a config `Fault` for a missing or malformed one. */
export function requireApiKey(apiKey: string | undefined): string {
  const key = apiKey?.trim()
  if (!key) {
    const message = 'KLAVIYO_API_KEY is not set: create a private API key in Klaviyo → Settings → API keys'
    throw new Fault('config', 'klaviyo/no-credentials', `${message}, with the scopes events:write and profiles:write`)
  }
  // Any other character in a header makes fetch throw an error that quotes the key.
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new Fault('config', 'klaviyo/no-credentials', 'KLAVIYO_API_KEY contains invalid characters: copy it again')
  return key
}

/** The status of an accepted request, its id for Klaviyo's support, and the profile that the response names. */
export function toReceipt({ status, headers, body, heldMs = 0 }: ApiResponse): Receipt {
  return { status, ...requestIdOf(headers), ...profileIdIn(body), ...(heldMs >= NOTICEABLE && { heldMs }) }
}

/** Milliseconds. Receipts are kept for each event. */
const NOTICEABLE = 100

/** Klaviyo's ids are letters and digits. Any other text would end up in an address. */
function profileIdIn(body: Json | undefined): { readonly profileId?: string } {
  const id = getPath(body, 'data', 'id')
  const isProfile = getPath(body, 'data', 'type') === 'profile'
  return isProfile && typeof id === 'string' && /^[\w-]{1,64}$/.test(id) ? { profileId: id } : {}
}
