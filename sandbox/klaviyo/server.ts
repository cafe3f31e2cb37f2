/** A local Klaviyo: accepts, rejects and drops requests as the real API does, and reports the recorded events. */
import { Hono } from 'hono'
import type { Clock, Random } from '../../runtime/ports/effects.ts'
import { FaultInjector, parseFaultInjection } from '../fault-injection.ts'
import { KlaviyoApi, type KlaviyoSummary } from './api.ts'
import { createEndpoints } from './endpoints.ts'
import { serverError, toErrorResponse } from './errors.ts'
import { type EventFilter, EventStore, type RecordedEvent } from './event-store.ts'
import { type KlaviyoOauth, klaviyoOauth } from './oauth/oauth.ts'
import { PAGE_HEADERS, renderPage } from './page.ts'
import type { StoredProfile } from './profiles.ts'
import type { AccountProfile } from './resources.ts'
import { SegmentsAndFlows } from './segments-and-flows.ts'

export interface KlaviyoSandboxOptions {
  readonly clock: Clock
  readonly random: Random
  /** The accepted private key. With the suffix `:readonly` it has read scopes only, with `:writeonly` write scopes only. */
  readonly key: string
  /** The OAuth client. Default: `sandbox-app` and `sandbox-app-secret`. */
  readonly client?: { readonly id: string; readonly secret: string }
  /** Number of newest events to keep in full. Default 5000; the rest remain as counts and fingerprints. */
  readonly keep?: number
  /** Whether rate limits are enforced. Default true. */
  readonly limits?: boolean
  readonly account?: AccountProfile
}

export interface KlaviyoSandbox {
  fetch(request: Request): Promise<Response>
  /** The matching events among those kept, oldest first. */
  events(filter?: EventFilter): readonly RecordedEvent[]
  summary(): KlaviyoSummary
  profile(emailOrPhone: string): StoredProfile | undefined
  readonly oauth: Omit<KlaviyoOauth, 'app'>
  /** Discards everything. */
  close(): void
}

const ACCOUNT: AccountProfile = { name: 'Sandbox', timezone: 'UTC' }

export function createKlaviyoSandbox(options: KlaviyoSandboxOptions): KlaviyoSandbox {
  const { clock, random, key, keep = 5_000, limits = true, account = ACCOUNT } = options
  const store = new EventStore({ clock, random, keep })
  const isMetric = (id: string) => store.metrics().some((metric) => metric.id === id)
  const segmentsAndFlows = new SegmentsAndFlows({ clock, random, isMetric })
  const { id: clientId, secret: clientSecret } = options.client ?? { id: 'sandbox-app', secret: 'sandbox-app-secret' }
  const oauth = klaviyoOauth({ clock, random, clientId, clientSecret, account: account.name })
  const api = new KlaviyoApi(createEndpoints(store, segmentsAndFlows, { account, random }), {
    clock,
    random,
    key,
    scopes: oauth.scopes,
    limits,
  })
  const failure = () => toErrorResponse(serverError(), random)
  const faults = new FaultInjector({ clock, random, failure })

  const parts: Parts = {
    store,
    segmentsAndFlows,
    summary() {
      const byMetric = Object.fromEntries(store.metrics().map(({ name, count }) => [name, count]))
      return {
        ...store.counts(),
        byMetric,
        profiles: store.profiles.count,
        deletedProfiles: store.profiles.deletedCount,
        ...api.requestCounts(),
      }
    },
    reset() {
      store.reset()
      segmentsAndFlows.reset()
      api.reset()
      faults.rules = {}
    },
    faults,
    account,
    oauth,
  }
  const app = controlRoutes(parts)
  app.all('/api/*', (c) => faults.apply(c.req.raw, () => api.fetch(c.req.raw)))
  app.all('/oauth/*', (c) => faults.apply(c.req.raw, async () => oauth.app.fetch(c.req.raw)))
  app.onError(failure)

  return {
    fetch: async (request) => app.fetch(request),
    events: (filter) => store.events(filter),
    summary: parts.summary,
    profile: (emailOrPhone) => store.profiles.find(emailOrPhone),
    oauth,
    close: parts.reset,
  }
}

interface Parts {
  readonly store: EventStore
  readonly segmentsAndFlows: SegmentsAndFlows
  readonly faults: FaultInjector
  readonly account: AccountProfile
  readonly oauth: KlaviyoOauth
  summary(): KlaviyoSummary
  reset(): void
}

type OauthControls = Partial<Record<'end' | 'expiresIn' | 'rotate', unknown>>

/** Routes beside Klaviyo's own: a page, the recorded events, fault injection, OAuth rules, reset. */
function controlRoutes({ store, segmentsAndFlows, faults, account, oauth, summary, reset }: Parts): Hono {
  const app = new Hono()
  app.get('/', (c) =>
    c.html(renderPage(account.name, summary(), store.events(), segmentsAndFlows.all()), 200, PAGE_HEADERS),
  )
  app.get('/sandbox/summary', (c) => c.json(summary()))
  app.get('/sandbox/events', (c) => c.json({ events: store.events(c.req.query()) }))
  app.post('/sandbox/misbehave', async (c) => {
    const rules = parseFaultInjection(await c.req.json().catch(() => undefined))
    if (!rules) return c.json({ error: 'Send rules: latency, failNext, failRate, hangRate, resetRate (numbers).' }, 400)
    faults.rules = rules
    return c.json(rules)
  })
  app.post('/sandbox/oauth', async (c) => {
    const { end, expiresIn, rotate } = Object(await c.req.json().catch(() => undefined)) as OauthControls
    if (end === 'access' || end === 'grants') oauth.expire(end)
    if (Number(expiresIn) > 0) oauth.setRules({ expiresIn: Number(expiresIn) })
    if (rotate === 'never' || rotate === 'grace' || rotate === 'strict') oauth.setRules({ rotate })
    return c.json({ refreshes: oauth.refreshes() })
  })
  app.post('/sandbox/reset', (c) => {
    reset()
    return c.json(summary())
  })
  return app
}
