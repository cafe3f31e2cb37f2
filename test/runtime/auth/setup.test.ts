/** Set-up from an empty store to delivery, by OAuth and by pasting; and every way in which it is refused. */
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

const going = (side: 'source' | 'destination', session = 's1') => ({ side, session, redirect: redirectOf(side) })

test('by OAuth, step by step, and delivery begins at the end', async () => {
  const it = world()
  const account = await it.open()
  const step = async () => (await account.setup.view()).step
  expect([await step(), account.gate.pausedReason()]).toEqual(['review', expect.stringContaining('not finished')])
  await account.setup.allow([])
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

test('by pasting, the signing secret with it', async () => {
  const it = world()
  const account = await it.open({})
  await account.setup.allow([])
  expect(await account.secrets()).toEqual([])
  await account.setup.paste('source', { key: ` ${TOKEN}\n`, signing: SIGNING, region: 'us' }, never)
  await account.setup.paste('destination', { key: KEY }, never)
  await account.setup.finish()
  expect(await account.secrets()).toEqual([SIGNING])
  expect((await account.destination.current(never)).headers).toEqual({ Authorization: `Klaviyo-API-Key ${KEY}` })
  expect(account.gate.pausedReason()).toBeUndefined()
})

test('the environment is a yes in itself, and wins over what is stored', async () => {
  const it = world()
  await installed(it)
  const account = await it.open({ INTERCOM_ACCESS_TOKEN: 'from-env', KLAVIYO_API_KEY: 'pk_env' })
  expect(account.gate.pausedReason()).toBeUndefined()
  expect((await account.source.current(never)).headers).toEqual({ Authorization: 'Bearer from-env' })
  const empty = await world().open({ INTERCOM_ACCESS_TOKEN: 'from-env', KLAVIYO_API_KEY: 'pk_env' })
  expect([empty.gate.pausedReason(), (await empty.setup.view()).step]).toEqual([undefined, 'done'])
})

test('another process sees what was set up, and where it was left', async () => {
  const it = world()
  const first = await it.open()
  await first.setup.allow(['flows:read'])
  await logIn(it, first, 'source')
  const second = await it.open()
  expect((await second.setup.view()).step).toBe('destination')
  const address = await second.setup.authorize(going('destination'))
  expect(address.searchParams.get('scope')).toBe('events:write profiles:write accounts:read metrics:read flows:read')
  await logIn(it, second, 'destination')
  await second.setup.finish()
  expect(first.gate.pausedReason()).toBeDefined()
  const change = first.gate.waitForChange(never)
  await it.clock.pass(5_000)
  await change
  expect(first.gate.pausedReason()).toBeUndefined()
})

test('no address holds a secret, and none is asked for twice', async () => {
  const it = world()
  const account = await it.open()
  const address = await account.setup.authorize(going('destination'))
  expect(address.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/)
  expect(address.href).not.toContain('secret')
  await installed(it)
  expect(it.asked.filter((line) => /secret|verifier|tok:/.test(line))).toEqual([])
})

describe('is refused in words', () => {
  test('when the person says no', async () => {
    const it = world()
    const fault = await faultOf(logIn(it, await it.open(), 'destination', 'no'))
    expect([fault.code, fault.message]).toEqual(['klaviyo/denied', expect.stringContaining('told not to let us in')])
  })

  test.each([
    ['of another browser', { session: 's2' }],
    ['for another side', { side: 'source' as const }],
    ['for another address', { redirect: 'https://elsewhere.example/' }],
  ])('when the answer is %s', async (_, change) => {
    const it = world()
    const account = await it.open()
    const query = await consent(it, await account.setup.authorize(going('destination')))
    const fault = await faultOf(account.setup.comeBack({ ...going('destination'), ...change }, query, never))
    expect(fault.code).toBe('account/state')
    expect((await account.setup.view()).destination.by).toBeUndefined()
  })

  test('when it comes twice, too late, or with a code that is over', async () => {
    const it = world()
    const account = await it.open()
    const query = await consent(it, await account.setup.authorize(going('destination')))
    await account.setup.comeBack(going('destination'), query, never)
    expect((await faultOf(account.setup.comeBack(going('destination'), query, never))).code).toBe('account/used')
    const later = await consent(it, await account.setup.authorize(going('destination')))
    await it.clock.pass(6 * 60_000)
    const over = await faultOf(account.setup.comeBack(going('destination'), later, never))
    expect([over.code, over.message]).toEqual(['klaviyo/invalid-grant', expect.stringContaining('expired')])
    const latest = await consent(it, await account.setup.authorize(going('source')))
    await it.clock.pass(16 * 60_000)
    expect((await faultOf(account.setup.comeBack(going('source'), latest, never))).code).toBe('account/expired')
    expect((await faultOf(account.setup.comeBack(going('source'), new URLSearchParams(), never))).code).toBe(
      'account/state',
    )
  })

  test('when our own app is not known there', async () => {
    const it = world()
    const account = await it.open({ ...CLIENT_ENV, KLAVIYO_CLIENT_SECRET: 'wrong' })
    const fault = await faultOf(logIn(it, account, 'destination'))
    expect([fault.code, fault.message]).toEqual([
      'klaviyo/invalid-client',
      expect.stringContaining('client id and secret'),
    ])
  })

  test('when there is no app of ours', async () => {
    const fault = await faultOf((await world().open({})).setup.authorize(going('source')))
    expect(fault.code).toBe('intercom/no-client')
  })

  const PASTES = [
    ['nothing', 'destination', { key: '' }, 'klaviyo/ill-formed', 'Private API key is missing'],
    ['a key with a line break in it', 'destination', { key: 'pk_a\nb' }, 'klaviyo/ill-formed', 'copy it again'],
    [
      'a key nobody knows',
      'destination',
      { key: 'pk_unknown' },
      'klaviyo/unauthorized',
      'does not know what you pasted',
    ],
    ['a token nobody knows', 'source', { key: 'unknown', signing: SIGNING }, 'intercom/unauthorized', 'does not know'],
    ['a token without its secret', 'source', { key: TOKEN }, 'intercom/ill-formed', 'Client secret is missing'],
  ] as const
  test.each(PASTES)('when %s is pasted', async (_, side, pasted, code, words) => {
    const it = world()
    const account = await it.open({})
    const fault = await faultOf(account.setup.paste(side, pasted, never))
    expect([fault.code, fault.message]).toEqual([code, expect.stringContaining(words)])
    expect((await account.setup.view())[side].by).toBeUndefined()
  })

  test('when the store belongs to another account', async () => {
    const it = world()
    await installed(it)
    const other = world({ workspace: 'another1' })
    const moved = await it.open(CLIENT_ENV, { fetch: other.fetch })
    const fault = await faultOf(logIn(other, moved, 'source'))
    expect([fault.code, fault.message]).toEqual(['intercom/other-account', expect.stringContaining('CONNECTOR_STORE')])
  })
})
