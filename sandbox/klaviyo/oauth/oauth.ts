/** OAuth of the local Klaviyo: PKCE, expiring tokens, rotating refresh tokens, ten requests a minute. */
import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import type { Clock, Random } from '../../../runtime/ports/effects.ts'
import { type OauthParameters, serveConsentPage } from '../../oauth-page.ts'
import { identifier } from '../identifier.ts'
import { type OauthGrant, OauthGrants } from './tokens.ts'

export interface KlaviyoOauthOptions {
  readonly clock: Clock
  readonly random: Random
  readonly clientId: string
  readonly clientSecret: string
  readonly account: string
}

export interface KlaviyoOauth extends Pick<OauthGrants, 'scopes' | 'setRules' | 'expire'> {
  readonly app: Hono
  /** Requests to `/oauth/token`. */
  refreshes(): number
}

const CODE_LIFETIME = 5 * 60_000
const REQUESTS_PER_MINUTE = 10

export function klaviyoOauth(options: KlaviyoOauthOptions): KlaviyoOauth {
  const { clock, random, clientId, clientSecret, account } = options
  const codes = new Map<string, OauthParameters & { readonly expiresAt: string }>()
  const grants = new OauthGrants(options)
  let requests: number[] = []
  let count = 0
  const app = new Hono()

  const consent = ({ scope = '' }: OauthParameters) => ({ label: 'Klaviyo', account, permissions: scope.split(' ') })
  serveConsentPage(app, '/oauth/authorize', consent, {
    problem: (query) => findProblem(query, clientId),
    code(query) {
      const code = identifier(random, 'uuid')
      codes.set(code, { ...query, expiresAt: String(clock.now() + CODE_LIFETIME) })
      return code
    },
  })

  function redeemCode({ code = '', redirect_uri, code_verifier = '' }: OauthParameters): OauthGrant | undefined {
    const issued = codes.get(code)
    codes.delete(code)
    const challenge = createHash('sha256').update(code_verifier).digest('base64url')
    if (issued === undefined || Number(issued.expiresAt) < clock.now()) return undefined
    if (issued.redirect_uri !== redirect_uri || issued.code_challenge !== challenge) return undefined
    return grants.create((issued.scope ?? '').split(' '))
  }

  app.use('/oauth/:endpoint{token|revoke}', async (c, next) => {
    if (isClient(c.req.header('authorization'), clientId, clientSecret)) return next()
    return c.json({ error: 'invalid_client' }, 401)
  })
  app.post('/oauth/token', async (c) => {
    count += 1
    requests = [...requests.filter((at) => at > clock.now() - 60_000), clock.now()]
    if (requests.length > REQUESTS_PER_MINUTE) return c.json({ error: 'rate_limited' }, 429, { 'retry-after': '60' })
    const form: OauthParameters = Object.fromEntries(new URLSearchParams(await c.req.text()))
    const grant = form.grant_type === 'refresh_token' ? grants.redeem(form.refresh_token ?? '') : redeemCode(form)
    return grant ? c.json(grants.issueTokens(grant)) : c.json({ error: 'invalid_grant' }, 400)
  })
  app.post('/oauth/revoke', async (c) => {
    grants.revoke(new URLSearchParams(await c.req.text()).get('token') ?? '')
    return c.json({})
  })
  return {
    app,
    scopes: (token) => grants.scopes(token),
    setRules: (change) => grants.setRules(change),
    expire: (scope) => grants.expire(scope),
    refreshes: () => count,
  }
}

function findProblem(query: OauthParameters, clientId: string): string | undefined {
  if (query.client_id !== clientId) return 'Unknown client_id.'
  if (query.response_type !== 'code') return 'response_type must be "code".'
  if (query.redirect_uri === undefined) return 'redirect_uri is missing.'
  if (query.code_challenge_method !== 'S256' || query.code_challenge === undefined) return 'PKCE (S256) is required.'
  return query.scope ? undefined : 'scope is missing.'
}

function isClient(header: string | undefined, id: string, secret: string): boolean {
  return header === `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}
