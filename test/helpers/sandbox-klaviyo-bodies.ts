/** Request bodies, and a local Klaviyo to send them to. */
import { createKlaviyoSandbox, type KlaviyoSandboxOptions } from '../../sandbox/klaviyo/server.ts'

export type Loose = Record<string, unknown>

export const NOW = Date.UTC(2026, 10, 20, 12)
export const KEY = 'pk_sandbox'
export const EVENTS = '/api/events'
export const BULK = '/api/event-bulk-create-jobs'
export const IMPORT = '/api/profile-import'

export const metric = (name: string): Loose => ({ data: { type: 'metric', attributes: { name } } })

export const profile = (sent: Loose = { email: 'ada@klaviyo-demo.com' }, beside: Loose = {}): Loose => ({
  data: { type: 'profile', attributes: sent, ...beside },
})

/** An event's attributes without its profile. */
export const attributes = (more: Loose = {}): Loose => ({
  metric: metric('Created Ticket'),
  properties: { Title: 'Hello' },
  time: '2026-11-01T10:20:30.456Z',
  unique_id: 'key-1',
  ...more,
})

/** The body of create event. */
export const single = (more: Loose = {}): Loose => ({
  data: { type: 'event', attributes: { ...attributes(), profile: profile(), ...more } },
})

/** One entry of a bulk body: events of one profile. */
export const entry = (events: readonly Loose[], more: Loose = {}): Loose => ({
  type: 'event-bulk-create',
  attributes: {
    profile: profile(),
    events: { data: events.map((each) => ({ type: 'event', attributes: each })) },
    ...more,
  },
})

export const bulk = (...entries: readonly Loose[]): Loose => ({
  data: { type: 'event-bulk-create-job', attributes: { 'events-bulk-create': { data: entries } } },
})

/** The headers of a valid request with a body. */
export const HEADERS = {
  authorization: `Klaviyo-API-Key ${KEY}`,
  revision: '2026-07-15',
  'content-type': 'application/vnd.api+json',
}

/** A local Klaviyo without rate limits, with a virtual clock and unique ids. */
export function startKlaviyo(options: Partial<KlaviyoSandboxOptions> = {}) {
  let now = NOW
  let state = 1
  const random = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  const clock = { now: () => now, sleep: async () => {} }
  const server = createKlaviyoSandbox({ clock, random, key: KEY, limits: false, ...options })

  /** Posts if there is a body, gets if there is none. An empty header is left out. */
  function call(path: string, body?: unknown, headers: Loose = {}, method = 'POST'): Promise<Response> {
    const sent = Object.entries({ ...HEADERS, ...headers }).filter(([, value]) => value !== '')
    const init = { headers: Object.fromEntries(sent) as Record<string, string> }
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const request = body === undefined ? init : { ...init, method, body: text }
    return server.fetch(new Request(`http://klaviyo.invalid${path}`, request))
  }

  return {
    server,
    call,
    advance(ms: number): void {
      now += ms
    },
  }
}

/** The pointers of a response's errors. */
export async function pointers(response: Response): Promise<readonly unknown[]> {
  const { errors } = (await response.json()) as { errors: { source: Loose }[] }
  return errors.map(({ source }) => source.pointer ?? source.parameter)
}
