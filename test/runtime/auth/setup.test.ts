/** Set-up from an empty store to delivery, by OAuth and by pasted keys; and every rejection. */
import { describe, expect, test } from 'vitest'
import { Fault } from '../../../runtime/ports/fault.ts'
import {
  CLIENT_ENV,
  consent,
  installed,
  KEY,
  logIn,
  never,
  redirectOf,
  SIGNING,
  TOKEN,
  world,
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

test('by OAuth, step by step, until delivery begins', async () => {
  const it = world()
  const account = await it.open()
  const step = async () => (await account.setup.view()).step
  expect([await step(), account.gate.pausedReason()]).toEqual(['review', expect.stringContaining('not finished')])
  await account.setup.consent([])
  expect(await step()).toBe('source')
  expect(await logIn(it, account, 'source')).toMatchObject({ name: 'Sandbox Shop', region: 'US', timezone: 'UTC' })
  expect(await step()).toBe('destination')
  expect(await logIn(it, account, 'destination')).toMatchObject({ name: 'Sandbox', id: 'SndBox' })
  expect(await step()).toBe('confirm')
  expect(account.gate.pausedReason()).toBeDefined()
  await account.setup.finish()
  expect([await step(), account.gate.pausedReason()]).toEqual(['done', undefined])
  expect(await it.store.readCheckpoint('workspace')).toBe('sandbox1')
})

test('by a pasted key with its signing secret', async () => {
  const it = world()
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

test('credentials in the environment count as consent and take precedence over stored ones', async () => {
  const it = world()
  await installed(it)
  const account = await it.open({ INTERCOM_ACCESS_TOKEN: 'from-env', KLAVIYO_API_KEY: 'pk_env' })
  expect(account.gate.pausedReason()).toBeUndefined()
  expect((await account.source.current(never)).headers).toEqual({ Authorization: 'Bearer from-env' })
  const empty = await world().open({ INTERCOM_ACCESS_TOKEN: 'from-env', KLAVIYO_API_KEY: 'pk_env' })
  expect([empty.gate.pausedReason(), (await empty.setup.view()).step]).toEqual([undefined, 'done'])
})

test('another process sees the state of set-up', async () => {
  const it = world()
  const first = await it.open()
  await first.setup.consent(['flows:read'])
  await logIn(it, first, 'source')
  const second = await it.open()
  expect((await second.setup.view()).step).toBe('destination')
  const address = await second.setup.authorizationUrl(going('destination'))
  expect(address.searchParams.get('scope')).toBe('events:write profiles:write accounts:read metrics:read flows:read')
  await logIn(it, second, 'destination')
  await second.setup.finish()
  expect(first.gate.pausedReason()).toBeDefined()
  const change = first.gate.waitForChange(never)
  await it.clock.advance(5_000)
  await change
  expect(first.gate.pausedReason()).toBeUndefined()
})

test('no URL contains a secret', async () => {
  const it = world()
  const account = await it.open()
  const address = await account.setup.authorizationUrl(going('destination'))
  expect(address.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/)
  expect(address.href).not.toContain('secret')
  await installed(it)
  expect(it.asked.filter((line) => /secret|verifier|tok:/.test(line))).toEqual([])
})

describe('is rejected with a message', () => {
  test('when the person denies access', async () => {
    const it = world()
    const fault = await faultOf(logIn(it, await it.open(), 'destination', 'no'))
    expect([fault.code, fault.message]).toEqual(['klaviyo/access-denied', expect.stringContaining('access was denied')])
  })

  test.each([
    ['of another browser', { session: 's2' }],
    ['for another side', { side: 'source' as const }],
    ['for another redirect URI', { redirectUri: 'https://elsewhere.example/' }],
  ])('when the callback is %s', async (_, change) => {
    const it = world()
    const account = await it.open()
    const query = await consent(it, await account.setup.authorizationUrl(going('destination')))
    const fault = await faultOf(account.setup.handleCallback({ ...going('destination'), ...change, query }, never))
    expect(fault.code).toBe('auth/state')
    expect((await account.setup.view()).destination.method).toBeUndefined()
  })

  test('when the callback is repeated, late, or has an expired code', async () => {
    const it = world()
    const account = await it.open()
    const query = await consent(it, await account.setup.authorizationUrl(going('destination')))
    await account.setup.handleCallback({ ...going('destination'), query }, never)
    expect((await faultOf(account.setup.handleCallback({ ...going('destination'), query }, never))).code).toBe(
      'auth/state-used',
    )
    const later = await consent(it, await account.setup.authorizationUrl(going('destination')))
    await it.clock.advance(6 * 60_000)
    const over = await faultOf(account.setup.handleCallback({ ...going('destination'), query: later }, never))
    expect([over.code, over.message]).toEqual(['klaviyo/invalid-grant', expect.stringContaining('expired')])
    const latest = await consent(it, await account.setup.authorizationUrl(going('source')))
    await it.clock.advance(16 * 60_000)
    expect((await faultOf(account.setup.handleCallback({ ...going('source'), query: latest }, never))).code).toBe(
      'auth/state-expired',
    )
    expect(
      (await faultOf(account.setup.handleCallback({ ...going('source'), query: new URLSearchParams() }, never))).code,
    ).toBe('auth/state')
  })

  test('when the OAuth client is unknown', async () => {
    const it = world()
    const account = await it.open({ ...CLIENT_ENV, KLAVIYO_CLIENT_SECRET: 'wrong' })
    const fault = await faultOf(logIn(it, account, 'destination'))
    expect([fault.code, fault.message]).toEqual([
      'klaviyo/invalid-client',
      expect.stringContaining('client id and secret'),
    ])
  })

  test('when no OAuth client is configured', async () => {
    const fault = await faultOf((await world().open({})).setup.authorizationUrl(going('source')))
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
  test.each(PASTES)('when %s is pasted', async (_, side, pasted, code, words) => {
    const it = world()
    const account = await it.open({})
    const fault = await faultOf(account.setup.connectWithKey(side, pasted, never))
    expect([fault.code, fault.message]).toEqual([code, expect.stringContaining(words)])
    expect((await account.setup.view())[side].method).toBeUndefined()
  })

  test('when the store belongs to another account', async () => {
    const it = world()
    await installed(it)
    const other = world({ workspace: 'another1' })
    const moved = await it.open(CLIENT_ENV, { fetch: other.fetch })
    const fault = await faultOf(logIn(other, moved, 'source'))
    expect([fault.code, fault.message]).toEqual([
      'intercom/account-mismatch',
      expect.stringContaining('CONNECTOR_STORE'),
    ])
  })
})
