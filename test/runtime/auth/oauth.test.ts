/** The OAuth HTTP part on its own: requests as the vendors expect them, and responses that do not conform to the RFC. */
import { describe, expect, test } from 'vitest'
import { createOauthFlow } from '../../../runtime/auth/oauth.ts'
import type { Side } from '../../../runtime/auth/side.ts'
import { virtualClock } from '../../../runtime/conformance/virtual-clock.ts'

const ATTEMPT = { redirectUri: 'https://app.example/callback', codeVerifier: 'v'.repeat(43) }
const never = new AbortController().signal

function flow(answer: () => Response, change: Partial<Side> = {}) {
  const requests: Request[] = []
  const fetch = async (request: Request) => {
    requests.push(request)
    return answer()
  }
  const side = {
    side: 'destination',
    name: 'vendor',
    label: 'Vendor',
    hosts: { '': 'https://api.vendor.example' },
    headers: { revision: '1' },
    timeout: 1000,
    permissions: {},
    client: { id: '0f4c-11.a_b', secret: 's:e c' },
    oauth: {
      authorizationUrl: { '': 'https://vendor.example/' },
      tokenUrl: '/token',
      clientAuth: 'client_secret_basic',
      pkce: true,
      sendScope: true,
    },
    ...change,
  } as unknown as Side
  const oauth = createOauthFlow(side, { fetch, clock: virtualClock(), random: () => 0.5 })
  if (oauth === undefined) throw new Error('no OAuth client')
  return { requests, exchange: () => oauth.exchangeCode('code=', ATTEMPT, never) }
}

test('sends a code with PKCE, the headers of the side, and Basic authentication that leaves UUIDs as they are', async () => {
  const { requests, exchange } = flow(() => Response.json({ access_token: 't', token_type: 'bearer' }))
  await exchange()
  const [request] = requests as [Request]
  expect([request.method, request.url, request.redirect]).toEqual([
    'POST',
    'https://api.vendor.example/token',
    'manual',
  ])
  expect(Object.fromEntries(new URLSearchParams(await request.text()))).toEqual({
    grant_type: 'authorization_code',
    code: 'code=',
    redirect_uri: ATTEMPT.redirectUri,
    code_verifier: ATTEMPT.codeVerifier,
  })
  expect(request.headers.get('revision')).toBe('1')
  expect(request.headers.get('accept')).toBe('application/json')
  expect(atob(request.headers.get('authorization')?.slice('Basic '.length) ?? '')).toBe('0f4c-11.a_b:s%3Ae+c')
})

test.each([
  ['without a token type', { access_token: 't' }],
  ['that names the token `token`', { token: 't', token_type: 'Bearer' }],
  ['with an empty refresh token and no expiry', { access_token: 't', refresh_token: '', expires_in: null }],
  ['with an ID token that was not requested', { access_token: 't', token_type: 'bearer', id_token: 'x' }],
])('accepts a response %s', async (_, body) => {
  const { issuedAt, ...credentials } = await flow(() => Response.json(body)).exchange()
  expect(credentials).toEqual({ kind: 'oauth', accessToken: 't' })
})

test('reads an expiry written as text', async () => {
  const { expiresAt = 0, issuedAt } = await flow(() =>
    Response.json({ access_token: 't', expires_in: '60' }),
  ).exchange()
  expect(expiresAt - issuedAt).toBe(60_000)
})

describe('a response without a usable token is a transient fault', () => {
  test.each([{}, { access_token: '' }, { access_token: 'a\nb' }, { access_token: 7 }])('%j', async (body) => {
    const fault = { kind: 'transient', code: 'vendor/no-access-token' }
    await expect(flow(() => Response.json(body)).exchange()).rejects.toMatchObject(fault)
  })
})

test('never sends a code over plain HTTP but to a base URL of our own', async () => {
  const answer = () => Response.json({ access_token: 't' })
  const { requests, exchange } = flow(answer, { hosts: { '': 'http://api.vendor.example' } })
  await expect(exchange()).rejects.toThrow('HTTPS')
  expect(requests).toEqual([])
  await flow(answer, { baseUrl: 'http://127.0.0.1:3000' }).exchange()
})
