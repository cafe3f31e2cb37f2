/** A whole connector in one process, on the virtual clock, against both local servers, without a socket. */
import { createHmac } from 'node:crypto'
import { type ConnectorOptions, intercomToKlaviyo } from '../../connector/index.ts'
import { loadConnectorSpec } from '../../connector/spec.ts'
import { virtualClock } from '../../runtime/conformance/virtual-clock.ts'
import { completeStore } from '../../runtime/lib/complete-store.ts'
import type { Fetch, Random } from '../../runtime/ports/effects.ts'
import type { Spec } from '../../runtime/spec/spec.ts'
import { memoryStore } from '../../runtime/store/memory/store.ts'
import { createIntercomSandbox, type IntercomSandboxOptions } from '../../sandbox/intercom/server.ts'
import { createKlaviyoSandbox } from '../../sandbox/klaviyo/server.ts'

const TOKEN = 'test-token'
const SECRET = 'test-client-secret'
const KEY = 'pk_test'

let shared: Promise<Spec> | undefined

export interface HarnessOptions extends Partial<IntercomSandboxOptions> {
  readonly connector?: Partial<ConnectorOptions>
  /** Answers in place of a sandbox server, unless it returns undefined. */
  readonly intercept?: (request: Request) => Promise<Response | undefined> | Response | undefined
}

export async function startConnector(options: HarnessOptions = {}) {
  const clock = options.clock ?? virtualClock()
  const random = seededRandom(1)
  shared ??= loadConnectorSpec()
  const spec = await shared
  const intercom = createIntercomSandbox({
    clock,
    random,
    token: TOKEN,
    clientSecret: SECRET,
    conversations: 60,
    tickets: 40,
    now: clock.now() - 60_000,
    fetch: async () => new Response(),
    ...options,
  })
  const klaviyo = createKlaviyoSandbox({ clock, random, key: KEY })
  const store = completeStore(options.connector?.store ?? memoryStore({ clock }))
  const fetch: Fetch = async (request) => {
    const other = await options.intercept?.(request)
    if (other !== undefined) return other
    return request.url.startsWith('https://a.klaviyo.com') ? klaviyo.fetch(request) : intercom.fetch(request)
  }
  const connector = await intercomToKlaviyo({
    secrets: { intercomAccessToken: TOKEN, intercomClientSecret: SECRET, klaviyoApiKey: KEY },
    fetch,
    clock,
    random,
    ...options.connector,
    store,
    settings: { spec, ...options.connector?.settings },
  })

  /** Posts a notification, signed, and resolves to the status. */
  async function notify(topic: string, item: object, change: object = {}): Promise<number> {
    const created_at = Math.floor(clock.now() / 1000)
    const envelope = {
      type: 'notification_event',
      app_id: 'sandbox1',
      id: `n-${created_at}-${topic}`,
      topic,
      created_at,
    }
    const body = JSON.stringify({ ...envelope, data: { type: 'notification_event_data', item }, ...change })
    const signature = `sha1=${createHmac('sha1', SECRET).update(body).digest('hex')}`
    const headers = { 'X-Hub-Signature': signature }
    return (
      await connector.receive(new Request('http://localhost/webhooks/intercom', { method: 'POST', body, headers }))
    ).status
  }

  /** Delivers for `ms`, then stops. */
  async function work(ms = 5_000): Promise<void> {
    const stop = new AbortController()
    const working = connector.work({ signal: stop.signal })
    await virtual.advance(ms)
    stop.abort()
    await virtual.until(working)
  }
  const virtual = clock as ReturnType<typeof virtualClock>

  return { connector, spec, store, clock: virtual, intercom, klaviyo, notify, work, secret: SECRET }
}

/** A linear congruential generator with the constants of Numerical Recipes. */
function seededRandom(seed: number): Random {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

/** A contact of the Intercom sandbox with an e-mail address. */
export async function findContactWithEmail(intercom: { fetch: Fetch }): Promise<{ id: string; email: string }> {
  const request = new Request('https://api.intercom.io/contacts?per_page=50', {
    headers: { Authorization: `Bearer ${TOKEN}` },
  })
  const { data } = (await (await intercom.fetch(request)).json()) as { data: { id: string; email: string | null }[] }
  const found = data.find(({ email }) => email?.includes('@mail.'))
  if (found?.email) return { id: found.id, email: found.email }
  throw new Error('no contact has an e-mail address')
}
