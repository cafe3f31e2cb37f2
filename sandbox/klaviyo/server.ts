/** A local Klaviyo: speaks the real HTTP, refuses and drops what the real one does, and tells what it recorded. */
import { Hono } from 'hono'
import type { Clock, Random } from '../../runtime/ports/effects.ts'
import { misbehaviour, readMisbehaviour } from '../fault-injection.ts'
import { klaviyoApi, type Traffic } from './api.ts'
import { endpointsOf } from './endpoints.ts'
import { renderRefusal, serverError } from './errors.ts'
import { type EventFilter, EventMemory, type RecordedEvent } from './event-store.ts'
import { type KlaviyoOauth, klaviyoOauth } from './oauth.ts'
import { PAGE_HEADERS, renderPage } from './page.ts'
import type { StoredProfile } from './profiles.ts'
import type { Account } from './resources.ts'
import { Audience } from './segments-and-flows.ts'

export interface LocalKlaviyoOptions {
  readonly clock: Clock
  readonly random: Random
  /** The private key it takes. With `:readonly` behind it, the key may only read. */
  readonly key: string
  /** Of the app that people let in. Default: `sandbox-app` and `sandbox-app-secret`. */
  readonly client?: { readonly id: string; readonly secret: string }
  /** How many events to keep whole, the newest. Default 5000; of the others it keeps counts and fingerprints. */
  readonly keep?: number
  /** Whether rate limits are enforced. Default true. */
  readonly limits?: boolean
  readonly account?: Account
}

/** Requests that misbehaviour answers before they take effect are not in `refused` and `requests`. */
export interface Summary extends Traffic {
  /** Recorded. */
  readonly events: number
  readonly byMetric: Readonly<Record<string, number>>
  /** Accepted and not recorded, since profile, metric and unique_id were known. */
  readonly duplicates: number
  /** Accepted and lost: test addresses, and a second event of one second without a unique_id. */
  readonly dropped: number
  readonly flowTriggering: number
  readonly backfilled: number
  readonly profiles: number
}

export interface LocalKlaviyo {
  fetch(request: Request): Promise<Response>
  /** The kept events that fit, oldest first. */
  events(filter?: EventFilter): readonly RecordedEvent[]
  summary(): Summary
  profile(emailOrPhone: string): StoredProfile | undefined
  readonly oauth: Omit<KlaviyoOauth, 'app'>
  /** Forgets everything. */
  close(): void
}

const ACCOUNT: Account = { name: 'Sandbox', timezone: 'UTC' }

/** Starts empty and well-behaved, and holds everything in memory. */
export function localKlaviyo(options: LocalKlaviyoOptions): LocalKlaviyo {
  const { clock, random, key, keep = 5_000, limits = true, account = ACCOUNT } = options
  const memory = new EventMemory({ clock, random, keep })
  const isMetric = (id: string) => memory.metrics().some((metric) => metric.id === id)
  const audience = new Audience({ clock, random, isMetric })
  const { id: clientId, secret: clientSecret } = options.client ?? { id: 'sandbox-app', secret: 'sandbox-app-secret' }
  const oauth = klaviyoOauth({ clock, random, clientId, clientSecret, account: account.name })
  const api = klaviyoApi(endpointsOf(memory, audience, account), { clock, random, key, scopes: oauth.scopes, limits })
  const failure = () => renderRefusal(serverError(), random)
  const chaos = misbehaviour({ clock, random, failure })

  const parts: Parts = {
    memory,
    audience,
    summary() {
      const byMetric = Object.fromEntries(memory.metrics().map(({ name, count }) => [name, count]))
      return { ...memory.counts(), byMetric, profiles: memory.profiles.count, ...api.traffic() }
    },
    reset() {
      memory.reset()
      audience.reset()
      api.resetTraffic()
      chaos.set({})
    },
    chaos,
    account,
    oauth,
  }
  const app = control(parts)
  app.all('/api/*', (c) => chaos.apply(c.req.raw, () => api.fetch(c.req.raw)))
  app.all('/oauth/*', (c) => chaos.apply(c.req.raw, async () => oauth.app.fetch(c.req.raw)))
  app.onError(failure)

  return {
    fetch: async (request) => app.fetch(request),
    events: (filter) => memory.events(filter),
    summary: parts.summary,
    profile: (emailOrPhone) => memory.profiles.find(emailOrPhone),
    oauth,
    close: parts.reset,
  }
}

interface Parts {
  readonly memory: EventMemory
  readonly audience: Audience
  readonly chaos: ReturnType<typeof misbehaviour>
  readonly account: Account
  readonly oauth: KlaviyoOauth
  summary(): Summary
  reset(): void
}

type OauthOrders = Partial<Record<'end' | 'expiresIn' | 'rotate', unknown>>

/** What the real one does not have: a page to look at, and a way to ask, upset and empty it. */
function control({ memory, audience, chaos, account, oauth, summary, reset }: Parts): Hono {
  const app = new Hono()
  app.get('/', (c) => c.html(renderPage(account.name, summary(), memory.events(), audience.made()), 200, PAGE_HEADERS))
  app.get('/sandbox/summary', (c) => c.json(summary()))
  app.get('/sandbox/events', (c) => c.json({ events: memory.events(c.req.query()) }))
  app.post('/sandbox/misbehave', async (c) => {
    const rules = readMisbehaviour(await c.req.json().catch(() => undefined))
    if (!rules) return c.json({ error: 'Send rules: latency, failNext, failRate, hangRate, resetRate (numbers).' }, 400)
    chaos.set(rules)
    return c.json(chaos.rules())
  })
  app.post('/sandbox/oauth', async (c) => {
    const { end, expiresIn, rotate } = Object(await c.req.json().catch(() => undefined)) as OauthOrders
    if (end === 'access' || end === 'grants') oauth.end(end)
    if (Number(expiresIn) > 0) oauth.rule({ expiresIn: Number(expiresIn) })
    if (rotate === 'never' || rotate === 'grace' || rotate === 'strict') oauth.rule({ rotate })
    return c.json({ refreshes: oauth.refreshes() })
  })
  app.post('/sandbox/reset', (c) => {
    reset()
    return c.json(summary())
  })
  return app
}
