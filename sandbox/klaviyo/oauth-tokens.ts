/** What people allowed at the local Klaviyo: access tokens that expire, refresh tokens that may change. */
import type { Clock, Random } from '../../runtime/ports/effects.ts'
import { identifier } from './identifier.ts'

/** How it behaves, for tests. */
export interface OauthRules {
  /** Life of an access token, seconds. */
  readonly expiresIn: number
  /** Whether a refresh gives another refresh token: never; with the old one good until the new is used; or at once. */
  readonly rotate: 'never' | 'grace' | 'strict'
}

export interface Grant {
  readonly scopes: readonly string[]
  /** Refresh tokens that count, the newest last. */
  refresh: string[]
  /** Access tokens and when each ends. */
  readonly access: Map<string, number>
}

export function grants({ clock, random }: { readonly clock: Clock; readonly random: Random }) {
  let rules: OauthRules = { expiresIn: 3600, rotate: 'grace' }
  let all: Grant[] = []
  return {
    begin(scopes: readonly string[]): Grant {
      const grant: Grant = { scopes, refresh: [], access: new Map() }
      all.push(grant)
      return grant
    },
    /** Using the new one ends the old. Whoever never saw the new one may use the old again, which ends the new. */
    use(refresh: string): Grant | undefined {
      const grant = all.find((one) => one.refresh.includes(refresh))
      if (grant) grant.refresh = [refresh]
      return grant
    },
    /** The answer that gives tokens. */
    give(grant: Grant) {
      const [access, next] = [identifier(random, 'uuid'), identifier(random, 'uuid')]
      grant.access.set(access, clock.now() + rules.expiresIn * 1000)
      if (grant.refresh.length === 0 || rules.rotate === 'strict') grant.refresh = [next]
      else if (rules.rotate === 'grace') grant.refresh.push(next)
      const told = { token_type: 'bearer', expires_in: rules.expiresIn, scope: grant.scopes.join(' ') }
      return { access_token: access, refresh_token: grant.refresh.at(-1), ...told }
    },
    revoke(token: string): void {
      all = all.filter(({ refresh, access }) => !refresh.includes(token) && !access.has(token))
    },
    /** The scopes of a token that counts, or undefined. */
    scopes: (token: string) => all.find(({ access }) => (access.get(token) ?? 0) > clock.now())?.scopes,
    rule(change: Partial<OauthRules>): void {
      rules = { ...rules, ...change }
    },
    /** Access tokens end now; with `grants` so does all that was allowed. */
    end(what: 'access' | 'grants'): void {
      if (what === 'grants') all = []
      for (const { access } of all) access.clear()
    },
  }
}
