/** The web pages of a connector, for any host that speaks web-standard requests: `console(parts).fetch(request)`. */
import { Hono, type Context as HonoContext } from 'hono'
import type { Connector } from '../connector.ts'
import { toFault } from '../ports/fault.ts'
import { asset } from './assets.ts'
import { type ImportRunner, importRunner } from './pages/import/runner.ts'
import { actions, pages } from './pages.ts'
import { type AuthorizedRequest, type RequestGuard, requestGuard } from './server/authorize.ts'
import { isBackgroundRefresh, type Live, live } from './server/live-updates.ts'
import { loginActions, loginPage } from './server/login.ts'
import { loginThrottle } from './server/login-throttle.ts'
import { type Renderer, renderer } from './server/render.ts'
import { withSecurityHeaders } from './server/security-headers.ts'
import type { ConsoleParts } from './types.ts'

export interface Console {
  /** Answers one request and never throws. `address` is whom it came from: wrong passwords are counted by it. */
  readonly fetch: (request: Request, address?: string) => Promise<Response>
  /** Goes on with an import that ran when the process ended. Call it once delivery runs. */
  readonly resume: () => Promise<void>
  /** Resolves when nothing runs here any more, soon after `signal` aborted. Only then close the store. */
  readonly drained: () => Promise<void>
}

export type { ConsoleParts }

/** All that is passed in stays the host's: the console closes nothing. */
export function console(parts: ConsoleParts): Console {
  const imports = importRunner({ ...parts, gate: parts.connector.gate })
  let opened: Promise<ConsoleApp> | undefined
  return {
    resume: imports.resume,
    drained: imports.idle,
    fetch: async (request, address = 'unknown') => {
      // Not before somebody comes: the key may be a file that is made for it.
      opened ??= open(parts, imports)
      const house = await opened
      try {
        return withSecurityHeaders(await answer(request, address, house), parts.allowedFormTargets)
      } catch (error) {
        const path = new URL(request.url).pathname
        const { code, kind, message } = toFault(error)
        parts.logger.error(`console: request failed: ${message}`, { path, code })
        const why = kind === 'bug' ? 'something went wrong here, and the log says what' : message
        const words = `Sorry: ${why}. Nothing that was received is lost. Go back and try it again.`
        return withSecurityHeaders(await house.shown.messagePage({ status: 500, title: 'That did not work', words }))
      }
    },
  }
}

interface ConsoleServices {
  readonly parts: ConsoleParts
  readonly entry: RequestGuard
  readonly imports: ImportRunner
  readonly changes: Live
  readonly shown: Renderer
}

interface ConsoleApp extends ConsoleServices {
  readonly app: Hono<Env>
}

async function open(parts: ConsoleParts, imports: ImportRunner): Promise<ConsoleApp> {
  const entry = requestGuard(parts, await keyOf(parts))
  const changes = liveOf(parts, imports, entry)
  const rooms = { parts, entry, imports, changes, shown: renderer(parts, entry, imports, changes) }
  return { ...rooms, app: routesOf(rooms) }
}

/** Without one the pages work, but nobody is known after a restart. */
async function keyOf({ key, account, logger }: ConsoleParts): Promise<Uint8Array | undefined> {
  try {
    return await (key ?? account?.cookieKey)?.()
  } catch (error) {
    const { code, message } = toFault(error)
    logger.warn(`console: sessions will not survive a restart (no signing key): ${message}`, { code })
    return undefined
  }
}

interface Env {
  Bindings: { readonly visit: AuthorizedRequest }
}

async function answer(request: Request, address: string, { parts, entry, shown, app }: ConsoleApp) {
  const { base = '' } = parts
  const file = asset(new URL(request.url).pathname.slice(base.length))
  if (file !== undefined) return file
  const entered = await entry.authorize(request, address)
  if ('refused' in entered) return shown.messagePage(entered.refused)
  const response =
    'logIn' in entered
      ? toLogIn(request, `${base}/log-in?next=${encodeURIComponent(entered.logIn)}`)
      : await app.fetch(request, { visit: entered.visit })
  for (const cookie of entered.visit.cookies) response.headers.append('set-cookie', cookie)
  return response
}

/** A person is led to the form; a script hears no. */
function toLogIn(request: Request, location: string): Response {
  const isPage = request.headers.get('accept')?.includes('text/html') === true && !isBackgroundRefresh(request)
  return isPage ? new Response(null, { status: 303, headers: { location } }) : new Response(null, { status: 401 })
}

/** Whatever pages show that changes by itself. */
function liveOf({ connector, clock, signal }: ConsoleParts, imports: ImportRunner, entry: RequestGuard): Live {
  return live({
    store: connector.store,
    clock,
    signal,
    also: async () => [
      connector.webhookStats(),
      awayIn(connector.connectionStats()),
      connector.gate.pausedReason(),
      imports.running(),
      imports.waitsForAuth(),
      imports.lastError(),
      await imports.elsewhere(),
      // Whose session that was has to leave its other pages, too.
      await entry.sessions.ended(),
    ],
  })
}

/** Why a side does not answer. While it does not, nothing else may change. */
const awayIn = (sides: ReturnType<Connector['connectionStats']>) =>
  [sides.source, sides.destination].map(({ failed }) => failed?.fault.message ?? null)

function routesOf({ parts, entry, changes, shown }: ConsoleServices): Hono<Env> {
  const { base, clock, password } = parts
  const door = loginActions({ entrance: entry, attempts: loginThrottle(clock), password, refuse: shown.messagePage })
  const app = base === undefined ? new Hono<Env>() : new Hono<Env>().basePath(base)
  app.get('/events', (c) =>
    changes.subscribe(c.req.header('last-event-id') ?? c.req.query('seen') ?? '', c.env.visit.session.id),
  )
  for (const row of [loginPage, ...pages]) app.get(row.path, (c) => shown.page(row, c.env.visit, paramsOf(c)))
  for (const row of [...door, ...actions]) app.post(row.path, (c) => shown.action(row, c.env.visit, paramsOf(c)))
  app.notFound((c) =>
    shown.messagePage({ status: 404, title: 'Not found', words: 'There is no such page.' }, c.env.visit),
  )
  // Hono would answer by itself, and the log would hear nothing.
  app.onError((error) => {
    throw error
  })
  return app
}

const paramsOf = (c: HonoContext<Env>): Record<string, string> => c.req.param()
