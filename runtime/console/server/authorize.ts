/** The checks every request passes before a page or an action runs, in this order. */
import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { csrf } from 'hono/csrf'
import { createMiddleware } from 'hono/factory'
import { joinDoubleSubmits } from './double-submits.ts'
import { INVITATION_PATH } from './invitation-path.ts'
import { isBackgroundRefresh } from './live-updates.ts'
import { LOGIN_PATH } from './login.ts'
import type { MessagePage, PageRenderer } from './render.ts'
import { isOwnOrigin } from './request-origin.ts'
import type { ConsoleEnv, ConsoleServices } from './services.ts'
import { ROLE_ACCESS } from './session/role-access.ts'
import { findUser, type Session } from './session/sessions.ts'
import { admitVisitor } from './visitors.ts'

/** No other form of ours is larger. Bytes. */
const MAX_FORM = 64 * 1024
/** A form that holds a file of the spec, each character of which may be encoded. */
const MAX_FILE_FORM = 512 * 1024

export function authorize(services: ConsoleServices, renderer: PageRenderer): MiddlewareHandler<ConsoleEnv>[] {
  const { visitor } = services.options
  const refuse = (page: MessagePage) => (c: Context<ConsoleEnv>) => renderer.message(c, page)
  return [
    loadSession(services),
    // Refuses forms of other sites. Whether a form came from a page of this session it cannot tell: see `verifyForm`.
    csrf({ origin: isOwnOrigin }),
    visitor === undefined ? requireSignIn(services) : admitVisitor(visitor, (c, page) => renderer.message(c, page)),
    limitForm(services, refuse(NOT_A_FORM)),
    verifyForm(services, renderer),
    // Around the cookies, so that both answers set the same session.
    joinDoubleSubmits(),
    writeSession(services),
  ]
}

function limitForm(
  { options: { base = '' } }: ConsoleServices,
  onError: (c: Context<ConsoleEnv>) => Promise<Response>,
) {
  const [usual, ofFiles] = [MAX_FORM, MAX_FILE_FORM].map((maxSize) => bodyLimit({ maxSize, onError }))
  return createMiddleware<ConsoleEnv>(async (c, next) => {
    const limit = c.req.path.startsWith(`${base}/mappings/`) ? ofFiles : usual
    return limit?.(c, next)
  })
}

function loadSession({ options, sessions, users }: ConsoleServices) {
  return createMiddleware<ConsoleEnv>(async (c, next) => {
    const session = await sessions.load(c)
    const user = session?.user === undefined ? undefined : await findUser(session, users)
    const isOver = session?.user !== undefined && user === undefined
    c.set('session', session === undefined || isOver ? sessions.create(false) : session)
    // Users are of this console's own sign-in.
    if (user !== undefined && options.visitor === undefined)
      c.set('visitor', { id: user.id, name: user.name, may: ROLE_ACCESS[user.role] })
    await next()
  })
}

/** Who asks decides, never from where: the trace that a proxy or tunnel leaves in a request proves nothing. */
function requireSignIn({ options, sessions, flash }: ConsoleServices) {
  const { base = '' } = options
  return createMiddleware<ConsoleEnv>(async (c, next) => {
    const session = c.var.session as Session
    if (session.authenticated || isLogin(c, base) || isAt(c, base, INVITATION_PATH)) return next()
    if (c.req.method !== 'POST') return toLogin(c, base, pathBelow(base, new URL(c.req.url)))
    // A submitted form cannot be repeated after signing in. The person returns to the page it was on.
    sessions.write(c, session)
    flash.set(c, session, { text: SIGNED_OUT, tone: 'bad' })
    return toLogin(c, base, refererBelow(base, c))
  })
}

/** A token for each session: `hono/csrf` compares origins only, which programs and old browsers do not send. */
function verifyForm({ options, sessions }: ConsoleServices, renderer: PageRenderer) {
  const { base = '' } = options
  return createMiddleware<ConsoleEnv>(async (c, next) => {
    if (c.req.method !== 'POST') return next()
    if (!c.req.header('content-type')?.startsWith('application/x-www-form-urlencoded'))
      return renderer.message(c, NOT_A_FORM)
    const form = new URLSearchParams(await c.req.text())
    const session = c.var.session as Session
    if (!sessions.verifyFormToken(session, form.get('csrf') ?? '')) {
      // Another tab has signed in since this form was loaded.
      if (session.authenticated && isLogin(c, base)) return toLogin(c, base, form.get('next') ?? '/')
      return renderer.message(c, EXPIRED_FORM)
    }
    c.set('form', form)
    return next()
  })
}

/** After the route ran, which may have replaced the session. */
function writeSession({ sessions }: ConsoleServices) {
  return createMiddleware<ConsoleEnv>(async (c, next) => {
    await next()
    const session = c.var.session as Session
    if (session.isNew || (sessions.needsRenewal(session) && !isBackgroundRefresh(c.req.raw))) sessions.write(c, session)
  })
}

const isAt = (c: Context, base: string, path: string) => c.req.path.slice(base.length).replace(/\/$/, '') === path

const isLogin = (c: Context, base: string) => isAt(c, base, LOGIN_PATH)

/** Redirects a page to the sign-in form; a script gets 401. */
function toLogin(c: Context, base: string, next: string): Response {
  const isPage = c.req.header('accept')?.includes('text/html') === true && !isBackgroundRefresh(c.req.raw)
  return isPage ? c.redirect(`${base}${LOGIN_PATH}?next=${encodeURIComponent(next)}`, 303) : c.body(null, 401)
}

const pathBelow = (base: string, { pathname, search }: URL) => (pathname.slice(base.length) || '/') + search

/** The console's own page that a form was sent from, as far as the browser says. */
function refererBelow(base: string, c: Context): string {
  const referer = c.req.header('referer') ?? ''
  const url = URL.canParse(referer) ? new URL(referer) : undefined
  const isBelow = url !== undefined && (url.pathname === base || url.pathname.startsWith(`${base}/`))
  const isOwn = isBelow && url.host === new URL(c.req.url).host
  return url !== undefined && isOwn ? pathBelow(base, url) : '/'
}

const SIGNED_OUT = 'Your session had expired, so nothing was changed. Sign in and try again.'

const NOT_A_FORM: MessagePage = {
  status: 400,
  title: 'Nothing was changed',
  text: 'This request did not come from a form of the console. Go back, reload the page and try again.',
}

export const EXPIRED_FORM: MessagePage = {
  status: 403,
  title: 'Nothing was changed',
  text: 'This form has expired, came from another site, or your browser blocks cookies. Go back, reload the page and send the form again.',
}
