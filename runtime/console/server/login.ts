/** The door of a console with a password: log in, as often as one may try, and log out. */
import { html } from 'hono/html'
import { duration } from '../../lib/format.ts'
import type { Context, Html } from '../types.ts'
import type { Entrance, Refused, Visit } from './authorize.ts'
import type { Attempts } from './login-throttle.ts'
import { samePassword } from './signer.ts'

export interface DoorParts {
  readonly entrance: Entrance
  readonly attempts: Attempts
  readonly password: string | undefined
  /** A page of a few words. */
  readonly refuse: (refused: Refused, visit: Visit) => Promise<Response>
}

export const logInPage = {
  path: '/log-in',
  title: 'Log in',
  render: (context: Context, visit: Visit): Html | Response =>
    visit.session.known ? context.goTo(safeNext(context.url.searchParams.get('next'))) : form(context),
}

/** Rows that change who the visitor is. */
export const doorActions = (parts: DoorParts) => [
  { path: '/log-in', run: (context: Context, visit: Visit) => logIn(context, visit, parts) },
  { path: '/log-out', run: (context: Context, visit: Visit) => logOut(context, visit, parts) },
]

async function logIn(context: Context, visit: Visit, parts: DoorParts): Promise<Response> {
  const { entrance, attempts, password } = parts
  const next = safeNext(context.form.get('next'))
  if (password === undefined) return context.goTo('/')
  const again = `/log-in?next=${encodeURIComponent(next)}`
  const wait = attempts.wait(visit.address)
  if (wait > 0) return tooOften(wait, visit, parts)
  if (!samePassword(context.form.get('password') ?? '', password)) {
    attempts.failed(visit.address)
    context.parts.logger.warn('console: wrong password')
    return context.goTo(again, 'That is not the password. It is the one set as CONNECTOR_PASSWORD.', 'bad')
  }
  attempts.passed(visit.address)
  // A new session: whoever knew the old one before the log-in does not know this one.
  await entrance.sessions.end(visit.session)
  visit.session = entrance.sessions.begin(true)
  visit.cookies.clear()
  visit.cookies.add(entrance.sessions.cookie(visit.session, visit.request))
  return context.goTo(next)
}

async function logOut(context: Context, visit: Visit, { entrance }: DoorParts): Promise<Response> {
  await entrance.sessions.end(visit.session)
  visit.session = entrance.sessions.begin(false)
  visit.cookies.clear()
  visit.cookies.add(entrance.sessions.cookie(visit.session, visit.request))
  return context.goTo('/log-in', 'You are logged out.')
}

async function tooOften(wait: number, visit: Visit, { refuse }: DoorParts): Promise<Response> {
  const words = `Too many wrong passwords. The next one is heard in ${duration(wait)}; go back then.`
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
