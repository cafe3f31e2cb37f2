/** A whole connector behind a real address, its time in our hands: for pages that are looked at and worked with. */
import { createHmac } from 'node:crypto'
import { cliApp as app } from '../../connector/cli-app.ts'
import { connectorFromSpec } from '../../connector/index.ts'
import { listen } from '../../runtime/cli/server/listen.ts'
import { routes } from '../../runtime/cli/server/routes.ts'
import { createConsole } from '../../runtime/console/index.ts'
import { systemClock } from '../../runtime/system.ts'
import {
  CLIENT_ENV,
  INTERCOM,
  installed,
  SIGNING,
  spec,
  TOKEN,
  type World,
  type WorldOptions,
  world,
} from '../helpers/auth.ts'
import type { Closers } from '../helpers/processes.ts'

export interface HouseOptions extends Omit<WorldOptions, 'webhook'> {
  readonly password?: string
  /** As a person finds it who begins. Default: both sides are connected. */
  readonly empty?: boolean
  readonly env?: Record<string, string>
}

export type House = Awaited<ReturnType<typeof house>>

export async function house(closing: Closers, options: HouseOptions = {}) {
  let answer: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 })
  const it = world({ ...options, webhook: (request) => answer(request) })
  const { clock, fetch, logger, store } = it
  if (!options.empty) await installed(it, Object.keys(spec.destination.optionalPermissions))
  const account = await it.open(options.env ?? CLIENT_ENV)
  const random = () => 0.5
  const connector = connectorFromSpec(spec, store, { clock, fetch, logger, random, connections: account })
  const ending = new AbortController()
  const { signal } = ending
  const parts = { app, connector, clock, logger, account, signal }
  const pages = createConsole({ ...parts, metricUrl: app.metricUrl, password: options.password })
  answer = routes({ ...parts, connections: account, console: pages, notReadyReasons: () => [] })
  const listener = await listen({ host: '127.0.0.1', port: 0, fetch: answer, clock })
  closing.add(listener, async () => {
    ending.abort()
    await clock.until(pages.drained())
    await clock.until(listener.drain(0))
  })

  /** Delivers for a while, then stops. */
  async function work(ms = 5_000): Promise<void> {
    const stop = new AbortController()
    const working = connector.work({ signal: stop.signal })
    await clock.pass(ms)
    stop.abort()
    await clock.until(working)
  }

  /** Lets time pass while somebody does something that takes some. */
  async function during<T>(doing: Promise<T>): Promise<T> {
    const over = new AbortController()
    const end = () => over.abort()
    doing.then(end, end)
    while (!over.signal.aborted) {
      await systemClock.sleep(5)
      if (!over.signal.aborted) await work(200)
    }
    return doing
  }

  /** Lets time pass, delivering meanwhile, until a page shows it. */
  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const end = systemClock.now() + 20_000
    // A page that is being loaded answers when it is there.
    while (!(await during(holds()))) if (systemClock.now() > end) throw new Error(`not within twenty seconds: ${what}`)
  }

  /** A notification as the source sends it, signed. */
  async function notify(topic: string, item: object, id = `n-${topic}-${clock.now()}`): Promise<void> {
    const at = Math.floor(clock.now() / 1000)
    const data = { type: 'notification_event_data', item }
    const body = JSON.stringify({ type: 'notification_event', app_id: 'sandbox1', id, topic, created_at: at, data })
    const headers = { 'x-hub-signature': `sha1=${createHmac('sha1', SIGNING).update(body).digest('hex')}` }
    const response = await answer(
      new Request(`${listener.url.href}webhooks/intercom`, { method: 'POST', body, headers }),
    )
    if (response.status !== 200) throw new Error(`the notification was answered ${response.status}`)
  }

  /** Somebody rates a conversation: an event that any page shows. */
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

  return { ...it, url: listener.url.href, connector, work, during, until, notify, rate, people: () => people(it) }
}

export interface Person {
  readonly id: string
  readonly email: string
}

/** Those of the local source who can be identified. */
async function people({ fetch }: Pick<World, 'fetch'>): Promise<readonly Person[]> {
  const headers = { authorization: `Bearer ${TOKEN}` }
  const answer = await fetch(new Request(`${INTERCOM}/contacts?per_page=50`, { headers }))
  const { data } = (await answer.json()) as { data: { id: string; email: string | null }[] }
  return data.flatMap(({ id, email }) => (email?.includes('@mail.') ? [{ id, email }] : []))
}
