/** One message for the next page of this browser, carried in a cookie over the redirect after a form. */
import type { Context } from 'hono'
import type { RejectedForm, Tone } from '../types.ts'
import { isBackgroundRefresh } from './live-updates.ts'
import type { SignedCookies } from './session/cookies.ts'
import type { Session } from './session/sessions.ts'

export interface FlashMessage {
  readonly text: string
  readonly tone: Tone
  readonly rejected?: RejectedForm | undefined
}

const COOKIE = 'flash'
const MAX_AGE = 60

export class FlashMessages {
  readonly #cookies: SignedCookies

  constructor(cookies: SignedCookies) {
    this.#cookies = cookies
  }

  set(c: Context, session: Session, message: FlashMessage): void {
    const value = Buffer.from(JSON.stringify({ ...message, session: session.id })).toString('base64url')
    this.#cookies.write(c, COOKIE, value, MAX_AGE)
  }

  /** A background refresh of another tab leaves it for the page it is meant for. */
  read(c: Context, session: Session): FlashMessage | undefined {
    if (isBackgroundRefresh(c.req.raw)) return undefined
    const value = this.#cookies.read(c, COOKIE)
    if (value === undefined) return undefined
    const { session: owner, ...message } = JSON.parse(Buffer.from(value, 'base64url').toString()) as FlashMessage & {
      readonly session: string
    }
    return owner === session.id ? message : undefined
  }

  /** It was shown, or is of an earlier session. */
  remove(c: Context): void {
    if (!isBackgroundRefresh(c.req.raw) && this.#cookies.read(c, COOKIE) !== undefined) this.#cookies.remove(c, COOKIE)
  }
}
