/** Both local servers on loopback, joined: Intercom's notifications go to whoever asks for them. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Sandbox, SandboxOptions } from '../runtime/cli/app.ts'
import { systemClock, systemFetch, systemRandom } from '../runtime/system.ts'
import { consent } from './accept-consent.ts'
import { localIntercom } from './intercom/server.ts'
import { localKlaviyo } from './klaviyo/server.ts'

/** Not secrets: they open nothing but the sandbox. */
const TOKEN = 'sandbox-token'
const CLIENT_SECRET = 'sandbox-client-secret'
const KEY = 'pk_sandbox'
const CLIENT = { id: 'sandbox-app', secret: 'sandbox-app-secret' }

/** A new thing happens this often once somebody listens, milliseconds. */
const EVERY = 1_500

export async function sandbox(options: SandboxOptions): Promise<Sandbox> {
  const { conversations = 500, tickets = 300, signal, ports = {} } = options
  const effects = { clock: systemClock, random: systemRandom }
  let webhook: URL | undefined
  const living = new AbortController()

  const intercom = localIntercom({
    ...effects,
    token: TOKEN,
    clientSecret: CLIENT_SECRET,
    clientId: CLIENT.id,
    conversations,
    tickets,
    now: systemClock.now(),
    webhookUrl: () => webhook?.href,
    fetch: systemFetch,
  })
  const klaviyo = localKlaviyo({ ...effects, key: KEY, client: CLIENT })
  const servers = [await listen(intercom.fetch, ports.intercom ?? 0), await listen(klaviyo.fetch, ports.klaviyo ?? 0)]
  const [intercomUrl, klaviyoUrl] = servers.map(address) as [string, string]
  let alive = Promise.resolve()

  const close = async () => {
    living.abort()
    await alive
    intercom.close()
    klaviyo.close()
    await Promise.all(servers.map(shut))
  }
  signal.addEventListener('abort', () => living.abort(), { once: true })

  return {
    env: {
      INTERCOM_BASE_URL: intercomUrl,
      INTERCOM_ACCESS_TOKEN: TOKEN,
      INTERCOM_CLIENT_SECRET: CLIENT_SECRET,
      KLAVIYO_BASE_URL: klaviyoUrl,
      KLAVIYO_API_KEY: KEY,
    },
    oauthEnv: {
      INTERCOM_BASE_URL: intercomUrl,
      INTERCOM_CLIENT_ID: CLIENT.id,
      INTERCOM_CLIENT_SECRET: CLIENT_SECRET,
      KLAVIYO_BASE_URL: klaviyoUrl,
      KLAVIYO_CLIENT_ID: CLIENT.id,
      KLAVIYO_CLIENT_SECRET: CLIENT.secret,
    },
    acceptConsent: (address) => consent(address, systemFetch),
    addresses: { intercom: intercomUrl, klaviyo: klaviyoUrl },
    sendWebhooks(url) {
      if (webhook === undefined) alive = intercom.live({ every: EVERY, signal: living.signal })
      webhook = url
    },
    close,
  }
}

function listen(fetch: (request: Request) => Promise<Response>, port: number): Promise<Server> {
  const server = createAdaptorServer({ fetch, overrideGlobalObjects: false }) as Server
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

function address(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
