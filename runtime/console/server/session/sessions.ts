/** Browser sessions in a signed cookie. The store holds only those revoked before they expired. */

import { randomBytes } from 'node:crypto'
import type { Context } from 'hono'
import { ageOf } from '../../../lib/iso-time.ts'
import type { Clock } from '../../../ports/effects.ts'
import type { SignedCookies } from './cookies.ts'
import { RevokedSessions, type RevokedSessionsOptions } from './revoked-sessions.ts'
import type { Signer } from './signer.ts'
import type { User, Users } from './users.ts'

export interface Session {
  readonly id: string
  /** Last use in milliseconds, to the nearest renewal. */
  readonly usedAt: number
  /** Signed in. */
  readonly authenticated: boolean
  /** The user who signed in, by id and epoch. Absent: the owner of the password or code. */
  readonly user?: string | undefined
  /** Its cookie has yet to be set. */
  readonly isNew?: true
}

export interface SessionsOptions {
  readonly signer: Signer
  readonly cookies: SignedCookies
  readonly clock: Clock
  readonly store: RevokedSessionsOptions['store']
}

const COOKIE = 'session'
/** Milliseconds without use after which a session expires. */
const IDLE_AUTHENTICATED = 12 * 3_600_000
/** It opens nothing, and need only outlive a sign-in page left open. */
const IDLE_ANONYMOUS = 30 * 86_400_000
const RENEW_AFTER = 300_000

/** The user of a session, unless removed, disabled or signed out since. */
export async function findUser({ user: stamp = '' }: Session, users: Pick<Users, 'find'>): Promise<User | undefined> {
  const [id = '', epoch] = stamp.split('~')
  const user = await users.find(id)
  return user?.isDisabled === undefined && String(user?.epoch) === epoch ? user : undefined
}

const idleLimit = (authenticated: boolean) => (authenticated ? IDLE_AUTHENTICATED : IDLE_ANONYMOUS)

export class Sessions {
  readonly #signer: Signer
  readonly #cookies: SignedCookies
  readonly #clock: Clock
  readonly #revoked: RevokedSessions

  constructor({ signer, cookies, clock, store }: SessionsOptions) {
    this.#signer = signer
    this.#cookies = cookies
    this.#clock = clock
    this.#revoked = new RevokedSessions({ store, clock, maxAge: IDLE_AUTHENTICATED })
  }

  /** The session of the request's cookie, unless it expired or was revoked. */
  async load(c: Context): Promise<Session | undefined> {
    const [id = '', usedAt = '', authenticated = '', user] = this.#cookies.read(c, COOKIE)?.split('.') ?? []
    const session = { id, usedAt: Number.parseInt(usedAt, 36), authenticated: authenticated === '1', user }
    return id !== '' && (await this.#isValid(session)) ? session : undefined
  }

  /** A new id each time. Unguessable: 144 bits. */
  create(authenticated: boolean, user?: User): Session {
    const id = randomBytes(18).toString('base64url')
    const session: Session = { id, usedAt: this.#clock.now(), authenticated, isNew: true }
    return user === undefined ? session : { ...session, user: `${user.id}~${user.epoch}` }
  }

  /** Sets or renews the session's cookie on the response. */
  write(c: Context, { id, authenticated, user }: Session): void {
    const parts = [id, this.#clock.now().toString(36), authenticated ? 1 : 0, ...(user === undefined ? [] : [user])]
    const value = parts.join('.')
    this.#cookies.write(c, COOKIE, value, idleLimit(authenticated) / 1000)
  }

  needsRenewal({ usedAt }: Session): boolean {
    return ageOf(usedAt, this.#clock.now()) >= RENEW_AFTER
  }

  /** From now on a copy of its cookie is refused. An anonymous session opens nothing and is not recorded. */
  async revoke({ id, authenticated }: Session): Promise<void> {
    if (authenticated) await this.#revoked.add(id)
  }

  revokedIds(): Promise<readonly string[]> {
    return this.#revoked.list()
  }

  /** Masked, so that two responses never repeat it: what compression tells of one response says nothing about the next. */
  formToken({ id }: Session): string {
    const token = Buffer.from(this.#signer.sign('form', id), 'base64url')
    const mask = randomBytes(token.length)
    return Buffer.concat([mask, xor(mask, token)]).toString('base64url')
  }

  verifyFormToken({ id }: Session, masked: string): boolean {
    const bytes = Buffer.from(masked, 'base64url')
    const half = bytes.length / 2
    const token = xor(bytes.subarray(0, half), bytes.subarray(half))
    return this.#signer.verify('form', id, token.toString('base64url'))
  }

  async #isValid({ id, usedAt, authenticated }: Session): Promise<boolean> {
    if (!(this.#clock.now() - usedAt < idleLimit(authenticated))) return false
    return !(authenticated && (await this.#revoked.has(id)))
  }
}

const xor = (mask: Uint8Array, bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.map((byte, at) => byte ^ (mask[at] ?? 0)))
