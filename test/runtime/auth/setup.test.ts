/** Setup from an empty store to delivery, by OAuth and by pasted keys; and every rejection. */
import { describe, expect, test } from 'vitest'
import { Fault } from '../../../runtime/ports/fault.ts'
import {
  answerConsent,
  CLIENT_ENV,
  completeSetup,
  connectByOauth,
  createAuthHarness,
  KEY,
  never,
  redirectOf,
  SIGNING,
  TOKEN,
} from '../../helpers/auth.ts'

const faultOf = async (work: Promise<unknown>): Promise<Fault> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Fault)) throw new Error(`no fault, but ${String(error)}`)
  return error
}

const going = (side: 'source' | 'destination', session = 's1') => ({ side, session, redirectUri: redirectOf(side) })

test('completes by OAuth, step by step, and delivery begins', async () => {
  const it = createAuthHarness()
  const account = await it.open()
  const step = async () => (await account.setup.view()).step
  expect([await step(), account.gate.pausedReason()]).toEqual(['review', expect.stringContaining('not finished')])
  await account.setup.consent([])
  expect(await step()).toBe('source')
  expect(await connectByOauth(it, account, 'source')).toMatchObject({
    name: 'Sandbox Shop',
    region: 'US',
    timezone: 'UTC',
  })
  expect(await step()).toBe('destination')
  expect(await connectByOauth(it, account, 'destination')).toMatchObject({ name: 'Sandbox', id: 'SndBox' })
  expect(await step()).toBe('confirm')
  expect(account.gate.pausedReason()).toBeDefined()
  await account.setup.finish()
  expect([await step(), account.gate.pausedReason()]).toEqual(['done', undefined])
  expect(await it.store.readCheckpoint('workspace')).toBe('sandbox1')
})

test('completes by a pasted key with its signing secret', async () => {
  const it = createAuthHarness()
  const account = await it.open({})
  await account.setup.consent([])
  expect(await account.signingSecrets()).toEqual([])
  await account.setup.connectWithKey('source', { key: ` ${TOKEN}\n`, signing: SIGNING, region: 'us' }, never)
  await account.setup.connectWithKey('destination', { key: KEY }, never)
  await account.setup.finish()
  expect(await account.signingSecrets()).toEqual([SIGNING])
  expect((await account.destination.current(never)).headers).toEqual({ Authorization: `Klaviyo-API-Key ${KEY}` })
  expect(account.gate.pausedReason()).toBeUndefined()
})

test('a pasted list of signing secrets may hold blanks and stray commas, but not be empty', async () => {
  const it = createAuthHarness()
  const account = await it.open({})
  await account.setup.consent([])
  const connect = (signing: string) =>
    account.setup.connectWithKey('source', { key: TOKEN, signing, region: 'us' }, never)
  await expect(connect(' , ')).rejects.toThrow('missing')
  await expect(connect('old secret')).rejects.toThrow('invalid characters')
  await connect(`, old-secret, ${SIGNING},`)
  expect(await account.signingSecrets()).toEqual(['old-secret', SIGNING])
})

test('credentials in the environment count as consent and take precedence over stored ones', async () => {
  const it = createAuthHarness()
  await completeSetup(it)
  const account = await it.open({ INTERCOM_ACCESS_TOKEN: 'from-env', KLAVIYO_API_KEY: 'pk_env' })
  expect(account.gate.pausedReason()).toBeUndefined()
  expect((await account.source.current(never)).headers).toEqual({ Authorization: 'Bearer from-env' })
  const empty = await createAuthHarness().open({ INTERCOM_ACCESS_TOKEN: 'from-env', KLAVIYO_API_KEY: 'pk_env' })
  expect([empty.gate.pausedReason(), (await empty.setup.view()).step]).toEqual([undefined, 'done'])
})

test('another process sees the state of set-up', async () => {
  const it = createAuthHarness()
  const first = await it.open()
  await first.setup.consent(['flows:read'])
  await connectByOauth(it, first, 'source')
  const second = await it.open()
  expect((await second.setup.view()).step).toBe('destination')
  const address = await second.setup.authorizationUrl(going('destination'))
  expect(address.searchParams.get('scope')).toBe('events:write profiles:write accounts:read metrics:read flows:read')
  await connectByOauth(it, second, 'destination')
  await second.setup.finish()
  expect(first.gate.pausedReason()).toBeDefined()
  const change = first.gate.waitForChange(never)
  await it.clock.advance(5_000)
  await change
  expect(first.gate.pausedReason()).toBeUndefined()
})

test('no URL contains a secret', async () => {
  const it = createAuthHarness()
  const account = await it.open()
  const address = await account.setup.authorizationUrl(going('destination'))
  expect(address.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/)
  expect(address.href).not.toContain('secret')
  await completeSetup(it)
  expect(it.asked.filter((line) => /secret|verifier|tok:/.test(line))).toEqual([])
})

describe('rejects with a message', () => {
  test('a denied authorization', async () => {
    const it = createAuthHarness()
    const fault = await faultOf(connectByOauth(it, await it.open(), 'destination', 'no'))
    expect([fault.code, fault.message]).toEqual(['klaviyo/access-denied', expect.stringContaining('access was denied')])
  })

  test.each([
    ['of another browser', { session: 's2' }],
    ['for another side', { side: 'source' as const }],
    ['for another redirect URI', { redirectUri: 'https://elsewhere.example/' }],
  ])('a callback that is %s', async (_, change) => {
    const it = createAuthHarness()
    const account = await it.open()
    const query = await answerConsent(it, await account.setup.authorizationUrl(going('destination')))
    const fault = await faultOf(account.setup.handleCallback({ ...going('destination'), ...change, query }, never))
    expect(fault.code).toBe('auth/state')
    expect((await account.setup.view()).destination.method).toBeUndefined()
  })

  test('a callback that is repeated, late, or has an expired code', async () => {
    const it = createAuthHarness()
    const account = await it.open()
    const query = await answerConsent(it, await account.setup.authorizationUrl(going('destination')))
    await account.setup.handleCallback({ ...going('destination'), query }, never)
    expect((await faultOf(account.setup.handleCallback({ ...going('destination'), query }, never))).code).toBe(
      'auth/state-used',
    )
    const later = await answerConsent(it, await account.setup.authorizationUrl(going('destination')))
    await it.clock.advance(6 * 60_000)
    const over = await faultOf(account.setup.handleCallback({ ...going('destination'), query: later }, never))
    expect([over.code, over.message]).toEqual(['klaviyo/invalid-grant', expect.stringContaining('expired')])
    const latest = await answerConsent(it, await account.setup.authorizationUrl(going('source')))
    await it.clock.advance(16 * 60_000)
    expect((await faultOf(account.setup.handleCallback({ ...going('source'), query: latest }, never))).code).toBe(
      'auth/state-expired',
    )
    expect(
      (await faultOf(account.setup.handleCallback({ ...going('source'), query: new URLSearchParams() }, never))).code,
    ).toBe('auth/state')
  })

  test('an unknown OAuth client', async () => {
    const it = createAuthHarness()
    const account = await it.open({ ...CLIENT_ENV, KLAVIYO_CLIENT_SECRET: 'wrong' })
    const fault = await faultOf(connectByOauth(it, account, 'destination'))
    expect([fault.code, fault.message]).toEqual([
      'klaviyo/invalid-client',
      expect.stringContaining('client id and secret'),
    ])
  })

  test('a connection without a configured OAuth client', async () => {
    const fault = await faultOf((await createAuthHarness().open({})).setup.authorizationUrl(going('source')))
    expect(fault.code).toBe('intercom/no-oauth-client')
  })

  const PASTES = [
    ['nothing', 'destination', { key: '' }, 'klaviyo/malformed-credentials', 'Private API key is missing'],
    [
      'a key with a line break in it',
      'destination',
      { key: 'pk_a\nb' },
      'klaviyo/malformed-credentials',
      'copy it again',
    ],
    ['an unknown key', 'destination', { key: 'pk_unknown' }, 'klaviyo/unauthorized', 'rejected the pasted credentials'],
    [
      'an unknown token',
      'source',
      { key: 'unknown', signing: SIGNING },
      'intercom/unauthorized',
      'rejected the pasted credentials',
    ],
    [
      'a token without its secret',
      'source',
      { key: TOKEN },
      'intercom/malformed-credentials',
      'Client secret is missing',
    ],
  ] as const
  test.each(PASTES)('%s', async (_, side, pasted, code, words) => {
    const it = createAuthHarness()
    const account = await it.open({})
    const fault = await faultOf(account.setup.connectWithKey(side, pasted, never))
    expect([fault.code, fault.message]).toEqual([code, expect.stringContaining(words)])
    expect((await account.setup.view())[side].method).toBeUndefined()
  })

  test('an account other than the one the store is pinned to', async () => {
    const it = createAuthHarness()
    await completeSetup(it)
    const other = createAuthHarness({ workspace: 'another1' })
    const moved = await it.open(CLIENT_ENV, { fetch: other.fetch })
    const fault = await faultOf(connectByOauth(other, moved, 'source'))
    expect([fault.code, fault.message]).toEqual([
      'intercom/account-mismatch',
      expect.stringContaining('CONNECTOR_STORE'),
    ])
  })
})

test('while delivery runs, the gate looks for a disconnection by another process on use alone', async () => {
  const it = createAuthHarness()
  const first = await it.open()
  await first.setup.consent([])
  await connectByOauth(it, first, 'source')
  await connectByOauth(it, first, 'destination')
  await first.setup.finish()
  const change = first.gate.waitForChange(never)
  const second = await it.open()
  await it.clock.until(second.setup.disconnect(never))
  await it.clock.advance(3_600_000)
  expect(first.gate.pausedReason()).toBeUndefined()
  await first.gate.check?.()
  await change
  expect(first.gate.pausedReason()).toBeDefined()
})
