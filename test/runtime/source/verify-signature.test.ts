/** Signatures of several vendors by the YAML that describes each, against digests that other programs computed. */
import { describe, expect, test } from 'vitest'
import { verifySignature } from '../../../runtime/source/verify-signature.ts'
import type { SignatureSpec } from '../../../runtime/spec/webhook-spec.ts'
import { DESK_WEBHOOK, loadDeskSpec } from '../../helpers/spec/desk-spec.ts'

interface Vector {
  /** The section `signature` of connector.yaml. */
  readonly signature: object
  readonly secret: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  /** When it arrives. */
  readonly at?: string
}

const BODY = '{"type":"ticket.created","id":"evt_1"}'

/** The digests of GitHub, Slack and Standard Webhooks are printed in their documentation, the others are by `openssl dgst`. */
const VECTORS: Readonly<Record<string, Vector>> = {
  Intercom: {
    signature: { header: 'X-Hub-Signature', algorithm: 'sha1', prefix: 'sha1=' },
    secret: 'client-secret',
    body: BODY,
    headers: { 'X-Hub-Signature': 'sha1=8f2f4dd40db84a09970eccfb96bb4cff2aec117a' },
  },
  GitHub: {
    signature: { header: 'X-Hub-Signature-256', algorithm: 'sha256', prefix: 'sha256=' },
    secret: "It's a Secret to Everybody",
    body: 'Hello, World!',
    headers: { 'X-Hub-Signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' },
  },
  Shopify: {
    signature: { header: 'X-Shopify-Hmac-Sha256', algorithm: 'sha256', encoding: 'base64' },
    secret: 'shpss_secret',
    body: BODY,
    headers: { 'X-Shopify-Hmac-Sha256': 'BXkQl9Y5nSOhWL+HVPLuA/rFQbWRRrRJgMc7ZPK8wA0=' },
  },
  Slack: {
    signature: {
      header: 'X-Slack-Signature',
      algorithm: 'sha256',
      prefix: 'v0=',
      content: 'v0:{timestamp}:{body}',
      timestamp: { header: 'X-Slack-Request-Timestamp' },
    },
    secret: '8f742231b10e8888abcd99yyyzzz85a5',
    body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
    headers: {
      'X-Slack-Signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
      'X-Slack-Request-Timestamp': '1531420618',
    },
    at: '2018-07-12T18:38:00Z',
  },
  Zendesk: {
    signature: {
      header: 'X-Zendesk-Webhook-Signature',
      algorithm: 'sha256',
      encoding: 'base64',
      content: '{timestamp}{body}',
      timestamp: { header: 'X-Zendesk-Webhook-Signature-Timestamp' },
    },
    secret: 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==',
    body: BODY,
    headers: {
      'X-Zendesk-Webhook-Signature': 'kzFL0EGWvCvYaGzUvrjTkc1KyYhWr5HvVUoXjg1ZaoQ=',
      'X-Zendesk-Webhook-Signature-Timestamp': '2021-03-25T05:09:27Z',
    },
    at: '2021-03-25T05:10:00Z',
  },
  Stripe: {
    signature: {
      header: 'Stripe-Signature',
      algorithm: 'sha256',
      prefix: 'v1=',
      separator: ',',
      content: '{timestamp}.{body}',
      timestamp: { prefix: 't=' },
    },
    secret: 'whsec_test_secret',
    body: BODY,
    headers: {
      'Stripe-Signature': `t=1492774577,v1=${'ab'.repeat(32)},v1=6e667750eafd998816ed29729e2b0359402bdb250be5ed1cf7a29771c8cc7621,v0=6ffb`,
    },
    at: '2017-04-21T11:36:20Z',
  },
  'Standard Webhooks': {
    signature: {
      header: 'webhook-signature',
      algorithm: 'sha256',
      encoding: 'base64',
      prefix: 'v1,',
      separator: ' ',
      content: '{id}.{timestamp}.{body}',
      timestamp: { header: 'webhook-timestamp' },
      id: { header: 'webhook-id' },
      secret: { prefix: 'whsec_', encoding: 'base64' },
    },
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    body: '{"test": 2432232314}',
    headers: {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature':
        'v2,MzJsNDk4MzI0K2VvdQ== v1,bm9ldHUjKzFob2VudXRob2VodWUzMjRvdWVvdW9ldQo= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    at: '2021-02-25T15:04:00Z',
  },
  'SHA-512': {
    signature: { header: 'X-Signature', algorithm: 'sha512' },
    secret: 'a-secret',
    body: BODY,
    headers: {
      'X-Signature':
        'd14d12fb95a3f34cc48102bc800fd62764b5883bf9ef1a665867a9b9aedf2fc1a5defb923ff8242afb3ed66dd691644803032b802bb7f93133e17d07a511caa1',
    },
  },
}

async function compile(signature: object): Promise<SignatureSpec> {
  const { webhook } = await loadDeskSpec({ webhook: { ...DESK_WEBHOOK, signature } })
  if (webhook.signature === undefined) throw new Error('the spec has no signature')
  return webhook.signature
}

async function check({ signature, secret, body, headers, at = '2026-01-01T00:00:00Z' }: Vector, secrets = [secret]) {
  const request = { headers: new Headers(headers), now: Date.parse(at) }
  return verifySignature(Buffer.from(body), request, await compile(signature), secrets)
}

const later = (at: string, seconds: number) => new Date(Date.parse(at) + seconds * 1000).toISOString()

for (const [vendor, vector] of Object.entries(VECTORS)) {
  const { body, headers, secret, at } = vector
  const { header } = vector.signature as { readonly header: string }
  describe(vendor, () => {
    test('accepts a genuine request, with any secret of a rotation', async () => {
      expect(await check(vector)).toBeUndefined()
      expect(await check(vector, ['YW5vdGhlciBzZWNyZXQ=', secret])).toBeUndefined()
    })

    test.each([
      ['another body', { body: `${body} ` }],
      ['no signature', { headers: { ...headers, [header]: '' } }],
      ['half a signature', { headers: { ...headers, [header]: headers[header]?.slice(0, -20) ?? '' } }],
      [
        'a signature after blanks in it',
        { headers: { ...headers, [header]: headers[header]?.replace(/(.{9})$/, ' $1') ?? '' } },
      ],
    ])('refuses %s', async (_, change) => {
      expect(await check({ ...vector, ...change } as Vector)).toBeDefined()
    })

    test.each(Object.keys(headers))('refuses a request without %s', async (name) => {
      const rest = Object.fromEntries(Object.entries(headers).filter(([other]) => other !== name))
      expect(await check({ ...vector, headers: rest })).toContain(name)
    })

    test.each([[[]], [['']], [['  ']], [['YW5vdGhlciBzZWNyZXQ=']]])('refuses the secrets %j', async (secrets) => {
      expect(await check(vector, secrets)).toBeDefined()
    })

    if (at !== undefined)
      test('refuses it seven minutes later, and of seven minutes ahead', async () => {
        expect(await check({ ...vector, at: later(at, 420) })).toContain('old')
        expect(await check({ ...vector, at: later(at, -420) })).toContain('ahead')
        expect(await check({ ...vector, signature: { ...vector.signature, maxAge: '10m' }, at: later(at, 420) })).toBe(
          undefined,
        )
      })
  })
}

const { Stripe: stripe, 'Standard Webhooks': standard } = VECTORS as Record<'Stripe' | 'Standard Webhooks', Vector>

test('a changed timestamp, id, or a second timestamp is refused', async () => {
  const header = stripe.headers['Stripe-Signature'] ?? ''
  for (const changed of [header.replace('t=1492774577', 't=1492774578'), `t=1492774577,${header}`])
    expect(await check({ ...stripe, headers: { 'Stripe-Signature': changed } })).toBeDefined()
  expect(await check({ ...standard, headers: { ...standard.headers, 'webhook-id': 'msg_2' } })).toBeDefined()
})

test('a secret that is not base64 verifies nothing, and is named', async () => {
  for (const secret of ['whsec_', 'whsec_not base64', 'whsec_='])
    expect(await check(standard, [secret])).toMatch(/^the signing secret is not base64/)
})

test('more than twenty signatures are not compared', async () => {
  const many = Array.from({ length: 21 }, () => standard.headers['webhook-signature']?.split(' ')[2]).join(' ')
  expect(await check({ ...standard, headers: { ...standard.headers, 'webhook-signature': many } })).toMatch(
    /more than 20/,
  )
})

test('a message quotes neither secret nor signature', async () => {
  for (const vector of Object.values(VECTORS)) {
    const message = (await check({ ...vector, body: 'another' })) ?? ''
    for (const value of [vector.secret, ...Object.values(vector.headers)]) expect(message).not.toContain(value)
  }
})
