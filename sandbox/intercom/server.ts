/** A local Intercom with the API of the real one: a year of generated history, live activity, signed webhooks. */
import { createHmac } from 'node:crypto'
import { Hono } from 'hono'
import type { Clock, Fetch, Random } from '../../runtime/ports/effects.ts'
import type { Course } from '../courses/course.ts'
import { type PlayParts, playCourse } from '../courses/play.ts'
import { type Lengthening, lengthen } from '../data/lengthen.ts'
import { createWorkspace, type Workspace } from '../data/workspace.ts'
import { FaultInjector, parseFaultInjection } from '../fault-injection.ts'
import { createFailures, type RateLimit, rateLimit } from './errors.ts'
import { createLiveActivity } from './live.ts'
import { type IntercomOauth, intercomOauth } from './oauth.ts'
import { routes } from './routes.ts'
import { parseUnreliability, spoilAnswer, type TimedRules, type Unreliability } from './unreliability.ts'
import { type WebhookNotification, WebhookSender } from './webhooks.ts'

export interface IntercomSandboxOptions {
  readonly clock: Clock
  /** For live activity, request ids and fault injection; the history uses `seed`. */
  readonly random: Random
  /** For live activity alone, so that it does not depend on the requests. Default: `random`. */
  readonly activityRandom?: Random
  readonly token: string
  readonly clientSecret: string
  /** The OAuth client. Default: `sandbox-app`. */
  readonly clientId?: string
  /** The workspace's id, `app_id` of its notifications. */
  readonly workspace?: string
  readonly conversations: number
  readonly tickets: number
  /** Default: one for every three conversations. */
  readonly contacts?: number
  /** The same seed, sizes and `now` always give the same history. */
  readonly seed?: number
  /** The end of the history, in milliseconds since 1970. */
  readonly now: number
  /** The subscribed webhook URL, if any; read for each webhook. */
  readonly webhookUrl?: () => string | undefined
  /** Posts the webhooks. */
  readonly fetch: Fetch
  /** Requests in each window of `per` milliseconds. Default 1,666 in 10 s, as of a private app. */
  readonly limit?: RateLimit
}

export interface IntercomSandbox {
  /** A web-standard handler. */
  fetch(request: Request): Promise<Response>
  /** Runs one random action; resolves after the first attempt at its webhooks. */
  act(): Promise<void>
  /** Loses webhooks, cuts pages short and counts wrongly from now on. */
  misbehave(rules: Unreliability): void
  /** Makes records longer than the API gives. */
  lengthen(options: Lengthening): void
  /** Runs an action every `every` milliseconds until the signal aborts. */
  live(options: { readonly every: number; readonly signal: AbortSignal }): Promise<void>
  /** Plays a course: changes records and sends their webhooks. */
  play(course: Course, options: Omit<PlayParts, 'workspace' | 'send'>): Promise<void>
  /** Received API requests by `METHOD /path/{id}`. */
  calls(): Readonly<Record<string, number>>
  notifications(): readonly WebhookNotification[]
  /** Stops sending webhooks. */
  close(): void
}

const YEAR = 365 * 86_400
/** Concurrent actions of one `/sandbox/act` request. */
const MAX_CONCURRENT_ACTIONS = 32

export function createIntercomSandbox(options: IntercomSandboxOptions): IntercomSandbox {
  const { clock, random, activityRandom = random, conversations, tickets } = options
  const now = Math.floor(options.now / 1000)
  const contacts = Math.max(1, options.contacts ?? Math.ceil(conversations / 3))
  const id = options.workspace ?? 'sandbox1'
  const workspace = createWorkspace({
    number: options.seed ?? 1,
    workspace: id,
    from: now - YEAR,
    now,
    conversations,
    tickets,
    contacts,
  })

  const { clientSecret, fetch, webhookUrl: url = () => undefined } = options
  let unreliability: TimedRules = { since: clock.now() }
  const sending = { clock, random, fetch, workspace: id, clientSecret, url, rules: () => unreliability }
  const webhooks = new WebhookSender(sending)
  const notify = (topic: string, item: object) => webhooks.send(topic, item)
  const act = createLiveActivity({ workspace, clock, random: activityRandom, notify })
  const limit = rateLimit(options.limit ?? { limit: 1666, per: 10_000 }, clock)
  const oauth = intercomOauth({
    clock,
    random,
    clientId: options.clientId ?? 'sandbox-app',
    clientSecret,
    account: 'Sandbox Shop',
    onUninstall: () => void sendUninstallNotice({ ...options, workspace: id }),
  })
  const api = routes({ workspace, random, accepts: (token) => token === options.token || oauth.accepts(token), limit })
  const faults = new FaultInjector({ clock, random, failure: createFailures(random) })
  const calls: Record<string, number> = {}

  const misbehave = (next: Unreliability) => {
    unreliability = { ...next, since: clock.now() }
  }
  const answer = async (request: Request) => spoilAnswer(await api.fetch(request), unreliability, random)
  const controls = controlRoutes({ workspace, calls, webhooks, faults, oauth, act, misbehave })

  return {
    async fetch(request) {
      const { pathname } = new URL(request.url)
      if (pathname.startsWith('/sandbox/')) return controls.fetch(request)
      if (pathname === '/oauth' || pathname.startsWith('/auth/')) return oauth.app.fetch(request)
      const call = `${request.method} ${pathTemplate(pathname)}`
      calls[call] = (calls[call] ?? 0) + 1
      return dated(await faults.apply(request, () => answer(request)), clock)
    },
    act,
    misbehave,
    lengthen: (lengthening) => lengthen(workspace, lengthening),
    async live({ every, signal }) {
      while (!signal.aborted) {
        // Not awaited: a slow receiver does not delay the next action.
        void act()
        await clock.sleep(every, signal)
      }
    },
    play: (course, options) =>
      playCourse(course, {
        ...options,
        workspace,
        send: ({ topic, item, at }) => webhooks.send(topic, item(), at * 1000),
      }),
    calls: () => ({ ...calls }),
    notifications: () => webhooks.notifications(),
    close: () => webhooks.close(),
  }
}

/** By the time of the workspace, which is not that of this machine where a test sets it. */
function dated(response: Response, clock: Clock): Response {
  if (!response.headers.has('date')) response.headers.set('date', new Date(clock.now()).toUTCString())
  return response
}

interface Controls {
  readonly workspace: Workspace
  readonly calls: Readonly<Record<string, number>>
  readonly webhooks: WebhookSender
  readonly faults: FaultInjector
  readonly oauth: IntercomOauth
  readonly act: () => Promise<void>
  readonly misbehave: (rules: Unreliability) => void
}

/** Routes beside Intercom's own: calls, webhooks, fault injection, uninstall, live actions, long records. */
function controlRoutes({ workspace, calls, webhooks, faults, oauth, act, misbehave }: Controls): Hono {
  const app = new Hono().basePath('/sandbox')
  app.get('/calls', (c) => c.json(calls))
  app.get('/notifications', (c) => c.json(webhooks.notifications()))
  app.post('/misbehave', async (c) => {
    const body: unknown = await c.req.json().catch(() => undefined)
    const parsed = typeof body === 'object' && body !== null ? parseUnreliability(body) : undefined
    const rules = parsed && parseFaultInjection(Array.isArray(body) ? body : parsed.others)
    if (parsed === undefined || rules === undefined) return c.json({ error: 'unknown rule or invalid number' }, 400)
    faults.rules = rules
    misbehave(parsed.own)
    return c.json({ ...rules, ...parsed.own })
  })
  app.post('/uninstall', (c) => {
    oauth.uninstall()
    return c.json({ uninstalled: true })
  })
  app.post('/lengthen', async (c) => {
    const body: unknown = await c.req.json().catch(() => undefined)
    const counts = ['conversations', 'tickets', 'parts'].map((name) => Number(Object(body)[name] ?? 0))
    const [conversations = 0, tickets = 0, parts = 0] = counts
    if (counts.some((count) => !Number.isInteger(count) || count < 0) || parts === 0)
      return c.json({ error: 'conversations, tickets and parts must be whole numbers' }, 400)
    lengthen(workspace, { conversations, tickets, parts })
    return c.json({ conversations, tickets, parts })
  })
  app.post('/act', async (c) => {
    const count = Number(c.req.query('n') ?? 1)
    if (!Number.isInteger(count) || count < 1) return c.json({ error: 'n must be a whole number above 0' }, 400)
    for (let left = count; left > 0; left -= MAX_CONCURRENT_ACTIONS) {
      await Promise.all(Array.from({ length: Math.min(left, MAX_CONCURRENT_ACTIONS) }, act))
    }
    return c.json({ acts: count, notifications: webhooks.notifications().length })
  })
  return app
}

/** Posts to the URL beside the webhook's, as if it were registered in the Developer Hub. Never retried. */
async function sendUninstallNotice({
  webhookUrl,
  fetch,
  workspace,
  clientSecret,
}: UninstallNoticeParts): Promise<void> {
  const webhook = webhookUrl?.()
  if (webhook === undefined) return
  const body = JSON.stringify({ app_id: workspace })
  // Observed at Intercom: signed in a header of its own.
  const signature = createHmac('sha256', clientSecret).update(body).digest('hex')
  const headers = { 'content-type': 'application/json', 'x-body-signature': signature }
  const request = new Request(`${webhook}/uninstall`, { method: 'POST', headers, body })
  await fetch(request).then(
    (response) => response.body?.cancel(),
    () => undefined,
  )
}

type UninstallNoticeParts = Pick<IntercomSandboxOptions, 'webhookUrl' | 'fetch' | 'clientSecret'> & {
  readonly workspace: string
}

/** `/contacts/123/tags` as `/contacts/{id}/tags`. */
function pathTemplate(path: string): string {
  return path.replace(/^\/(contacts|conversations|tickets)\/(?!search$)[^/]+/, '/$1/{id}')
}
