/** The door of a console with a password: log in, as often as one may try, and log out. */
import { html } from 'hono/html'
import { formatDuration } from '../../lib/format.ts'
import type { Context, Html } from '../types.ts'
import type { AuthorizedRequest, Refused, RequestGuard } from './authorize.ts'
import type { LoginThrottle } from './login-throttle.ts'
import { passwordMatches } from './signer.ts'

export interface DoorParts {
  readonly entrance: RequestGuard
  readonly attempts: LoginThrottle
  readonly password: string | undefined
  /** A page of a few words. */
  readonly refuse: (refused: Refused, visit: AuthorizedRequest) => Promise<Response>
}

export const loginPage = {
  path: '/log-in',
  title: 'Log in',
  render: (context: Context, visit: AuthorizedRequest): Html | Response =>
    visit.session.authenticated ? context.redirect(safeNext(context.url.searchParams.get('next'))) : form(context),
}

/** Rows that change who the visitor is. */
export const loginActions = (parts: DoorParts) => [
  { path: '/log-in', run: (context: Context, visit: AuthorizedRequest) => logIn(context, visit, parts) },
  { path: '/log-out', run: (context: Context, visit: AuthorizedRequest) => logOut(context, visit, parts) },
]

async function logIn(context: Context, visit: AuthorizedRequest, parts: DoorParts): Promise<Response> {
  const { entrance, attempts, password } = parts
  const next = safeNext(context.form.get('next'))
  if (password === undefined) return context.redirect('/')
  const again = `/log-in?next=${encodeURIComponent(next)}`
  const wait = attempts.wait(visit.address)
  if (wait > 0) return tooOften(wait, visit, parts)
  if (!passwordMatches(context.form.get('password') ?? '', password)) {
    attempts.failed(visit.address)
    context.parts.logger.warn('console: wrong password')
    return context.redirect(again, 'That is not the password. It is the one set as CONNECTOR_PASSWORD.', 'bad')
  }
  attempts.passed(visit.address)
  // A new session: whoever knew the old one before the log-in does not know this one.
  await entrance.sessions.end(visit.session)
  visit.session = entrance.sessions.begin(true)
  visit.cookies.clear()
  visit.cookies.add(entrance.sessions.cookie(visit.session, visit.request))
  return context.redirect(next)
}

async function logOut(context: Context, visit: AuthorizedRequest, { entrance }: DoorParts): Promise<Response> {
  await entrance.sessions.end(visit.session)
  visit.session = entrance.sessions.begin(false)
  visit.cookies.clear()
  visit.cookies.add(entrance.sessions.cookie(visit.session, visit.request))
  return context.redirect('/log-in', 'You are logged out.')
}

async function tooOften(wait: number, visit: AuthorizedRequest, { refuse }: DoorParts): Promise<Response> {
  const words = `Too many wrong passwords. The next one is heard in ${formatDuration(wait)}; go back then.`
  const response = await refuse({ status: 429, title: 'Not yet', words }, visit)
  response.headers.set('retry-after', String(Math.ceil(wait / 1000)))
  return response
}

function form(context: Context): Html {
  return html`<form class="card slim" method="post" action="${context.link('/log-in')}">
${context.csrf}
<input type="hidden" name="next" value="${safeNext(context.url.searchParams.get('next'))}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button>
</form>`
}

/** Where to go after: a path of ours only, so that a link to this page leads nowhere else. */
export function safeNext(next: string | null): string {
  return next !== null && /^\/(?![/\\])[\w\-./%?=&+]*$/.test(next) ? next : '/'
}
