/** Both sandbox servers and a store: the actions of a person, a browser and several processes on them. */
import { createConnectorConnections } from '../../connector/auth.ts'
import { loadConnectorSpec } from '../../connector/spec.ts'
import type { Connections } from '../../runtime/auth/connections.ts'
import { ephemeralKey } from '../../runtime/auth/encryption-key.ts'
import type { SideName } from '../../runtime/auth/side.ts'
import type { EncryptionKey } from '../../runtime/auth/vault.ts'
import { type VirtualClock, virtualClock } from '../../runtime/conformance/virtual-clock.ts'
import type { Fetch, Logger } from '../../runtime/ports/effects.ts'
import type { Store } from '../../runtime/ports/store.ts'
import { memoryStore } from '../../runtime/store/memory/store.ts'
import { createIntercomSandbox } from '../../sandbox/intercom/server.ts'
import { createKlaviyoSandbox } from '../../sandbox/klaviyo/server.ts'
import { seededRandom } from './open-intercom.ts'

export const spec = await loadConnectorSpec()
export const never = new AbortController().signal

export const INTERCOM = 'http://intercom.local'
export const KLAVIYO = 'http://klaviyo.local'
export const KEY = 'pk_sandbox_0123456789'
export const TOKEN = 'a-pasted-token-0123456789'
export const SIGNING = 'a-client-secret-0123456789'
export const CLIENT_ENV = {
  INTERCOM_CLIENT_ID: 'sandbox-app',
  INTERCOM_CLIENT_SECRET: SIGNING,
  KLAVIYO_CLIENT_ID: 'sandbox-app',
  KLAVIYO_CLIENT_SECRET: 'sandbox-app-secret',
}

/** A log that a test can search for secrets. */
export function createRecordingLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = []
  const say = (level: string) => (message: string, fields?: object) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`)
  return { lines, debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }
}

export interface AuthHarnessOptions {
  readonly workspace?: string
  readonly conversations?: number
  readonly tickets?: number
  /** Default: in memory. */
  readonly store?: { readonly clock: VirtualClock; readonly store: Store }
  /** Receives the source's webhooks. */
  readonly webhook?: (request: Request) => Promise<Response>
  /** Answers in place of a sandbox server, unless undefined. */
  readonly instead?: (request: Request) => Promise<Response | undefined>
}

export function createAuthHarness(options: AuthHarnessOptions = {}) {
  const clock = options.store?.clock ?? virtualClock()
  const random = seededRandom()
  const intercom = createIntercomSandbox({
    clock,
    random,
    token: TOKEN,
    clientSecret: SIGNING,
    conversations: options.conversations ?? 3,
    tickets: options.tickets ?? 3,
    now: clock.now(),
    webhookUrl: () => (options.webhook ? 'http://connector.local/webhooks/intercom' : undefined),
    fetch: async (request) => (await options.webhook?.(request)) ?? new Response(),
    ...(options.workspace !== undefined && { workspace: options.workspace }),
  })
  const klaviyo = createKlaviyoSandbox({ clock, random, key: KEY, limits: false })
  /** Every request sent, without its body. */
  const asked: string[] = []
  const fetch: Fetch = async (request) => {
    asked.push(`${request.method} ${request.url}`)
    const other = await options.instead?.(request)
    if (other !== undefined) return other
    return request.url.startsWith(INTERCOM) ? intercom.fetch(request) : klaviyo.fetch(request)
  }
  const logger = createRecordingLogger()
  const key = ephemeralKey()
  const store: Store = options.store?.store ?? memoryStore({ clock })

  /** Opens a process on the store, with its environment and the faults it meets. */
  function open(
    env: Record<string, string> = CLIENT_ENV,
    change: { fetch?: Fetch; store?: Store; encryptionKey?: EncryptionKey } = {},
  ): Promise<Connections> {
    const all = { ...env, INTERCOM_BASE_URL: INTERCOM, KLAVIYO_BASE_URL: KLAVIYO }
    return createConnectorConnections({
      spec,
      env: all,
      store,
      encryptionKey: key,
      fetch,
      clock,
      random,
      logger,
      ...change,
    })
  }
  return { clock, intercom, klaviyo, asked, fetch, logger, store, key, open }
}

export type AuthHarness = ReturnType<typeof createAuthHarness>

export const redirectOf = (side: SideName) => `http://127.0.0.1:3000/set-up/${side}/callback`

/** The query of the callback after a person has granted or denied access on the consent page. */
export async function answerConsent({ fetch }: AuthHarness, address: URL, decision = 'yes'): Promise<URLSearchParams> {
  const page = await fetch(new Request(address))
  if (page.status !== 200) throw new Error(`${address.pathname}: ${page.status} ${await page.text()}`)
  const hidden = [...(await page.text()).matchAll(/name="([^"]+)" value="([^"]*)"/g)]
  const form = new URLSearchParams(
    hidden.map(([, name = '', value = '']): [string, string] => [name, value.replaceAll('&amp;', '&')]),
  )
  form.set('decision', decision)
  const answer = await fetch(new Request(address, { method: 'POST', body: form }))
  return new URL(answer.headers.get('location') ?? 'none:').searchParams
}

/** Connects one side by OAuth. */
export async function connectByOauth(it: AuthHarness, account: Connections, side: SideName, decision = 'yes') {
  const attempt = { side, session: 's1', redirectUri: redirectOf(side) }
  const query = await answerConsent(it, await account.setup.authorizationUrl(attempt), decision)
  return account.setup.handleCallback({ ...attempt, query }, never)
}

/** Completes set-up by OAuth. */
export async function completeSetup(it: AuthHarness, extras: readonly string[] = []): Promise<Connections> {
  const account = await it.open()
  await account.setup.consent(extras)
  await connectByOauth(it, account, 'source')
  await connectByOauth(it, account, 'destination')
  await account.setup.finish()
  return account
}
