/** Signing in with a password or a one-time code, limited by attempts, and signing out. */
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { formatDuration } from '../../lib/format.ts'
import type { Html, PageContext } from '../types.ts'
import type { PageRenderer } from './render.ts'
import type { ConsoleEnv, ConsoleServices } from './services.ts'
import { LoginThrottle } from './session/login-throttle.ts'
import type { Session } from './session/sessions.ts'
import type { SignIn } from './session/sign-in.ts'

export const LOGIN_PATH = '/log-in'

export function loginRoutes(services: ConsoleServices, renderer: PageRenderer): Hono<ConsoleEnv> {
  const { options, sessions, signIn } = services
  const throttle = new LoginThrottle(options.clock)
  const routes = new Hono<ConsoleEnv>()

  async function replaceSession(c: Context<ConsoleEnv>, authenticated: boolean): Promise<void> {
    // A new id: a copy of the cookie from before is worthless now.
    await sessions.revoke(c.var.session as Session)
    c.set('session', sessions.create(authenticated))
  }

  routes.get(LOGIN_PATH, (c) =>
    renderer.page(c, {
      path: LOGIN_PATH,
      title: 'Sign in',
      render: (context) =>
        c.var.session?.authenticated ? context.redirect(safeNext(c.req.query('next'))) : loginForm(context, signIn),
    }),
  )

  routes.post(LOGIN_PATH, async (c) => {
    const context = renderer.contextOf(c)
    const next = safeNext(context.form.get('next'))
    const wait = throttle.retryAfter(c.env.address)
    if (wait > 0) return tooManyAttempts(c, wait, renderer)
    if (!signIn.accepts(context.form.get(signIn.kind) ?? '')) {
      throttle.recordFailure(c.env.address)
      options.logger.warn(`console: wrong ${signIn.kind}`)
      return context.redirect(`${LOGIN_PATH}?next=${encodeURIComponent(next)}`, WRONG[signIn.kind], 'bad')
    }
    throttle.reset(c.env.address)
    await replaceSession(c, true)
    return context.redirect(next)
  })

  routes.post('/log-out', async (c) => {
    await replaceSession(c, false)
    return renderer.contextOf(c).redirect(LOGIN_PATH, 'You are signed out.')
  })
  return routes
}

const WRONG: Readonly<Record<SignIn['kind'], string>> = {
  password: 'Wrong password. Enter the value of CONNECTOR_PASSWORD.',
  code: 'Wrong code. Each code works once: open the newest link that the process has printed.',
}

function tooManyAttempts(c: Context<ConsoleEnv>, wait: number, renderer: PageRenderer): Promise<Response> {
  c.header('retry-after', String(Math.ceil(wait / 1000)))
  const text = `Too many failed attempts. Go back and try again in ${formatDuration(wait)}.`
  return renderer.message(c, { status: 429, title: 'Too many attempts', text })
}

function loginForm({ link, csrfField, url }: PageContext, { kind }: SignIn): Html {
  return html`<form class="card slim" method="post" action="${link(LOGIN_PATH)}">
${csrfField}
<input type="hidden" name="next" value="${safeNext(url.searchParams.get('next'))}">
${kind === 'password' ? PASSWORD_FIELD : CODE_FIELD}
<button>Sign in</button>
</form>`
}

const PASSWORD_FIELD = html`<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus>`

const CODE_FIELD = html`<p>No password is set. Open the link that the connector printed in its terminal, or enter the code at the end of it.</p>
<label for="code">Code</label>
<input id="code" name="code" type="password" autocomplete="one-time-code" required autofocus data-from-fragment aria-describedby="code-hint">
<p class="soft" id="code-hint">A code works once. To sign in with a password of your own, set CONNECTOR_PASSWORD and restart.</p>`

/** A path of the console only, so that a link to the sign-in page cannot lead to another site. */
export function safeNext(next: string | null | undefined): string {
  return typeof next === 'string' && /^\/(?![/\\])[\w\-./%?=&+]*$/.test(next) ? next : '/'
}
