/** The console's cookies: signed, hidden from scripts, bound to one port and one mount path. */
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Signer } from './signer.ts'

/**
 * Signed by us and not by `setSignedCookie`, whose signature leaves out the cookie's name: a value signed for one
 * cookie would be accepted in another.
 */
export interface CookieOptions {
  readonly base: string
  /** Whether pages of other sites may show the console in a frame. */
  readonly isFramed: boolean
}

export class SignedCookies {
  readonly #signer: Signer
  readonly #path: string
  readonly #isFramed: boolean

  constructor(signer: Signer, { base, isFramed }: CookieOptions) {
    this.#signer = signer
    this.#path = base || '/'
    this.#isFramed = isFramed
  }

  /** Undefined when absent or not signed by us for this name. */
  read(c: Context, name: string): string | undefined {
    const cookie = getCookie(c, cookieName(c, name)) ?? ''
    const end = cookie.lastIndexOf('.')
    const value = cookie.slice(0, Math.max(0, end))
    return this.#signer.verify(`cookie ${name}`, value, cookie.slice(end + 1)) ? value : undefined
  }

  /**
   * `SameSite=Lax`, not `Strict`: an OAuth provider leads back by a link from its own site, and the callback must find
   * the session that began it. No link changes anything, and forms carry a token besides.
   */
  write(c: Context, name: string, value: string, maxAge: number): void {
    setCookie(c, cookieName(c, name), `${value}.${this.#signer.sign(`cookie ${name}`, value)}`, {
      ...this.#attributes(c),
      maxAge,
      httpOnly: true,
    })
  }

  remove(c: Context, name: string): void {
    deleteCookie(c, cookieName(c, name), this.#attributes(c))
  }

  /** In a frame of another site browsers send only cookies of `SameSite=None`, each for its own embedding site. */
  #attributes(c: Context) {
    const secure = isSecure(c)
    const framed = { sameSite: 'None', partitioned: true } as const
    return { path: this.#path, secure, ...(this.#isFramed && secure ? framed : ({ sameSite: 'Lax' } as const)) }
  }
}

/** Cookies ignore the port (RFC 6265, 8.5): without it two connectors on one machine would end each other's sessions. */
const cookieName = (c: Context, name: string): string => `connector-${name}-${new URL(c.req.url).port || 'web'}`

/** A TLS proxy sets `X-Forwarded-Proto`. A client that forges it only withholds its own cookie from itself. */
const isSecure = (c: Context): boolean =>
  new URL(c.req.url).protocol === 'https:' || c.req.header('x-forwarded-proto') === 'https'
