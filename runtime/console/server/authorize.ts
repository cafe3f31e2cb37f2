/** Lets a request in as a visit, or says why not. Every check that pages rely on is made here, once. */

import type { ConsoleParts, Tone } from '../types.ts'
import { cookieOf, setCookie } from './cookies.ts'
import { isBackgroundRefresh } from './live-updates.ts'
import { isSameOrigin, nonLocalReason, readForm } from './request-origin.ts'
import { type Session, type Sessions, sessions } from './sessions.ts'
import { signer } from './signer.ts'

/** One request that was let in. */
export interface AuthorizedRequest {
  readonly request: Request
  readonly url: URL
  readonly address: string
  /** Another one after a log-in. */
  session: Session
  readonly form: URLSearchParams
  /** What the answer sets. */
  readonly cookies: Set<string>
}

export interface Refused {
  readonly status: number
  readonly title: string
  readonly words: string
}

export type AuthorizeResult =
  | { readonly visit: AuthorizedRequest }
  | { readonly refused: Refused }
  /** Where to go on after it. */
  | { readonly logIn: string; readonly visit: AuthorizedRequest }

export interface RequestGuard {
  readonly sessions: Sessions
  authorize(request: Request, address: string): Promise<AuthorizeResult>
  /** Words for the next page that this browser shows. */
  setFlash(visit: AuthorizedRequest, words: string, tone: Tone): void
  /** Those words, once. */
  takeFlash(visit: AuthorizedRequest): { readonly words: string; readonly tone: Tone } | undefined
}

/** Pages that one needs no password for. */
const OPEN: ReadonlySet<string> = new Set(['/log-in'])

export function requestGuard({ base = '', password, connector, clock }: ConsoleParts, key?: Uint8Array): RequestGuard {
  const seals = signer(key, password)
  const known = sessions({ seal: seals, clock, store: connector.store, base })

  function setFlash({ request, session, cookies }: AuthorizedRequest, words: string, tone: Tone): void {
    const text = Buffer.from(JSON.stringify({ words, tone })).toString('base64url')
    const value = `${text}.${seals.sign(`said ${session.id}`, text)}`
    cookies.add(setCookie(request, { name: 'said', value, base, seconds: 60 }))
  }

  /** Nobody can be led on to a form that was sent: only to the page that it stood on. */
  function toLogIn(visit: AuthorizedRequest): AuthorizeResult {
    const { request, url, session } = visit
    if (request.method !== 'POST') return { logIn: pathIn(url, base), visit }
    // Not for a form of another site, which could so take a session away.
    if (isSameOrigin(request)) {
      visit.cookies.add(known.cookie(session, request))
      setFlash(visit, LOGGED_OUT, 'bad')
    }
    return { logIn: pageOf(request, url, base), visit }
  }

  return {
    sessions: known,
    setFlash,
    async authorize(request, address) {
      const road = password === undefined ? nonLocalReason(request) : undefined
      if (road !== undefined) return { refused: notHere(road) }
      const url = new URL(request.url)
      const isOpen = OPEN.has(url.pathname.slice(base.length))
      const old = await known.of(request)
      const session = old ?? known.begin(false)
      const visit = { request, url, address, session, form: new URLSearchParams(), cookies: new Set<string>() }
      if (password !== undefined && !session.authenticated && !isOpen) return toLogIn(visit)
      const form = request.method === 'POST' ? await readForm(request) : new URLSearchParams()
      if (form === undefined) return { refused: NO_FORM }
      if (request.method === 'POST' && !(isSameOrigin(request) && known.verifyToken(session, form.get('csrf') ?? ''))) {
        // Another tab has logged in since.
        if (session.authenticated && isOpen) return { logIn: form.get('next') ?? '/', visit }
        return { refused: OLD_FORM }
      }
      if (old === undefined || (known.stale(old) && !isBackgroundRefresh(request)))
        visit.cookies.add(known.cookie(session, request))
      return { visit: { ...visit, form } }
    },
    takeFlash({ request, session, cookies }) {
      const [text = '', mac = ''] = cookieOf(request, 'said')?.split('.') ?? []
      // Another tab that looks again is not the page that they are for.
      if (text === '' || isBackgroundRefresh(request)) return undefined
      cookies.add(setCookie(request, { name: 'said', value: '', base, seconds: 0 }))
      if (!seals.verify(`said ${session.id}`, text, mac)) return undefined
      return JSON.parse(Buffer.from(text, 'base64url').toString())
    },
  }
}

const pathIn = (url: URL, base: string) => (url.pathname.slice(base.length) || '/') + url.search

/** The page of ours that a form was sent from, as far as the browser says. */
function pageOf(request: Request, { host }: URL, base: string): string {
  const from = request.headers.get('referer') ?? ''
  const url = URL.canParse(from) ? new URL(from) : undefined
  return url?.host === host && url.pathname.startsWith(base) ? pathIn(url, base) : '/'
}

const LOGGED_OUT = 'You were logged out meanwhile, so that was not done. Log in, and do it again.'

const notHere = (road: string): Refused => ({
  status: 403,
  title: 'Not from here',
  words: `Without a password these pages are shown on this machine only, and ${road}. Open them at http://localhost with the port of this process; or set CONNECTOR_PASSWORD, start again, and log in.`,
})

const NO_FORM: Refused = {
  status: 400,
  title: 'Not done',
  words: 'That was not a form of these pages. Nothing was done.',
}

const OLD_FORM: Refused = {
  status: 403,
  title: 'Not done',
  words:
    'The form was too old, or not from these pages, or this browser keeps no cookies. Nothing was done. Go back, load the page again and send it once more.',
}
