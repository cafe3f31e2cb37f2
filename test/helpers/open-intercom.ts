/** A small Intercom sandbox for tests, called as a handler or over a real socket. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type ServerType, serve } from '@hono/node-server'
import { virtualClock } from '../../runtime/conformance/virtual-clock.ts'
import type { Fetch, Random } from '../../runtime/ports/effects.ts'
import { createIntercomSandbox, type IntercomSandboxOptions } from '../../sandbox/intercom/server.ts'

export const TOKEN = 'a-token'

/** Any JSON object. */
export type Answer = Readonly<Record<string, unknown>>

export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Answer
}

/** A linear congruential generator. Its products stay below 2^53: rounded ones would repeat after a few thousand. */
export function seededRandom(seed = 1): Random {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

export function openIntercom(options: Partial<IntercomSandboxOptions> = {}) {
  const clock = virtualClock()
  const box = createIntercomSandbox({
    clock,
    random: seededRandom(),
    token: TOKEN,
    clientSecret: 'a-secret',
    conversations: 400,
    tickets: 200,
    now: clock.now(),
    fetch: async () => new Response(),
    limit: { limit: 1_000_000, per: 10_000 },
    ...options,
  })

  async function call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiAnswer> {
    const every = { authorization: `Bearer ${TOKEN}`, ...headers }
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const init = text === undefined ? {} : { body: text }
    const response = await box.fetch(new Request(`http://sandbox${path}`, { method, headers: every, ...init }))
    return { status: response.status, headers: response.headers, body: (await response.json()) as Answer }
  }

  /** All rows of a search, page by page. */
  async function searchAll(path: string, query: unknown, more: object = {}, perPage = 150): Promise<readonly Answer[]> {
    const rows: Answer[] = []
    let after: unknown = null
    do {
      const asked = { query, ...more, pagination: { per_page: perPage, starting_after: after } }
      const { status, body } = await call('POST', path, asked)
      if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`)
      rows.push(...((body.conversations ?? body.tickets ?? body.data) as Answer[]))
      after = valueAt(body, 'pages.next.starting_after')
    } while (after !== undefined)
    return rows
  }

  return { box, clock, call, searchAll }
}

/** The value at a path of names and numbers, or undefined. */
export function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((found, step) => (Object(found) as Answer)[step], value)
}

/** A received notification. */
export interface ReceivedNotification {
  readonly headers: Headers
  readonly text: string
  readonly note: Answer
}

/** A subscriber that records notifications and answers 200 by default. */
export function createSubscriber(
  answer: (request: Request, nth: number) => Response | Promise<Response> = () => new Response(),
) {
  const received: ReceivedNotification[] = []
  return {
    received,
    webhookUrl: () => 'http://subscriber/webhooks',
    async fetch(request: Request): Promise<Response> {
      const text = await request.text()
      received.push({ headers: request.headers, text, note: JSON.parse(text) })
      return answer(request, received.length)
    },
  }
}

/** Serves a handler on a free loopback port. */
export async function serveOnSocket(fetch: Fetch): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server: ServerType = serve({ fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}
