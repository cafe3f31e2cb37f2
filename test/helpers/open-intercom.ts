/** A small local Intercom for tests, and short ways to call it: as a handler, and over a real socket. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type ServerType, serve } from '@hono/node-server'
import type { Fetch, Random } from '../../runtime/ports/effects.ts'
import { createIntercomSandbox, type IntercomSandboxOptions } from '../../sandbox/intercom/server.ts'
import { virtualClock } from './virtual-clock.ts'

export const TOKEN = 'a-token'

/** Any JSON, for tests to look into. */
export type Answer = Readonly<Record<string, unknown>>

export interface Called {
  readonly status: number
  readonly headers: Headers
  readonly body: Answer
}

/** Chance that repeats itself (a linear congruential generator). */
export function repeatable(seed = 1): Random {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

export function openIntercom(options: Partial<IntercomSandboxOptions> = {}) {
  const clock = virtualClock()
  const box = createIntercomSandbox({
    clock,
    random: repeatable(),
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
  ): Promise<Called> {
    const every = { authorization: `Bearer ${TOKEN}`, ...headers }
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const init = text === undefined ? {} : { body: text }
    const response = await box.fetch(new Request(`http://sandbox${path}`, { method, headers: every, ...init }))
    return { status: response.status, headers: response.headers, body: (await response.json()) as Answer }
  }

  /** All rows a search gives, page by page. */
  async function searchAll(path: string, query: unknown, more: object = {}, perPage = 150): Promise<readonly Answer[]> {
    const rows: Answer[] = []
    let after: unknown = null
    do {
      const asked = { query, ...more, pagination: { per_page: perPage, starting_after: after } }
      const { status, body } = await call('POST', path, asked)
      if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`)
      rows.push(...((body.conversations ?? body.tickets ?? body.data) as Answer[]))
      after = at(body, 'pages.next.starting_after')
    } while (after !== undefined)
    return rows
  }

  return { box, clock, call, searchAll }
}

/** What lies at a path of names and numbers; undefined where there is nothing. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((found, step) => (Object(found) as Answer)[step], value)
}

/** A notification as it arrived. */
export interface Received {
  readonly headers: Headers
  readonly text: string
  readonly note: Answer
}

/** A subscriber that answers as told (default 200) and remembers what it got. */
export function subscriber(
  answer: (request: Request, nth: number) => Response | Promise<Response> = () => new Response(),
) {
  const received: Received[] = []
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

/** Serves a handler on a free port of this machine. */
export async function onSocket(fetch: Fetch): Promise<{ readonly url: string; close(): Promise<void> }> {
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
