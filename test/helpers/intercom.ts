/** Recorded Intercom responses, the requests made for them, and a connector and a client that make them. */
import { readFileSync } from 'node:fs'
import nock from 'nock'
import { type ConnectorOptions, intercomToKlaviyo } from '../../connector/index.ts'
import { createIntercomSource, intercomHost, requireAccessToken } from '../../connector/intercom/source.ts'
import { loadConnectorSpec } from '../../connector/spec.ts'
import { createHttpClient } from '../../runtime/http/client.ts'
import { createRateLimiter } from '../../runtime/http/rate-limiter.ts'
import { createStaticAuth } from '../../runtime/ports/auth.ts'
import type { Clock } from '../../runtime/ports/effects.ts'
import { Fault } from '../../runtime/ports/fault.ts'
import type { Json } from '../../runtime/ports/types.ts'
import { createSourceClient } from '../../runtime/source/client.ts'
import { memoryStore } from '../../runtime/store/memory/store.ts'
import { systemFetch } from '../../runtime/system.ts'

export const TOKEN = 'dG9rOmFiYzEyMw=='
export const US = 'https://api.intercom.io'
export const START = Date.parse('2026-07-14T09:30:00.000Z')

export const spec = await loadConnectorSpec()
export const never = new AbortController().signal

/** A fixture's text: JSON, or a proxy's page. */
export function fixture(name: string): string {
  const file = name.includes('.') ? name : `${name}.json`
  return readFileSync(new URL(`../fixtures/intercom-api/${file}`, import.meta.url), 'utf8')
}

export interface RecordedRequest {
  /** `POST /conversations/search`, with the query. */
  readonly line: string
  readonly host: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Json
}

/** A fixture's name, or an error: status, fixture, headers. */
export type Reply = string | readonly [status: number, name?: string | undefined, headers?: Record<string, string>]

/** Replays responses by request line without its query; the last one repeats. Returns the requests. */
export function replayResponses(
  answers: Readonly<Record<string, readonly Reply[]>>,
  host = US,
): readonly RecordedRequest[] {
  const asked: RecordedRequest[] = []
  const played = new Map<string, number>()
  const reply = function (this: nock.ReplyFnContext, path: string, body: nock.Body): nock.ReplyFnResult {
    const { method } = this.req
    const headers = this.req.headers as unknown as Record<string, string>
    asked.push({ line: `${method} ${path}`, host: String(headers.host), headers, body: (body || null) as Json })
    const line = `${method} ${path.replace(/\?.*/, '')}`
    const nth = played.get(line) ?? 0
    played.set(line, nth + 1)
    const of = answers[line] ?? [[404, 'not-found']]
    const answer = of[Math.min(nth, of.length - 1)] ?? 'me'
    const [status, name, more] = typeof answer === 'string' ? [200, answer, {}] : answer
    return [status, name === undefined ? '' : fixture(name), { 'content-type': 'application/json', ...more }]
  }
  nock(host).get(/.*/).reply(reply).persist()
  nock(host).post(/.*/).reply(reply).persist()
  return asked
}

/** Ends short sleeps at once. Sleeps as long as a timeout wait for real responses. */
export function createInstantClock(): Clock & { readonly slept: number[] } {
  let now = START
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const wake = () => resolve()
        signal?.addEventListener('abort', wake, { once: true })
        if (signal?.aborted) resolve()
        if (ms >= spec.source.timeout) return
        setImmediate(() => {
          if (signal?.aborted) return
          signal?.removeEventListener('abort', wake)
          now += ms
          slept.push(ms)
          resolve()
        })
      }),
  }
}

export interface Credentials {
  readonly accessToken?: string | undefined
  readonly region?: string
  readonly baseUrl?: string
}

/** The source's client as the connector creates it. */
export function client(change: Credentials = {}, clock = createInstantClock()) {
  const { accessToken, region, baseUrl } = { accessToken: TOKEN, ...change }
  const host = baseUrl ?? intercomHost(spec.source, region)
  const headers = () => ({ Authorization: `Bearer ${requireAccessToken(accessToken)}` })
  const auth = createStaticAuth(() => ({ baseUrl: host, headers: headers() }))
  const source = createIntercomSource(auth, async () => [])
  const { name, timeout, rateLimit: limits } = spec.source
  const resetHeader = 'X-RateLimit-Reset'
  const peer = {
    name,
    limiter: createRateLimiter(limits, clock),
    explain: source.explainError,
    json: true,
    resetHeader,
  }
  const store = memoryStore({ clock })
  return createSourceClient(spec.source, {
    source,
    store,
    http: createHttpClient({ fetch: systemFetch, clock, random: () => 0, timeout }, peer),
  })
}

/** The whole connector, with a Klaviyo that accepts everything. */
export async function connector(options: ConnectorOptions = {}) {
  const klaviyo = nock('https://a.klaviyo.com').persist()
  klaviyo.get('/api/accounts').reply(200, { data: [{ id: 'Accnt1' }] })
  klaviyo.post(/.*/).reply(202)
  return intercomToKlaviyo({
    secrets: { intercomAccessToken: TOKEN, klaviyoApiKey: 'pk_test' },
    clock: createInstantClock(),
    random: () => 0,
    ...options,
    settings: { spec, ...options.settings },
  })
}

export async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const error = await promise.catch((error: unknown) => error)
  if (error instanceof Fault) return error
  throw new Error(`expected a fault, got ${error}`)
}
