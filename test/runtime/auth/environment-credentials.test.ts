/** Credentials from the environment: their account is identified once for each key, remembered, and pinned. */
import { describe, expect, test } from 'vitest'
import type { Fetch } from '../../../runtime/ports/effects.ts'
import {
  type AuthHarness,
  completeSetup,
  connectByOauth,
  createAuthHarness,
  KEY,
  never,
  TOKEN,
} from '../../helpers/auth.ts'

const ENV = { INTERCOM_ACCESS_TOKEN: TOKEN, KLAVIYO_API_KEY: KEY }

/** Answers `/api/accounts` as Klaviyo does for the key of another account. */
const answering =
  ({ fetch }: AuthHarness, answer: () => Response): Fetch =>
  async (request) =>
    request.url.endsWith('/api/accounts') ? answer() : fetch(request)

const account = (id: string) =>
  Response.json({ data: [{ id, attributes: { contact_information: { organization_name: 'Elsewhere' } } }] })

const accountsAsked = ({ asked }: AuthHarness) => asked.filter((line) => line.endsWith('/api/accounts')).length

describe('credentials of the environment', () => {
  test('are shown with name, region and time zone, and identified only once', async () => {
    const it = createAuthHarness()
    const first = await it.open(ENV)
    expect((await first.setup.view()).destination).not.toHaveProperty('account')
    expect(it.asked).toEqual([])
    const shown = await first.setup.view(never)
    expect(shown.source.account).toMatchObject({ id: 'sandbox1', name: 'Sandbox Shop', region: 'US', timezone: 'UTC' })
    expect(shown.destination.account).toMatchObject({ id: 'SndBox', name: 'Sandbox' })
    const asked = it.asked.length
    const second = await it.open(ENV)
    expect((await second.setup.view()).destination.account).toEqual(shown.destination.account)
    await second.destination.current(never)
    expect(it.asked).toHaveLength(asked)
    for (const name of ['environment-key:source', 'environment-key:destination'])
      expect(JSON.stringify(await it.store.readCheckpoint(name))).not.toMatch(new RegExp(`${TOKEN}|${KEY}`))
  })

  test('pin the store on first use, with one request for all callers', async () => {
    const it = createAuthHarness()
    const one = await it.open(ENV)
    await Promise.all([1, 2, 3].map(() => one.destination.current(never)))
    expect(accountsAsked(it)).toBe(1)
    expect(await it.store.readCheckpoint('destination-account')).toBe('SndBox')
  })

  test.each(['by OAuth', 'by another key'])(
    'of another account are refused on a store that was bound %s',
    async (how) => {
      const it = createAuthHarness()
      if (how === 'by OAuth') await completeSetup(it)
      else await (await it.open(ENV)).destination.current(never)
      const fetch = answering(it, () => account('Other1'))
      const moved = await it.open({ ...ENV, KLAVIYO_API_KEY: 'pk_of_another_account' }, { fetch })
      expect(moved.gate.pausedReason()).toBeUndefined()
      await expect(moved.destination.current(never)).rejects.toMatchObject({
        kind: 'config',
        code: 'klaviyo/account-mismatch',
        message: expect.stringMatching(/of Elsewhere, but this store belongs to another.+CONNECTOR_STORE/),
      })
      expect(moved.gate.pausedReason()).toContain('belongs to another account')
      expect((await moved.setup.view(never)).destination.problem).toContain('belongs to another account')
      expect(it.logger.lines.filter((line) => line.startsWith('error'))).toHaveLength(1)
      expect(await it.store.readCheckpoint('destination-account')).toBe('SndBox')
    },
  )

  test('without permission to read their account are used, and the page names the missing permission', async () => {
    const it = createAuthHarness()
    const fetch = answering(it, () => Response.json({ errors: [] }, { status: 403 }))
    const one = await it.open(ENV, { fetch })
    await one.destination.current(never)
    const { destination } = await one.setup.view(never)
    expect(destination.accountError).toContain('accounts:read is missing')
    expect(await it.store.readCheckpoint('destination-account')).toBeUndefined()
  })

  test('that meet a retired revision are used, and the page names the remedy', async () => {
    const it = createAuthHarness()
    const fetch = answering(it, () => new Response(null, { status: 410 }))
    const one = await it.open(ENV, { fetch })
    await one.destination.current(never)
    const { destination } = await one.setup.view(never)
    expect(destination.accountError).toMatch(/retired the revision.+update the connector/)
  })

  test('that are rejected pause delivery as soon as the page is viewed', async () => {
    const it = createAuthHarness()
    const one = await it.open({ ...ENV, KLAVIYO_API_KEY: 'pk_unknown' })
    const { destination, pausedReason } = await one.setup.view(never)
    expect(destination.problem).toContain('rejected the credentials from the environment')
    expect(pausedReason).toBe(destination.problem)
  })

  test('wait while the account cannot be identified', async () => {
    const it = createAuthHarness()
    let down = true
    const fetch = answering(it, () => (down ? new Response(null, { status: 503 }) : account('SndBox')))
    const one = await it.open(ENV, { fetch })
    const refused = one.destination.current(never).catch((error: unknown) => error)
    expect(await it.clock.until(refused)).toMatchObject({ kind: 'transient' })
    down = false
    await it.clock.until(one.destination.current(never))
    expect(await it.store.readCheckpoint('destination-account')).toBe('SndBox')
  })

  test('need no encryption key: without one each process identifies the account', async () => {
    const it = createAuthHarness()
    const key = async () => {
      throw new Error('this store has none')
    }
    for (const one of [await it.open(ENV, { encryptionKey: key }), await it.open(ENV, { encryptionKey: key })]) {
      await one.destination.current(never)
      await one.destination.current(never)
    }
    expect(accountsAsked(it)).toBe(2)
  })
})

describe('a key that replaces OAuth access', () => {
  test('revokes that access', async () => {
    const it = createAuthHarness()
    const one = await completeSetup(it)
    const old = await one.destination.current(never)
    const { note } = await one.setup.connectWithKey('destination', { key: KEY }, never)
    expect(note).toContain('was revoked')
    const headers = { ...old.headers, revision: '2026-07-15' }
    expect((await it.klaviyo.fetch(new Request('http://klaviyo.local/api/accounts', { headers }))).status).toBe(401)
    expect(one.gate.pausedReason()).toBeUndefined()
    expect((await one.setup.connectWithKey('destination', { key: KEY }, never)).note).toBeUndefined()
  })

  test('is used even if the revocation fails, which the page and the log report', async () => {
    const it = createAuthHarness()
    await completeSetup(it)
    const fetch: Fetch = async (request) =>
      request.url.endsWith('/oauth/revoke') ? new Response(null, { status: 500 }) : it.fetch(request)
    const one = await it.open(undefined, { fetch })
    const { note } = await it.clock.until(one.setup.connectWithKey('destination', { key: KEY }, never))
    expect(note).toContain('remove our app in Klaviyo')
    expect(it.logger.lines.join()).toContain('could not revoke the previous OAuth token')
    expect((await one.destination.current(never)).headers.Authorization).toBe(`Klaviyo-API-Key ${KEY}`)
  })

  test('does not uninstall an app that the key may belong to', async () => {
    const it = createAuthHarness()
    const one = await completeSetup(it)
    const { note } = await one.setup.connectWithKey('source', { key: TOKEN }, never)
    expect(note).toContain('if the key belongs to another app')
    expect(it.asked.filter((line) => line.includes('uninstall'))).toEqual([])
  })

  test('revokes nothing when OAuth access replaces OAuth access', async () => {
    const it = createAuthHarness()
    const one = await completeSetup(it)
    await connectByOauth(it, one, 'destination')
    expect(it.asked.filter((line) => line.includes('revoke'))).toEqual([])
  })
})
