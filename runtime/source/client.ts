/** Sends the spec's requests to the source: authorised, rate-limited, retried for seconds, answered as JSON. */

import type { Bindings } from '../expression/expression.ts'
import { createHttpClient, type HttpClient, type HttpParts } from '../http/client.ts'
import type { ConnectionStatsRecorder } from '../http/connection-stats.ts'
import type { ApiResponse } from '../http/error-response.ts'
import { createRateLimiter, maxResetDelay } from '../http/rate-limiter.ts'
import { withAuth } from '../http/with-auth.ts'
import { WORKSPACE_CHECKPOINT, WORKSPACE_IN_WEBHOOKS_CHECKPOINT } from '../lib/checkpoint-names.ts'
import { capitalize } from '../lib/format.ts'
import { asId } from '../lib/json.ts'
import type { MaybePromise } from '../lib/maybe-promise.ts'
import { presentMembers } from '../lib/present-members.ts'
import { Fault, toFault } from '../ports/fault.ts'
import type { Source } from '../ports/source.ts'
import type { Store } from '../ports/store.ts'
import type { Json, Lane } from '../ports/types.ts'
import type { RequestSpec, SourceSpec } from '../spec/spec.ts'
import { buildRequest } from './build-request.ts'
import { type AccountNames, claimAccount } from './claim-account.ts'

export interface SourceRequestOptions {
  readonly bindings?: Bindings
  readonly lane: Lane
  readonly signal: AbortSignal
  /** Whether an answer is the requested resource. If not, the request fails with a transient fault. */
  readonly accepts?: (answer: Json) => MaybePromise<boolean>
  /** As of `RequestOptions`. */
  readonly isReducible?: boolean
  /** Called with the bytes of the response, decompressed, and its headers. */
  readonly onBody?: (bytes: number, headers: Headers) => void
}

export interface SourceClient {
  /** Throws a `Fault`. Follows a resource that was merged into another one. */
  request(spec: RequestSpec, options: SourceRequestOptions): Promise<Json>
  /** Pins the store to the source's account and returns it. Throws a config `Fault` if the store is pinned to another. */
  workspace(signal: AbortSignal): Promise<string>
}

export interface SourceClientParts {
  readonly source: Source
  readonly http: HttpClient
  readonly store: Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>
}

export function createSourceClient(spec: SourceSpec, parts: SourceClientParts): SourceClient {
  return new HttpSourceClient(spec, parts)
}

/** The source's HTTP client, its rate limit included. */
export function createSourceHttp(
  { name, timeout, rateLimit }: SourceSpec,
  { explainError }: Source,
  parts: Omit<HttpParts, 'timeout'>,
  stats: ConnectionStatsRecorder,
): HttpClient {
  const limiter = createRateLimiter(rateLimit, parts.clock)
  const resetHeader = rateLimit.headers?.reset
  const reset = resetHeader !== undefined && { resetHeader, maxResetDelay: maxResetDelay(rateLimit.windows) }
  const api = { name, limiter, explain: explainError, json: true, hasManyEndpoints: true, ...reset }
  return stats.watch(name, limiter, createHttpClient({ ...parts, timeout }, api))
}

/** Contacts merged into one another in a circle must not be followed without end. */
const MAX_MOVES = 5

class HttpSourceClient implements SourceClient {
  readonly #spec: SourceSpec
  readonly #parts: SourceClientParts

  constructor(spec: SourceSpec, parts: SourceClientParts) {
    this.#spec = spec
    this.#parts = parts
  }

  async request(spec: RequestSpec, options: SourceRequestOptions): Promise<Json> {
    const { accepts = () => true } = options
    try {
      const response = await this.#send(spec, options, spec.path)
      const body = acceptableBody(response)
      options.onBody?.(response.bodySize ?? 0, response.headers)
      if (body !== undefined && (await accepts(body))) return body
    } catch (error) {
      const body = acceptableBody(await this.#followMoves(error, options))
      if (body !== undefined) return body
    }
    throw unexpectedResponse(this.#spec.name)
  }

  /** A resource merged into another one, which may have been merged again. Throws the last error if it is not found. */
  async #followMoves(error: unknown, options: SourceRequestOptions): Promise<ApiResponse> {
    for (let [moves, last] = [0, error]; ; moves++) {
      const path = last instanceof Fault ? last.details.movedTo : undefined
      if (path === undefined || moves === MAX_MOVES) throw last
      try {
        return await this.#send({ method: 'GET', path, query: new Map() }, { ...options, bindings: {} })
      } catch (next) {
        last = next
      }
    }
  }

  async workspace(signal: AbortSignal): Promise<string> {
    const { store } = this.#parts
    const pinned = asId(await store.readCheckpoint(WORKSPACE_CHECKPOINT))
    const hasAllNames =
      this.#spec.workspace.inWebhooks === undefined ||
      (await store.readCheckpoint(WORKSPACE_IN_WEBHOOKS_CHECKPOINT)) !== undefined
    const { id, inWebhooks } = await this.#fetchWorkspace(signal).catch((error: unknown) => {
      // The pinned account stands in for a transient fault only: a refusal may come from another account.
      if (pinned === undefined || !hasAllNames || signal.aborted || toFault(error).kind !== 'transient') throw error
      return { id: pinned, inWebhooks: undefined }
    })
    if ((await claimAccount(store, WORKSPACE_CHECKPOINT, id)) !== id) throw otherAccount(this.#spec.name)
    if (inWebhooks !== undefined) await claimAccount(store, WORKSPACE_IN_WEBHOOKS_CHECKPOINT, inWebhooks)
    return id
  }

  async #fetchWorkspace(signal: AbortSignal): Promise<AccountNames & { readonly id: string }> {
    const { name, workspace } = this.#spec
    const answer = await this.request(workspace.request, { lane: 'live', signal })
    const id = asId(await workspace.id.evaluate(answer))
    const inWebhooks = asId(await workspace.inWebhooks?.evaluate(answer))
    if (id !== undefined && (workspace.inWebhooks === undefined || inWebhooks !== undefined)) return { id, inWebhooks }
    throw new Fault('config', 'source/unknown-account', `${capitalize(name)} did not name the account`)
  }

  #send(spec: RequestSpec, options: SourceRequestOptions, template?: string): Promise<ApiResponse> {
    const { source, http } = this.#parts
    const { bindings = {}, lane, signal, isReducible = false } = options
    return withAuth(source.auth, signal, (auth) => {
      const headers = { ...this.#spec.headers, ...auth.headers }
      // Built for every try: the body of a Request can be read only once.
      const request = { lane, signal, isReducible, ...(template !== undefined && { template }) }
      return http(
        () => buildRequest(spec, { bindings, baseUrl: auth.baseUrl, headers, name: this.#spec.name }),
        request,
      )
    })
  }
}

/**
 * An object with members or a list, as expressions see it; but no error under a 200, which would pass for a resource that
 * lacks them.
 */
function acceptableBody({ body }: ApiResponse): Json | undefined {
  if (typeof body !== 'object' || body === null || (!Array.isArray(body) && Object.keys(body).length === 0))
    return undefined
  return 'errors' in body && Array.isArray(body.errors) ? undefined : presentMembers(body)
}

function unexpectedResponse(name: string): Fault {
  const message = `${capitalize(name)} answered 200, but not with the requested resource; will retry`
  return new Fault('transient', `${name}/unexpected-response`, message)
}

function otherAccount(name: string): Fault {
  const message = `the store belongs to another ${capitalize(name)} account: use the credentials of that account, or another store`
  return new Fault('config', 'source/other-account', message)
}
