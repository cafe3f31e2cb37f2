/** Signing in with a password or a one-time code, limited by attempts, and signing out. */
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { formatDuration } from '../../lib/format.ts'
import type { Html, PageContext } from '../types.ts'
import { note } from './note-action.ts'
import type { PageRenderer } from './render.ts'
import type { ConsoleEnv, ConsoleServices } from './services.ts'
import { LoginThrottle } from './session/login-throttle.ts'
import type { Session } from './session/sessions.ts'
import type { SignIn } from './session/sign-in.ts'

export const LOGIN_PATH = '/log-in'

/** Of one address, from which on the timeline says so. */
const NOTED_FAILURES = 5

export function loginRoutes(services: ConsoleServices, renderer: PageRenderer): Hono<ConsoleEnv> {
  const { options, sessions, signIn, users } = services
  const throttle = new LoginThrottle(options.clock)
  const routes = new Hono<ConsoleEnv>()

  async function replaceSession(c: Context<ConsoleEnv>, session: Session): Promise<void> {
    // A new id: a copy of the cookie from before is worthless now.
    await sessions.revoke(c.var.session as Session)
    c.set('session', session)
  }

  /** The session of the person whom the form proves: a user with a name, else the owner of the password or code. */
  async function admit(form: URLSearchParams): Promise<Session | undefined> {
    const name = form.get('name')?.trim() ?? ''
    if (name === '') return signIn.accepts(form.get(signIn.kind) ?? '') ? sessions.create(true) : undefined
    const user = await users.authenticate(name, form.get('password') ?? '')
    await (user && note({ options, person: user.name }, 'sign-in', 'Signed in'))
    return user && sessions.create(true, user)
  }

  async function recordFailure(address: string, what: string): Promise<void> {
    options.logger.warn(`console: wrong ${what}`)
    if (throttle.recordFailure(address) === NOTED_FAILURES)
      await note({ options }, 'sign-in', `${NOTED_FAILURES} attempts to sign in failed from one address`)
  }

  routes.get(LOGIN_PATH, (c) =>
    renderer.page(c, {
      path: LOGIN_PATH,
      title: 'Sign in',
      render: async (context) =>
        c.var.session?.authenticated
          ? context.redirect(safeNext(c.req.query('next')))
          : loginForm(context, signIn, (await users.list()).length > 0),
    }),
  )

  routes.post(LOGIN_PATH, async (c) => {
    const context = renderer.contextOf(c)
    const next = safeNext(context.form.get('next'))
    const wait = throttle.retryAfter(c.env.address)
    if (wait > 0) return tooManyAttempts(c, wait, renderer)
    const session = await admit(context.form)
    if (session === undefined) {
      const kind = context.form.get('name') ? 'name' : signIn.kind
      await recordFailure(c.env.address, kind === 'name' ? 'name or password' : kind)
      return context.redirect(`${LOGIN_PATH}?next=${encodeURIComponent(next)}`, WRONG[kind], 'bad')
    }
    throttle.reset(c.env.address)
    await replaceSession(c, session)
    if (session.user === undefined) await note({ options, person: 'console' }, 'sign-in', SIGNED_IN[signIn.kind])
    return context.redirect(next)
  })

  routes.post('/log-out', async (c) => {
    await replaceSession(c, sessions.create(false))
    return renderer.contextOf(c).redirect(LOGIN_PATH, 'You are signed out.')
  })
  return routes
}

const SIGNED_IN: Readonly<Record<SignIn['kind'], string>> = {
  password: 'Signed in with the password',
  code: 'Signed in with the printed link',
}

const WRONG: Readonly<Record<SignIn['kind'] | 'name', string>> = {
  name: 'Wrong name or password. An owner of this console can send you a link to choose a new one.',
  password: 'Wrong password. Enter the value of CONNECTOR_PASSWORD.',
  code: 'Wrong code. Each code works once: open the newest link that the process has printed.',
}

function tooManyAttempts(c: Context<ConsoleEnv>, wait: number, renderer: PageRenderer): Promise<Response> {
  c.header('retry-after', String(Math.ceil(wait / 1000)))
  const text = `Too many failed attempts. Go back and try again in ${formatDuration(wait)}.`
  return renderer.message(c, { status: 429, title: 'Too many attempts', text })
}

function loginForm(context: PageContext, { kind }: SignIn, hasUsers: boolean): Html {
  const owner = kind === 'password' ? PASSWORD_FIELD : CODE_FIELD
  if (!hasUsers) return formWith(owner, context)
  return html`${formWith(USER_FIELDS, context)}
<details class="card slim"><summary>${kind === 'password' ? 'Sign in with CONNECTOR_PASSWORD' : 'Sign in with a code'}</summary>${formWith(owner, context, { look: 'opened', isPrimary: false })}</details>`
}

const formWith = (
  fields: Html,
  { link, csrfField, url }: PageContext,
  { look = 'card slim', isPrimary = true } = {},
): Html =>
  html`<form class="${look}" method="post" action="${link(LOGIN_PATH)}">
${csrfField}
<input type="hidden" name="next" value="${safeNext(url.searchParams.get('next'))}">
${fields}
<button${!isPrimary && html` class="plain"`}>Sign in</button>
</form>`

const USER_FIELDS = html`<label for="name">Name</label>
<input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus>
<label for="user-password">Password</label>
<input id="user-password" name="password" type="password" autocomplete="current-password" required>`

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
