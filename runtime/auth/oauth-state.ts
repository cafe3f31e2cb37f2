/** OAuth `state`: signed, bound to one session and side, valid once within a quarter of an hour. Needs no storage. */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import type { SideName } from './side.ts'
import type { Vault } from './vault.ts'

export interface OauthState {
  readonly state: string
  /** For PKCE (RFC 7636): derived from the state with the vault's key, never sent to a browser. */
  readonly codeVerifier: string
  readonly region?: string
}

/** Binds a state: the callback must present the same values. */
export interface AuthorizationAttempt {
  readonly side: SideName
  /** The session of the browser that began; no other browser knows it. */
  readonly session: string
  readonly redirectUri: string
}

/** Milliseconds: enough to look up a password and to pass a second factor. */
const LIFETIME = 15 * 60_000

export class OauthStates {
  readonly #vault: Vault
  readonly #clock: Clock
  /** Expiry by nonce. */
  readonly #redeemed = new Map<string, number>()

  constructor(vault: Vault, clock: Clock) {
    this.#vault = vault
    this.#clock = clock
  }

  async issue(attempt: AuthorizationAttempt, region = ''): Promise<OauthState> {
    const nonce = randomBytes(18).toString('base64url')
    const encodedRegion = Buffer.from(region).toString('base64url')
    const payload = `${nonce}.${(this.#clock.now() + LIFETIME).toString(36)}.${encodedRegion}`
    const mac = await this.#sign(payload, attempt)
    return this.#toState(`${payload}.${mac.toString('base64url')}`, nonce, encodedRegion)
  }

  /** Verifies a state from a callback and consumes it. Throws a config `Fault` worded for the person in the browser. */
  async redeem(state: string, attempt: AuthorizationAttempt): Promise<OauthState> {
    const [nonce = '', expiry = '', region = '', mac = ''] = state.split('.')
    const expected = await this.#sign(`${nonce}.${expiry}.${region}`, attempt)
    const actual = Buffer.from(mac, 'base64url')
    if (actual.length !== expected.length || !timingSafeEqual(actual, expected))
      throw rejected('state', 'this callback does not belong to a connection begun in this browser: begin again here')
    const expiresAt = Number.parseInt(expiry, 36)
    const now = this.#clock.now()
    for (const [past, expiry] of this.#redeemed) if (expiry < now) this.#redeemed.delete(past)
    if (now > expiresAt)
      throw rejected('state-expired', 'connecting took longer than a quarter of an hour: begin again')
    if (this.#redeemed.has(nonce))
      throw rejected('state-used', 'this callback was used before: if the side is not connected, begin again')
    this.#redeemed.set(nonce, expiresAt)
    return this.#toState(state, nonce, region)
  }

  async #toState(state: string, nonce: string, region: string): Promise<OauthState> {
    return {
      state,
      codeVerifier: Buffer.from(await this.#vault.derive('pkce', nonce)).toString('base64url'),
      ...(region !== '' && { region: Buffer.from(region, 'base64url').toString() }),
    }
  }

  async #sign(payload: string, { side, session, redirectUri }: AuthorizationAttempt): Promise<Buffer> {
    return Buffer.from(await this.#vault.derive('state', JSON.stringify([payload, side, session, redirectUri])))
  }
}

const rejected = (code: string, message: string) => new Fault('config', `auth/${code}`, message)
