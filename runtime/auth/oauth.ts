/**
 * The OAuth 2.0 authorization code flow with one side: authorization URL, code exchange, refresh, revocation.
 *
 * oauth4webapi builds the requests and validates the responses; our HTTP client sends them, so that rate limits, timeouts
 * and faults are those of every other request.
 */

import * as oauth4webapi from 'oauth4webapi'
import { createHttpClient, type HttpClient } from '../http/client.ts'
import { FOREIGN_REFUSAL, isRefusal } from '../http/error-response.ts'
import { createRateLimiter } from '../http/rate-limiter.ts'
import { isObject } from '../lib/json.ts'
import { Fault } from '../ports/fault.ts'
import type { ErrorExplanation } from '../ports/source.ts'
import type { Json } from '../ports/types.ts'
import type { OauthSpec } from '../spec/auth-spec.ts'
import type { OauthState } from './oauth-state.ts'
import { type NetworkEffects, type OauthClient, type OauthCredentials, resolveUrl, type Side } from './side.ts'

export interface AuthorizationRequest extends OauthState {
  readonly redirectUri: string
  readonly optionalPermissions: readonly string[]
}

/** Token requests. Some vendors reject more for one installation. */
const REQUESTS_PER_MINUTE = 10

/** Undefined when the side has no OAuth, or we have no client there. */
export function createOauthFlow(side: Side, effects: NetworkEffects): OauthFlow | undefined {
  const { oauth: spec, client } = side
  return spec === undefined || client === undefined ? undefined : new OauthFlow(side, spec, client, effects)
}

export class OauthFlow {
  readonly #side: Side
  readonly #spec: OauthSpec
  readonly #client: oauth4webapi.Client
  readonly #clientAuth: oauth4webapi.ClientAuth
  readonly #effects: NetworkEffects
  readonly #send: HttpClient

  constructor(side: Side, spec: OauthSpec, client: OauthClient, effects: NetworkEffects) {
    this.#side = side
    this.#spec = spec
    this.#client = { client_id: client.id }
    this.#clientAuth =
      spec.clientAuth === 'client_secret_basic'
        ? clientSecretBasic(client.secret)
        : oauth4webapi.ClientSecretPost(client.secret)
    this.#effects = effects
    this.#send = tokenClient(side, effects)
  }

  /** The URL at which a person grants the required and the chosen optional permissions. */
  async authorizationUrl(request: AuthorizationRequest): Promise<URL> {
    const { authorizationUrl, sendScope, pkce } = this.#spec
    const side = this.#side
    const region = request.region ?? side.region ?? ''
    const url = resolveUrl(side, authorizationUrl[region] ?? Object.values(authorizationUrl)[0] ?? '')
    const query = {
      response_type: 'code',
      client_id: this.#client.client_id,
      redirect_uri: request.redirectUri,
      state: request.state,
      ...(sendScope && { scope: [...Object.keys(side.permissions), ...request.optionalPermissions].join(' ') }),
      ...(pkce && {
        code_challenge: await oauth4webapi.calculatePKCECodeChallenge(request.codeVerifier),
        code_challenge_method: 'S256',
      }),
    }
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    return url
  }

  /** Throws a config `Fault` worded for the person whose browser brought the code. */
  async exchangeCode(
    code: string,
    { redirectUri, codeVerifier }: Pick<AuthorizationRequest, 'redirectUri' | 'codeVerifier'>,
    signal: AbortSignal,
  ): Promise<OauthCredentials> {
    const server = this.#server()
    // The caller has checked `state` and `error` of the callback.
    const callback = oauth4webapi.validateAuthResponse(server, this.#client, new URLSearchParams({ code }))
    const verifier = this.#spec.pkce ? codeVerifier : oauth4webapi.nopkce
    const response = await oauth4webapi.authorizationCodeGrantRequest(
      server,
      this.#client,
      this.#clientAuth,
      callback,
      redirectUri,
      verifier,
      this.#requestOptions(signal),
    )
    return this.#toCredentials(oauth4webapi.processAuthorizationCodeResponse(server, this.#client, response))
  }

  /** Throws `<name>/invalid-grant` when only a person can connect the side again. */
  async refresh({ refreshToken = '', region }: OauthCredentials, signal: AbortSignal): Promise<OauthCredentials> {
    const server = this.#server()
    const response = await oauth4webapi.refreshTokenGrantRequest(
      server,
      this.#client,
      this.#clientAuth,
      refreshToken,
      this.#requestOptions(signal),
    )
    const fresh = await this.#toCredentials(oauth4webapi.processRefreshTokenResponse(server, this.#client, response))
    // The refresh token may rotate; a response without one leaves the old one valid (RFC 6749, section 6).
    return {
      ...fresh,
      refreshToken: fresh.refreshToken ?? refreshToken,
      ...(region !== undefined && { region }),
    }
  }

  /** Throws a `Fault` when the side did not confirm the revocation. */
  async revoke({ accessToken, refreshToken, region }: OauthCredentials, signal: AbortSignal): Promise<void> {
    const { revocation } = this.#spec
    if (revocation === undefined) return
    const url = resolveUrl(this.#side, revocation.path, region)
    const options = this.#requestOptions(signal)
    // Not RFC 7009: this request uninstalls the app that issued its token.
    if (revocation.by === 'token') {
      const body = new URLSearchParams()
      await oauth4webapi.protectedResourceRequest(accessToken, 'POST', url, options.headers, body, options)
      return
    }
    const server = { ...this.#server(), revocation_endpoint: url.href }
    await oauth4webapi.revocationRequest(server, this.#client, this.#clientAuth, refreshToken ?? accessToken, {
      ...options,
      ...(refreshToken !== undefined && { additionalParameters: { token_type_hint: 'refresh_token' } }),
    })
  }

  #server(): oauth4webapi.AuthorizationServer {
    const { href, origin } = resolveUrl(this.#side, this.#spec.tokenUrl)
    return { issuer: origin, token_endpoint: href }
  }

  #requestOptions(signal: AbortSignal) {
    const { 'Content-Type': _, ...headers } = this.#side.headers
    return {
      headers: new Headers({ ...headers, Accept: 'application/json' }),
      [oauth4webapi.customFetch]: async (url: string, { method, headers, body, redirect }: FetchInit) => {
        // A new Request for each attempt; its signal is the one that our HTTP client adds.
        const createRequest = () => new Request(url, { method, headers, body: body ?? null, redirect })
        const response = await this.#send(createRequest, { lane: 'live', signal })
        return normalizeTokenResponse(response.body)
      },
      // Only a base URL of our own may be plain HTTP: the sandbox and tests listen on loopback.
      [oauth4webapi.allowInsecureRequests]: this.#side.baseUrl !== undefined,
    }
  }

  async #toCredentials(processed: Promise<oauth4webapi.TokenEndpointResponse>): Promise<OauthCredentials> {
    const { name, label } = this.#side
    const now = this.#effects.clock.now()
    const token = await processed.catch(() => undefined)
    // Any other character in a header makes fetch throw an error that quotes the token. No cause: it holds the response.
    if (token === undefined || !/^[\x21-\x7e]+$/.test(token.access_token))
      throw new Fault('transient', `${name}/no-access-token`, `${label} returned no access token; try again`)
    return {
      kind: 'oauth',
      accessToken: token.access_token,
      issuedAt: now,
      ...(token.refresh_token !== undefined && { refreshToken: token.refresh_token }),
      ...(token.expires_in !== undefined && { expiresAt: now + token.expires_in * 1000 }),
    }
  }
}

type FetchInit = oauth4webapi.CustomFetchOptions<string, oauth4webapi.ProtectedResourceRequestBody>

/**
 * Basic authentication with ids and secrets form-encoded (RFC 6749, section 2.3.1), but for `-`, `_` and `.`, which
 * oauth4webapi's own escapes too: client ids are often UUIDs, and not every server decodes them before it compares.
 */
function clientSecretBasic(secret: string): oauth4webapi.ClientAuth {
  const encode = (text: string) => encodeURIComponent(text).replace(/%20/g, '+')
  return (_server, client, _body, headers) => {
    const credentials = `${encode(client.client_id)}:${encode(secret)}`
    headers.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`)
  }
}

/**
 * Makes a token response conform to RFC 6749, section 5.1, which oauth4webapi enforces. A token under the name `token`, a
 * missing `token_type`, an empty `refresh_token`, or an `expires_in` that is not a positive number, must not cost a
 * connection. Other members, an unrequested `id_token` among them, are dropped.
 */
function normalizeTokenResponse(body: Json | undefined): Response {
  const { access_token, token, refresh_token, expires_in } = isObject(body) ? body : {}
  return Response.json({
    access_token: access_token ?? token,
    token_type: 'bearer',
    ...(typeof refresh_token === 'string' && refresh_token !== '' && { refresh_token }),
    ...(Number(expires_in) > 0 && { expires_in: Number(expires_in) }),
  })
}

/** No retries: a code is valid once, and a refresh token may be. The next caller tries again. */
function tokenClient(side: Side, effects: NetworkEffects): HttpClient {
  const windows = [{ limit: REQUESTS_PER_MINUTE, interval: 60_000 }]
  const limiter = createRateLimiter({ windows, utilization: 1 }, effects.clock)
  const explain = (status: number, body: Json | undefined) => explainOauthError(side, status, body)
  return createHttpClient({ ...effects, timeout: side.timeout, attempts: 1 }, { name: side.name, limiter, explain })
}

/** Reads only `error` (RFC 6749, section 5.2): any other member could quote the request, and thus a secret. */
function explainOauthError({ label, explainStatus }: Side, status: number, body: Json | undefined): ErrorExplanation {
  const own = explainStatus?.(status)
  if (own !== undefined) return own
  // A page of a proxy must not cost a connection.
  if (!isObject(body) && isRefusal(status)) return FOREIGN_REFUSAL
  const error = isObject(body) ? String(body.error ?? '') : ''
  // A 401 in a shape of the side's own also means a wrong code or token.
  if (error === 'invalid_grant' || (status === 401 && error === ''))
    return {
      kind: 'config',
      code: 'invalid-grant',
      message: 'the authorization is expired, revoked or already used: connect again',
    }
  if (error === 'invalid_client' || status === 401)
    return {
      kind: 'config',
      code: 'invalid-client',
      message: `it rejected our OAuth client: check the client id and secret of ${label}`,
    }
  if (status >= 500 || status === 429 || status === 408) return {}
  const reason = /^[a-z_]{1,40}$/.test(error) ? error : 'an unknown reason'
  return { kind: 'config', code: 'oauth-error', message: `it refused a token: ${reason}` }
}
