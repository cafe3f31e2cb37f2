/** Who a browser is, in a signed cookie: nothing is kept but which sessions were ended. */
import type { Clock } from '../../ports/ports.ts'
import { cookieOf, setCookie } from './cookies.ts'
import { type EndedParts, endedSessions } from './revoked-sessions.ts'
import { newId, type Seal } from './signer.ts'

export interface Session {
  readonly id: string
  /** When it was last used, milliseconds, to the nearest renewal. */
  readonly at: number
  /** The password was given. */
  readonly known: boolean
}

export interface Sessions {
  /** The browser's session, if it is ours, not ended, and was used within 12 hours; a month where it opens nothing. */
  of(request: Request): Promise<Session | undefined>
  begin(known: boolean): Session
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
  holds(session: Session, token: string): boolean
}

export interface SessionsParts {
  readonly seal: Seal
  readonly clock: Clock
  readonly store: EndedParts['store']
  readonly base: string
}

/** Without use, milliseconds. */
const IDLE = 12 * 3_600_000
/** One that never gave a password opens nothing: all it must outlive is a form that stands open over a weekend. */
const IDLE_UNKNOWN = 30 * 86_400_000
const idle = (known: boolean) => (known ? IDLE : IDLE_UNKNOWN)
const RENEW = 300_000
const NAME = 'session'

export function sessions({ seal, clock, store, base }: SessionsParts): Sessions {
  const ended = endedSessions({ store, clock, forget: IDLE })
  // Whoever never gave the password has a session that opens nothing: it need not be remembered as ended.
  const alive = async ({ id, at, known }: Session) =>
    clock.now() - at < idle(known) && !(known && (await ended.has(id)))
  return {
    async of(request) {
      const [id = '', at = '', known = '', mac = ''] = cookieOf(request, NAME)?.split('.') ?? []
      if (!seal.verify('session', `${id}.${at}.${known}`, mac)) return undefined
      const session = { id, at: Number.parseInt(at, 36), known: known === '1' }
      return (await alive(session)) ? session : undefined
    },
    begin: (known) => ({ id: newId(), at: clock.now(), known }),
    cookie({ id, known }, request) {
      const text = `${id}.${clock.now().toString(36)}.${known ? 1 : 0}`
      return setCookie(request, {
        name: NAME,
        value: `${text}.${seal.sign('session', text)}`,
        base,
        seconds: idle(known) / 1000,
      })
    },
    stale: ({ at }) => clock.now() - at >= RENEW,
    end: async ({ id, known }) => {
      if (known) await ended.add(id)
    },
    ended: ended.all,
    token: ({ id }) => seal.sign('form', id),
    holds: ({ id }, token) => seal.verify('form', id, token),
  }
}
