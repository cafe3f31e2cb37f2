/** Who a browser is, in a signed cookie: nothing is kept but which sessions were ended. */
import type { Clock } from '../../ports/effects.ts'
import { cookieOf, setCookie } from './cookies.ts'
import { type EndedParts, revokedSessions } from './revoked-sessions.ts'
import { newId, type Signer } from './signer.ts'

export interface Session {
  readonly id: string
  /** When it was last used, milliseconds, to the nearest renewal. */
  readonly at: number
  /** The password was given. */
  readonly authenticated: boolean
}

export interface Sessions {
  /** The browser's session, if it is ours, not ended, and was used within 12 hours; a month where it opens nothing. */
  of(request: Request): Promise<Session | undefined>
  begin(authenticated: boolean): Session
  /** The header that gives or renews it. */
  cookie(session: Session, request: Request): string
  /** Whether the cookie is old enough to be given anew. */
  stale(session: Session): boolean
  /** Nobody who kept the cookie can use it again. */
  end(session: Session): Promise<void>
  /** Those that were ended before their time. */
  ended(): Promise<readonly string[]>
  /** The token of its forms. */
  token(session: Session): string
  verifyToken(session: Session, token: string): boolean
}

export interface SessionsParts {
  readonly seal: Signer
  readonly clock: Clock
  readonly store: EndedParts['store']
  readonly base: string
}

/** Without use, milliseconds. */
const IDLE = 12 * 3_600_000
/** One that never gave a password opens nothing: all it must outlive is a form that stands open over a weekend. */
const IDLE_UNKNOWN = 30 * 86_400_000
const idle = (authenticated: boolean) => (authenticated ? IDLE : IDLE_UNKNOWN)
const RENEW = 300_000
const NAME = 'session'

export function sessions({ seal, clock, store, base }: SessionsParts): Sessions {
  const ended = revokedSessions({ store, clock, forget: IDLE })
  // Whoever never gave the password has a session that opens nothing: it need not be remembered as ended.
  const alive = async ({ id, at, authenticated }: Session) =>
    clock.now() - at < idle(authenticated) && !(authenticated && (await ended.has(id)))
  return {
    async of(request) {
      const [id = '', at = '', authenticated = '', mac = ''] = cookieOf(request, NAME)?.split('.') ?? []
      if (!seal.verify('session', `${id}.${at}.${authenticated}`, mac)) return undefined
      const session = { id, at: Number.parseInt(at, 36), authenticated: authenticated === '1' }
      return (await alive(session)) ? session : undefined
    },
    begin: (authenticated) => ({ id: newId(), at: clock.now(), authenticated }),
    cookie({ id, authenticated }, request) {
      const text = `${id}.${clock.now().toString(36)}.${authenticated ? 1 : 0}`
      return setCookie(request, {
        name: NAME,
        value: `${text}.${seal.sign('session', text)}`,
        base,
        seconds: idle(authenticated) / 1000,
      })
    },
    stale: ({ at }) => clock.now() - at >= RENEW,
    end: async ({ id, authenticated }) => {
      if (authenticated) await ended.add(id)
    },
    ended: ended.all,
    token: ({ id }) => seal.sign('form', id),
    verifyToken: ({ id }, token) => seal.verify('form', id, token),
  }
}
