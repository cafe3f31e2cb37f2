/** OAuth grants of the local Klaviyo: access tokens that expire, refresh tokens that may rotate. */
import type { Clock, Random } from '../../../runtime/ports/effects.ts'
import { identifier } from '../identifier.ts'

/** Adjustable for tests. */
export interface OauthRules {
  /** Lifetime of an access token, in seconds. */
  readonly expiresIn: number
  /** Whether a refresh rotates the refresh token: never; with the old one valid until the new one is used; or at once. */
  readonly rotate: 'never' | 'grace' | 'strict'
}

export interface OauthGrant {
  readonly scopes: readonly string[]
  /** Valid refresh tokens, the newest last. */
  refresh: string[]
  /** Expiry by access token. */
  readonly access: Map<string, number>
}

export class OauthGrants {
  readonly #clock: Clock
  readonly #random: Random
  #rules: OauthRules = { expiresIn: 3600, rotate: 'grace' }
  #grants: OauthGrant[] = []

  constructor({ clock, random }: { readonly clock: Clock; readonly random: Random }) {
    this.#clock = clock
    this.#random = random
  }

  create(scopes: readonly string[]): OauthGrant {
    const grant: OauthGrant = { scopes, refresh: [], access: new Map() }
    this.#grants.push(grant)
    return grant
  }

  /** Using the new refresh token revokes the old one. A client that never received the new one may use the old one. */
  redeem(refreshToken: string): OauthGrant | undefined {
    const grant = this.#grants.find(({ refresh }) => refresh.includes(refreshToken))
    if (grant) grant.refresh = [refreshToken]
    return grant
  }

  /** The token response. */
  issueTokens(grant: OauthGrant) {
    const { expiresIn, rotate } = this.#rules
    const [access, next] = [identifier(this.#random, 'uuid'), identifier(this.#random, 'uuid')]
    grant.access.set(access, this.#clock.now() + expiresIn * 1000)
    if (grant.refresh.length === 0 || rotate === 'strict') grant.refresh = [next]
    else if (rotate === 'grace') grant.refresh.push(next)
    return {
      access_token: access,
      refresh_token: grant.refresh.at(-1),
      token_type: 'bearer',
      expires_in: expiresIn,
      scope: grant.scopes.join(' '),
    }
  }

  revoke(token: string): void {
    this.#grants = this.#grants.filter(({ refresh, access }) => !refresh.includes(token) && !access.has(token))
  }

  /** The scopes of a valid access token, or undefined. */
  scopes(token: string): readonly string[] | undefined {
    return this.#grants.find(({ access }) => (access.get(token) ?? 0) > this.#clock.now())?.scopes
  }

  setRules(change: Partial<OauthRules>): void {
    this.#rules = { ...this.#rules, ...change }
  }

  /** Expires all access tokens; `grants` revokes the grants as well. */
  expire(scope: 'access' | 'grants'): void {
    if (scope === 'grants') this.#grants = []
    for (const { access } of this.#grants) access.clear()
  }
}
