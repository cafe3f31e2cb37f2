/** Starts a local Intercom and a local Klaviyo on loopback. Intercom posts its webhooks to a URL of the caller's. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { systemClock, systemFetch, systemRandom } from '../runtime/system.ts'
import { acceptConsent } from './accept-consent.ts'
import { type Course, describeCounts } from './courses/course.ts'
import { COURSES } from './courses/index.ts'
import { customer } from './courses/steps/contacts.ts'
import { writes } from './courses/steps/conversations.ts'
import { lost } from './courses/steps/notices.ts'
import { createIntercomSandbox, type IntercomSandbox } from './intercom/server.ts'
import { createKlaviyoSandbox } from './klaviyo/server.ts'

/** Not secrets: only the sandbox accepts them. */
const TOKEN = 'sandbox-token'
const CLIENT_SECRET = 'sandbox-client-secret'
const KEY = 'pk_sandbox'
const CLIENT = { id: 'sandbox-app', secret: 'sandbox-app-secret' }

/** Between live actions, in milliseconds. */
const LIVE_INTERVAL = 1_500
/** The longest wait of a course that a person watches, in milliseconds. */
const LONGEST_WAIT = 2_000

export interface SandboxOptions {
  /** Default: any free port. */
  readonly ports?: Readonly<Record<string, number>>
  /** Size of the generated history. */
  readonly conversations?: number
  readonly tickets?: number
  /** Plays this course in an empty workspace, in place of random activity. */
  readonly course?: string | undefined
  /** Called with the text of each step of the course, and at its end. */
  readonly onStep?: ((text: string) => void) | undefined
  readonly signal: AbortSignal
}

export interface Sandbox {
  /** Settings that connect a connector with credentials. */
  readonly env: Readonly<Record<string, string>>
  /** The same with OAuth clients instead of credentials. */
  readonly oauthEnv: Readonly<Record<string, string>>
  /** Accepts the consent page at this URL; resolves to the redirect back to the connector. */
  acceptConsent(url: URL): Promise<URL>
  readonly addresses: Readonly<Record<string, string>>
  /** Starts live activity or the course, and posts their signed webhooks to this URL. */
  sendWebhooks(webhook: URL): void
  /** Lets a customer write whose webhook is lost. Resolves to what happens, as a text. */
  loseWebhook(): Promise<string>
  close(): Promise<void>
}

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { signal, ports = {}, onStep } = options
  const course = COURSES.find(({ name }) => name === options.course)
  const { conversations = 500, tickets = 300 } = course ? { conversations: 0, tickets: 0 } : options
  const effects = { clock: systemClock, random: systemRandom }
  let webhook: URL | undefined
  const liveActivity = new AbortController()

  const intercom = createIntercomSandbox({
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
  const klaviyo = createKlaviyoSandbox({ ...effects, key: KEY, client: CLIENT })
  const servers = [await listen(intercom.fetch, ports.intercom ?? 0), await listen(klaviyo.fetch, ports.klaviyo ?? 0)]
  const [intercomUrl, klaviyoUrl] = servers.map(baseUrl) as [string, string]
  let activity = Promise.resolve()

  const close = async () => {
    liveActivity.abort()
    await activity
    intercom.close()
    klaviyo.close()
    await Promise.all(servers.map(stop))
  }
  signal.addEventListener('abort', () => liveActivity.abort(), { once: true })

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
    acceptConsent: (url) => acceptConsent(url, systemFetch),
    addresses: { intercom: intercomUrl, klaviyo: klaviyoUrl },
    sendWebhooks(url) {
      const first = webhook === undefined
      webhook = url
      const { signal } = liveActivity
      if (!first) return
      const live = () => intercom.live({ every: LIVE_INTERVAL, signal })
      activity = course === undefined ? live() : watchCourse(course, { intercom, onStep, signal })
    },
    async loseWebhook() {
      const [text, steps] = ['Ann Miller writes, and the webhook is lost', [customer('ann'), lost(writes('ann'))]]
      const course = { name: 'webhook-lost', summary: text, steps, counts: {} }
      await intercom.play(course, { begin: systemClock.now(), until: async () => undefined })
      return text
    },
    close,
  }
}

interface Watching {
  readonly intercom: IntercomSandbox
  readonly onStep: SandboxOptions['onStep']
  readonly signal: AbortSignal
}

/** Plays a course at a pace that a person can follow. */
async function watchCourse(course: Course, { intercom, onStep, signal }: Watching): Promise<void> {
  await intercom.play(course, {
    begin: systemClock.now(),
    until: (time) => systemClock.sleep(time - systemClock.now(), signal),
    longestWait: LONGEST_WAIT,
    onStep: ({ text }) => onStep?.(text),
    signal,
  })
  if (!signal.aborted) onStep?.(`The course is over. Klaviyo must hold: ${describeCounts(course.counts)}`)
}

function listen(fetch: (request: Request) => Promise<Response>, port: number): Promise<Server> {
  const server = createAdaptorServer({ fetch, overrideGlobalObjects: false }) as Server
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

function baseUrl(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** Names and summaries of all courses. */
export function listCourses(): readonly { readonly name: string; readonly summary: string }[] {
  return COURSES.map(({ name, summary }) => ({ name, summary }))
}
