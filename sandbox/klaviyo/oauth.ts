/** The local Klaviyo's OAuth: PKCE, tokens that expire, refresh tokens that are changed, ten requests a minute. */
import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import type { Clock, Random } from '../../runtime/ports/effects.ts'
import { type Asked, consentPage } from '../oauth-page.ts'
import { identifier } from './identifier.ts'
import { type Grant, grants } from './oauth-tokens.ts'

export interface KlaviyoOauthOptions {
  readonly clock: Clock
  readonly random: Random
  readonly clientId: string
  readonly clientSecret: string
  readonly account: string
}

type Given = Pick<ReturnType<typeof grants>, 'scopes' | 'rule' | 'end'>

export interface KlaviyoOauth extends Given {
  readonly app: Hono
  /** Requests to `/oauth/token`. */
  refreshes(): number
}

const CODE_LASTS = 5 * 60_000
const A_MINUTE = 10

export function klaviyoOauth(options: KlaviyoOauthOptions): KlaviyoOauth {
  const { clock, random, clientId, clientSecret, account } = options
  const codes = new Map<string, Asked & { readonly ends: string }>()
  const given = grants(options)
  let asked: number[] = []
  let count = 0
  const app = new Hono()

  const consent = ({ scope = '' }: Asked) => ({ label: 'Klaviyo', account, permissions: scope.split(' ') })
  consentPage(app, '/oauth/authorize', consent, {
    problem: (it) => problemOf(it, clientId),
    code(it) {
      const code = identifier(random, 'uuid')
      codes.set(code, { ...it, ends: String(clock.now() + CODE_LASTS) })
      return code
    },
  })

  function byCode({ code = '', redirect_uri, code_verifier = '' }: Asked): Grant | undefined {
    const it = codes.get(code)
    codes.delete(code)
    const challenge = createHash('sha256').update(code_verifier).digest('base64url')
    if (it === undefined || Number(it.ends) < clock.now()) return undefined
    if (it.redirect_uri !== redirect_uri || it.code_challenge !== challenge) return undefined
    return given.begin((it.scope ?? '').split(' '))
  }

  app.use('/oauth/:what{token|revoke}', async (c, next) => {
    if (isClient(c.req.header('authorization'), clientId, clientSecret)) return next()
    return c.json({ error: 'invalid_client' }, 401)
  })
  app.post('/oauth/token', async (c) => {
    count += 1
    asked = [...asked.filter((at) => at > clock.now() - 60_000), clock.now()]
    if (asked.length > A_MINUTE) return c.json({ error: 'rate_limited' }, 429, { 'retry-after': '60' })
    const form: Asked = Object.fromEntries(new URLSearchParams(await c.req.text()))
    const grant = form.grant_type === 'refresh_token' ? given.use(form.refresh_token ?? '') : byCode(form)
    return grant ? c.json(given.give(grant)) : c.json({ error: 'invalid_grant' }, 400)
  })
  app.post('/oauth/revoke', async (c) => {
    given.revoke(new URLSearchParams(await c.req.text()).get('token') ?? '')
    return c.json({})
  })
  return { app, scopes: given.scopes, rule: given.rule, end: given.end, refreshes: () => count }
}

function problemOf(it: Asked, clientId: string): string | undefined {
  if (it.client_id !== clientId) return 'There is no such app.'
  if (it.response_type !== 'code') return 'response_type must be "code".'
  if (it.redirect_uri === undefined) return 'redirect_uri is missing.'
  if (it.code_challenge_method !== 'S256' || it.code_challenge === undefined) return 'PKCE (S256) is required.'
  return it.scope ? undefined : 'scope is missing.'
}

function isClient(header: string | undefined, id: string, secret: string): boolean {
  return header === `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}
