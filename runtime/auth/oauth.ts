/** OAuth 2.0 with one side, by what its spec says: the address to send a person to, codes, refreshing, revoking. */

import { createHash } from 'node:crypto'
import { createHttpClient, type HttpClient } from '../http/client.ts'
import { createRateLimiter } from '../http/rate-limiter.ts'
import { isObject } from '../lib/json.ts'
import type { Clock, Fetch, Random } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import type { ErrorExplanation } from '../ports/source.ts'
import type { Json } from '../ports/types.ts'
import type { OauthSpec } from '../spec/spec.ts'
import { type OauthClient, type OauthCredentials, resolveUrl, type Side } from './side.ts'

export interface OauthParts {
  readonly fetch: Fetch
  readonly clock: Clock
  readonly random: Random
}

export interface Oauth {
  /** Where a person says yes. `scopes` besides the side's permissions. */
  authorize(ask: AuthorizationRequest): URL
  /** Throws a config `Fault` in words for the person who came back with the code. */
  exchange(
    code: string,
    ask: Pick<AuthorizationRequest, 'redirect' | 'verifier'>,
    signal: AbortSignal,
  ): Promise<OauthCredentials>
  /** Throws `<name>/invalid-grant` when only a person can help. */
  refresh(credentials: OauthCredentials, signal: AbortSignal): Promise<OauthCredentials>
  /** Gives access back. Throws a `Fault` when the side did not confirm it. */
  revoke(credentials: OauthCredentials, signal: AbortSignal): Promise<void>
}

export interface AuthorizationRequest {
  readonly redirect: string
  readonly state: string
  readonly verifier: string
  readonly region?: string
  readonly extras: readonly string[]
}

/** Of token requests in a minute; one of the sides says that more are refused. */
const A_MINUTE = 10

/** Absent when the side has no OAuth, or we have no client there. */
export function oauth(side: Side, parts: OauthParts): Oauth | undefined {
  const { oauth: spec, client } = side
  if (spec === undefined || client === undefined) return undefined
  const line = tokenClient(side, parts)
  const post = (address: string, form: Form, more: TokenRequest) =>
    line(() => formRequest(side, spec, client, address, form, more), { lane: 'live', signal: more.signal })

  async function token(form: Form, signal: AbortSignal): Promise<OauthCredentials> {
    const { body } = await post(spec?.tokenUrl ?? '', form, { signal, by: 'client' })
    return credentialsOf(side, body, parts.clock.now())
  }

  return {
    authorize: (ask) => authorizeUrl(side, spec, client, ask),
    exchange: (code, { redirect, verifier }, signal) =>
      token(
        {
          grant_type: 'authorization_code',
          code,
          redirect_uri: redirect,
          ...(spec.pkce && { code_verifier: verifier }),
        },
        signal,
      ),
    async refresh({ refresh = '', region }, signal) {
      const fresh = await token({ grant_type: 'refresh_token', refresh_token: refresh }, signal)
      // Without another in the answer the old one goes on (RFC 6749, 6).
      return { ...fresh, refresh: fresh.refresh ?? refresh, ...(region !== undefined && { region }) }
    },
    async revoke({ access, refresh, region }, signal) {
      if (spec.revocation === undefined) return
      const { path, by } = spec.revocation
      const hint: Form =
        refresh === undefined ? { token: access } : { token: refresh, token_type_hint: 'refresh_token' }
      await post(path, by === 'client' ? hint : {}, { signal, by, region, access })
    },
  }
}

type Form = Readonly<Record<string, string>>

interface TokenRequest {
  readonly signal: AbortSignal
  readonly by: 'client' | 'token'
  readonly region?: string | undefined
  readonly access?: string
}

function formRequest(
  side: Side,
  spec: OauthSpec,
  { id, secret }: OauthClient,
  address: string,
  form: Form,
  { by, region, access }: TokenRequest,
): Request {
  const basic = by === 'client' && spec.clientAuth === 'client_secret_basic'
  const body = new URLSearchParams({
    ...form,
    ...(by === 'client' && !basic && { client_id: id, client_secret: secret }),
  })
  const authorization = basic
    ? `Basic ${Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`).toString('base64')}`
    : by === 'token'
      ? `Bearer ${access}`
      : undefined
  const { 'Content-Type': _, ...headers } = side.headers
  return new Request(resolveUrl(side, address, region), {
    method: 'POST',
    redirect: 'manual',
    headers: { ...headers, Accept: 'application/json', ...(authorization !== undefined && { authorization }) },
    body,
  })
}

/** RFC 6749, 2.3.1: ids and secrets are form-encoded before they are joined. */
const formEncoded = (text: string): string => encodeURIComponent(text).replace(/%20/g, '+')

function authorizeUrl(side: Side, spec: OauthSpec, { id }: OauthClient, ask: AuthorizationRequest): URL {
  const region = ask.region ?? side.region ?? ''
  const address = spec.authorizationUrl[region] ?? Object.values(spec.authorizationUrl)[0] ?? ''
  const url = resolveUrl(side, address)
  const scope = [...Object.keys(side.permissions), ...ask.extras].join(' ')
  const challenge = createHash('sha256').update(ask.verifier).digest('base64url')
  const query = {
    response_type: 'code',
    client_id: id,
    redirect_uri: ask.redirect,
    state: ask.state,
    ...(spec.sendScope && { scope }),
    ...(spec.pkce && { code_challenge: challenge, code_challenge_method: 'S256' }),
  }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url
}

/** One try: a code counts once, and a refresh token may; whoever comes next tries again. */
function tokenClient(side: Side, parts: OauthParts): HttpClient {
  const limits = createRateLimiter({ windows: [{ limit: A_MINUTE, interval: 60_000 }], utilization: 1 }, parts.clock)
  const explain = (status: number, body: Json | undefined) => explainOauthError(side, status, body)
  return createHttpClient(
    { ...parts, timeout: side.timeout, attempts: 1 },
    { name: side.name, limiter: limits, explain },
  )
}

/** By the `error` of RFC 6749, 5.2. Everything else a side may add could quote what was sent. */
function explainOauthError({ label }: Side, status: number, body: Json | undefined): ErrorExplanation {
  const error = typeof body === 'object' && body !== null && 'error' in body ? String(body.error) : ''
  if (error === 'invalid_grant' || (status === 401 && error === ''))
    return {
      kind: 'config',
      code: 'invalid-grant',
      message: 'what we were let in with is expired, revoked or was used before: log in again',
    }
  if (error === 'invalid_client' || status === 401)
    return {
      kind: 'config',
      code: 'invalid-client',
      message: `it does not know our app: check the client id and secret of ${label}`,
    }
  if (status >= 500 || status === 429 || status === 408) return {}
  const said = /^[a-z_]{1,40}$/.test(error) ? error : 'no reason we know'
  return { kind: 'config', code: 'oauth', message: `it gives no token and says ${said}` }
}

function credentialsOf({ name, label }: Side, body: Json | undefined, now: number): OauthCredentials {
  const said = isObject(body) ? body : {}
  const access = said.access_token ?? said.token
  // In a header other characters would make fetch throw an error that quotes the token.
  if (typeof access !== 'string' || !/^[\x21-\x7e]+$/.test(access))
    throw new Fault('transient', `${name}/no-token`, `${label} answered without a token; try again`)
  const { refresh_token: refresh, expires_in: seconds } = said
  return {
    kind: 'oauth',
    access,
    at: now,
    ...(typeof refresh === 'string' && refresh !== '' && { refresh }),
    ...(Number(seconds) > 0 && { expires: now + Number(seconds) * 1000 }),
  }
}
