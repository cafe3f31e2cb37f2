/** A local Intercom that speaks the real HTTP: a year of history made on demand, live activity, signed webhooks. */
import { createHmac } from 'node:crypto'
import { Hono } from 'hono'
import type { Clock, Fetch, Random } from '../../runtime/ports/effects.ts'
import { workspaceOf } from '../data/workspace.ts'
import { misbehaviour, readMisbehaviour } from '../fault-injection.ts'
import { failures, type Limit, rateLimit } from './errors.ts'
import { liveActivity } from './live.ts'
import { intercomOauth } from './oauth.ts'
import { routes } from './routes.ts'
import { type Notification, pusher } from './webhooks.ts'

export interface LocalIntercomOptions {
  readonly clock: Clock
  /** Of what happens live, of request ids and of misbehaviour; never of the history. */
  readonly random: Random
  readonly token: string
  readonly clientSecret: string
  /** Of the app that people let in. Default: `sandbox-app`. */
  readonly clientId?: string
  /** The workspace's id, `app_id` of its notifications. */
  readonly workspace?: string
  readonly conversations: number
  readonly tickets: number
  /** Default: one for every three conversations. */
  readonly contacts?: number
  /** The same seed and counts and `now` always give the same history. */
  readonly seed?: number
  /** Where history ends. Milliseconds since 1970. */
  readonly now: number
  /** Where notifications go; undefined: nowhere yet. Asked each time. */
  readonly webhookUrl?: () => string | undefined
  /** Posts the notifications. */
  readonly fetch: Fetch
  /** Requests in each window of `per` milliseconds. Default 1,666 in 10 s, as of a private app. */
  readonly limit?: Limit
}

export interface LocalIntercom {
  /** A web-standard handler, for any server that takes one. */
  fetch(request: Request): Promise<Response>
  /** Does one random thing, and resolves once its notifications were tried the first time. */
  act(): Promise<void>
  /** Acts every so many milliseconds until the signal aborts. */
  live(options: { readonly every: number; readonly signal: AbortSignal }): Promise<void>
  /** API requests received, by `METHOD /path/{id}`; answered or not. */
  calls(): Readonly<Record<string, number>>
  notifications(): readonly Notification[]
  /** Sends no more notifications. */
  close(): void
}

const YEAR = 365 * 86_400
/** As many acts at a time when a person asks for many. */
const TOGETHER = 32

export function localIntercom(options: LocalIntercomOptions): LocalIntercom {
  const { clock, random, conversations, tickets } = options
  const now = Math.floor(options.now / 1000)
  const contacts = Math.max(1, options.contacts ?? Math.ceil(conversations / 3))
  const id = options.workspace ?? 'sandbox1'
  const workspace = workspaceOf({
    seed: options.seed ?? 1,
    workspace: id,
    from: now - YEAR,
    now,
    conversations,
    tickets,
    contacts,
  })

  const { clientSecret, fetch, webhookUrl: url = () => undefined } = options
  const push = pusher({ clock, random, fetch, workspace: id, clientSecret, url })
  const act = liveActivity({ workspace, clock, random, notify: push.send })
  const limit = rateLimit(options.limit ?? { limit: 1666, per: 10_000 }, clock)
  const notice = () => void tellUninstalled({ ...options, workspace: id })
  const oauth = intercomOauth({
    clock,
    random,
    clientId: options.clientId ?? 'sandbox-app',
    clientSecret,
    account: 'Sandbox Shop',
    onUninstall: notice,
  })
  const accepts = (token: string) => token === options.token || oauth.accepts(token)
  const api = routes({ workspace, random, accepts, limit })
  const behaviour = misbehaviour({ clock, random, failure: failures(random) })
  const calls: Record<string, number> = {}

  const sandbox = new Hono().basePath('/sandbox')
  sandbox.get('/calls', (c) => c.json(calls))
  sandbox.get('/notifications', (c) => c.json(push.notifications()))
  sandbox.post('/misbehave', async (c) => {
    const rules = readMisbehaviour(await c.req.json().catch(() => undefined))
    if (rules === undefined) return c.json({ error: 'unknown rule, or a number that makes no sense' }, 400)
    behaviour.set(rules)
    return c.json(rules)
  })
  sandbox.post('/uninstall', (c) => {
    oauth.uninstall()
    return c.json({ uninstalled: true })
  })
  sandbox.post('/act', async (c) => {
    const asked = Number(c.req.query('n') ?? 1)
    if (!Number.isInteger(asked) || asked < 1) return c.json({ error: 'n must be a whole number above 0' }, 400)
    for (let left = asked; left > 0; left -= TOGETHER) {
      await Promise.all(Array.from({ length: Math.min(left, TOGETHER) }, act))
    }
    return c.json({ acts: asked, notifications: push.notifications().length })
  })

  return {
    async fetch(request) {
      const { pathname } = new URL(request.url)
      if (pathname.startsWith('/sandbox/')) return sandbox.fetch(request)
      if (pathname === '/oauth' || pathname.startsWith('/auth/')) return oauth.app.fetch(request)
      const call = `${request.method} ${template(pathname)}`
      calls[call] = (calls[call] ?? 0) + 1
      return behaviour.apply(request, async () => api.fetch(request))
    },
    act,
    async live({ every, signal }) {
      while (!signal.aborted) {
        // Not awaited: a slow receiver does not slow the world down.
        void act()
        await clock.sleep(every, signal)
      }
    },
    calls: () => ({ ...calls }),
    notifications: push.notifications,
    close: push.close,
  }
}

/** To the address beside the webhook's, as if that were registered in the Developer Hub. Nobody repeats it. */
async function tellUninstalled({ webhookUrl, fetch, workspace, clientSecret }: Uninstalled): Promise<void> {
  const webhook = webhookUrl?.()
  if (webhook === undefined) return
  const body = JSON.stringify({ app_id: workspace })
  // Seen of the real one: signed in a header of its own.
  const signature = createHmac('sha256', clientSecret).update(body).digest('hex')
  const headers = { 'content-type': 'application/json', 'x-body-signature': signature }
  const request = new Request(`${webhook}/uninstall`, { method: 'POST', headers, body })
  await fetch(request).then(
    (response) => response.body?.cancel(),
    () => undefined,
  )
}

type Uninstalled = Pick<LocalIntercomOptions, 'webhookUrl' | 'fetch' | 'clientSecret'> & { readonly workspace: string }

/** `/contacts/123/tags` as `/contacts/{id}/tags`. */
function template(path: string): string {
  return path.replace(/^\/(contacts|conversations|tickets)\/(?!search$)[^/]+/, '/$1/{id}')
}
