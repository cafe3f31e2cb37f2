/** The way of a request through the local Klaviyo: key, rate, revision, body, answer. */
import { Hono } from 'hono'
import type { Clock, Random } from '../../runtime/ports/effects.ts'
import type { Endpoint } from './endpoints.ts'
import { Refusal, refuse, renderRefusal, serverError } from './errors.ts'
import { identifier } from './identifier.ts'
import { type RateWindows, rateWindows } from './rate-limits.ts'
import { type Keys, requireBody, requireKey, requireRevision } from './request-checks.ts'

export interface ApiOptions extends Keys {
  readonly clock: Clock
  readonly random: Random
  /** Whether rate limits are enforced. */
  readonly limits: boolean
}

/** Counts of requests and of answers that were refusals. */
export interface Traffic {
  readonly refused: number
  readonly throttled: number
  /** By `METHOD /path`; those to no endpoint under `other`. */
  readonly requests: Readonly<Record<string, number>>
}

/** Serves the endpoints. Every fault of a request is answered as JSON:API errors, none is thrown. */
export function klaviyoApi(endpoints: readonly Endpoint[], { clock, random, limits, ...keys }: ApiOptions) {
  const requests = new Map<string, number>()
  const limiters: RateWindows[] = []
  let answers = { refused: 0, throttled: 0 }
  const app = new Hono({ strict: false })
  app.notFound(() => count('other', refused(refuse(404, 'not_found', 'Not found.', 'There is no such endpoint here.'))))
  app.onError(() => refused(serverError()))

  for (const endpoint of endpoints) {
    const name = `${endpoint.method} ${endpoint.path}`
    const windows = rateWindows(endpoint.rate, clock)
    limiters.push(windows)
    app.on(endpoint.method, endpoint.path, async (c) => {
      const permit = permitted(endpoint, c.req.raw.headers, windows)
      if (permit instanceof Refusal) return count(name, refused(permit))
      const response = await answered(endpoint, c.req.raw)
      for (const [header, value] of Object.entries(permit)) response.headers.set(header, value)
      return count(name, response)
    })
  }

  /** The rate-limit headers of the answer. A request without a valid key counts towards no limit. */
  function permitted({ scope }: Endpoint, headers: Headers, windows: RateWindows) {
    return requireKey(headers, keys, scope) ?? (limits ? windows.take() : {})
  }

  async function answered({ rule, answer }: Endpoint, request: Request): Promise<Response> {
    try {
      const revision = requireRevision(request.headers)
      const body = rule ? await requireBody(request, rule, revision, clock.now()) : null
      return answer(body, new URL(request.url))
    } catch (error) {
      if (error instanceof Refusal) return refused(error)
      throw error
    }
  }

  function refused(refusal: Refusal): Response {
    return renderRefusal(refusal, random)
  }

  function count(name: string, response: Response): Response {
    // In no document of Klaviyo's; seen on answers of the live API at revision 2026-07-15.
    response.headers.set('x-klaviyo-req-id', identifier(random, 'uuid'))
    requests.set(name, (requests.get(name) ?? 0) + 1)
    if (response.status === 429) answers.throttled += 1
    else if (response.status >= 400) answers.refused += 1
    return response
  }

  return {
    fetch: async (request: Request): Promise<Response> => app.fetch(request),
    traffic: (): Traffic => ({ ...answers, requests: Object.fromEntries(requests) }),
    /** Forgets the counts and opens all rate windows. */
    resetTraffic(): void {
      for (const windows of limiters) windows.reset()
      requests.clear()
      answers = { refused: 0, throttled: 0 }
    },
  }
}
