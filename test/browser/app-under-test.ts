/** A whole connector on a real port and a virtual clock, for tests in a browser. */
import { createHmac } from 'node:crypto'
import { cliApp as app } from '../../connector/cli-app.ts'
import { connectorFromSpec } from '../../connector/index.ts'
import { Alerting } from '../../runtime/alerts/alerting.ts'
import { Vault } from '../../runtime/auth/vault.ts'
import { listen } from '../../runtime/cli/server/listen.ts'
import { createRoutes } from '../../runtime/cli/server/routes.ts'
import type { Connector } from '../../runtime/connector.ts'
import { createConsole } from '../../runtime/console/index.ts'
import { openSpecFolder } from '../../runtime/spec/spec-files.ts'
import type { EditableSpec } from '../../runtime/spec-editing/types.ts'
import { systemClock } from '../../runtime/system.ts'
import {
  type AuthHarness,
  type AuthHarnessOptions,
  CLIENT_ENV,
  completeSetup,
  createAuthHarness,
  INTERCOM,
  SIGNING,
  spec,
  TOKEN,
} from '../helpers/auth.ts'
import type { Cleanup } from '../helpers/processes/processes.ts'
import { signVisitorsIn } from '../helpers/signed-in.ts'

export interface AppOptions extends Omit<AuthHarnessOptions, 'webhook'> {
  readonly password?: string
  /** Without a password: whether visitors are signed in at their first request. Default: yes. */
  readonly visitors?: 'strangers'
  /** Before setup. Default: both accounts are connected. */
  readonly empty?: boolean
  readonly env?: Record<string, string>
}

export type AppUnderTest = Awaited<ReturnType<typeof startApp>>

export async function startApp(closing: Cleanup, options: AppOptions = {}) {
  let answer: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 })
  const it = createAuthHarness({ ...options, webhook: (request) => answer(request) })
  const { clock, fetch, logger, store } = it
  if (!options.empty) await completeSetup(it, Object.keys(spec.destination.optionalPermissions))
  const connections = await it.open(options.env ?? CLIENT_ENV)
  const random = () => 0.5
  const connector = connectorFromSpec(spec, store, { clock, fetch, logger, random, connections })
  const ending = new AbortController()
  const { signal } = ending
  const parts = { app, connector, clock, logger, connections, signal, localWebhooks: options.empty !== true }
  const { password } = options
  const alerted: string[] = []
  const alerts = new Alerting({
    ...{ connector, clock, logger, settings: {}, sealed: new Vault(store, it.key), randomId: () => 'id' },
    async fetch(request) {
      alerted.push(await request.text())
      return new Response()
    },
  })
  const vendorLinks = app.vendorLinks?.({})
  const created = createConsole({ ...parts, metricUrl: app.metricUrl, vendorLinks, password, specFiles, alerts })
  const isOpen = password === undefined && options.visitors === undefined
  const pages = isOpen ? signVisitorsIn(created) : created
  answer = createRoutes({ ...parts, console: pages, notReadyReasons: () => [], readers: { host: '127.0.0.1' } })
  const listener = await listen({ host: '127.0.0.1', port: 0, fetch: answer, clock })
  closing.add(listener, async () => {
    ending.abort()
    await clock.until(pages.drained())
    await clock.until(listener.drain(0))
  })

  const url = listener.url.href
  const signInLinks: string[] = []
  if (!isOpen) created.printSignInPath((path) => void signInLinks.push(new URL(path, url).href))
  return {
    ...it,
    signInLinks,
    url,
    connector,
    connections,
    alerts,
    /** Bodies of the alerts that were sent. */
    alerted,
    ...timeControls(connector, it.clock),
    ...eventSenders(url, (request) => answer(request), it.clock),
    people: () => people(it),
  }
}

/** The shipped spec: shown, checked and previewed, never written. */
const specFiles: EditableSpec = {
  ...{ files: openSpecFolder(app.specFolder), functions: app.functions, rules: app.rules, bases: app.bases },
  readOnlyReason: async () => undefined,
  write: async () => ({ status: 'refused', reason: 'A test writes no file of the checkout.' }),
}

function timeControls(connector: Connector, clock: AuthHarness['clock']) {
  /** Delivers for `ms`, then stops. */
  async function work(ms = 5_000): Promise<void> {
    const stop = new AbortController()
    const working = connector.work({ signal: stop.signal })
    await clock.advance(ms)
    stop.abort()
    await clock.until(working)
  }

  /** Advances the clock and delivers until `pending` settles. */
  async function during<T>(pending: Promise<T>): Promise<T> {
    const settled = new AbortController()
    const settle = () => settled.abort()
    pending.then(settle, settle)
    while (!settled.signal.aborted) {
      await systemClock.sleep(5)
      if (!settled.signal.aborted) await work(200)
    }
    return pending
  }

  /** Advances the clock and delivers until the condition holds on a page. */
  async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
    const end = systemClock.now() + 20_000
    // A page that is loading answers once it has loaded. A fast one answers before any work is done.
    while (!(await during(isTrue()))) {
      if (systemClock.now() > end) throw new Error(`not within 20 seconds: ${what}`)
      await systemClock.sleep(5)
      await work(200)
    }
  }

  return { work, during, until }
}

function eventSenders(url: string, answer: (request: Request) => Promise<Response>, clock: AuthHarness['clock']) {
  /** Sends a signed notification. */
  async function notify(topic: string, item: object, id = `n-${topic}-${clock.now()}`): Promise<void> {
    const at = Math.floor(clock.now() / 1000)
    const data = { type: 'notification_event_data', item }
    const body = JSON.stringify({ type: 'notification_event', app_id: 'sandbox1', id, topic, created_at: at, data })
    const headers = { 'x-hub-signature': `sha1=${createHmac('sha1', SIGNING).update(body).digest('hex')}` }
    const response = await answer(new Request(`${url}webhooks/intercom`, { method: 'POST', body, headers }))
    if (response.status !== 200) throw new Error(`the notification got status ${response.status}`)
  }

  /** A conversation is rated: one event. */
  async function rate(id: string, person: Person, more: object = {}): Promise<void> {
    const at = Math.floor(clock.now() / 1000)
    await notify('conversation.rating.added', {
      type: 'conversation',
      id,
      created_at: at - 60,
      contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: person.id }] },
      conversation_rating: { rating: 2, created_at: at, updated_at: at, contact: { id: person.id } },
      ...more,
    })
  }

  return { notify, rate }
}

export interface Person {
  readonly id: string
  readonly email: string
  readonly phone?: string | null | undefined
}

/** Contacts of the local source with an e-mail address. */
async function people({ fetch }: Pick<AuthHarness, 'fetch'>): Promise<readonly Person[]> {
  const headers = { authorization: `Bearer ${TOKEN}` }
  const answer = await fetch(new Request(`${INTERCOM}/contacts?per_page=50`, { headers }))
  const { data } = (await answer.json()) as { data: (Omit<Person, 'email'> & { email: string | null })[] }
  return data.flatMap(({ id, email, phone }) => (email?.includes('@mail.') ? [{ id, email, phone }] : []))
}
