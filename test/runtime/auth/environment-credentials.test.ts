/** Whose account the environment's credentials are: asked once for each key, remembered without it, and held to. */
import { describe, expect, test } from 'vitest'
import type { Fetch } from '../../../runtime/ports/effects.ts'
import { installed, KEY, logIn, never, TOKEN, type World, world } from '../../helpers/auth.ts'

const ENV = { INTERCOM_ACCESS_TOKEN: TOKEN, KLAVIYO_API_KEY: KEY }

/** Klaviyo as it would be for another key: what `/api/accounts` answers, if it is asked. */
const answering =
  ({ fetch }: World, answer: () => Response): Fetch =>
  async (request) =>
    request.url.endsWith('/api/accounts') ? answer() : fetch(request)

const account = (id: string) =>
  Response.json({ data: [{ id, attributes: { contact_information: { organization_name: 'Elsewhere' } } }] })

const accountsAsked = ({ asked }: World) => asked.filter((line) => line.endsWith('/api/accounts')).length

describe('credentials of the environment', () => {
  test('are shown with name, region and time zone once that was asked, and not asked again', async () => {
    const it = world()
    const first = await it.open(ENV)
    expect((await first.setup.view()).destination).not.toHaveProperty('party')
    expect(it.asked).toEqual([])
    const shown = await first.setup.view(never)
    expect(shown.source.party).toMatchObject({ id: 'sandbox1', name: 'Sandbox Shop', region: 'US', timezone: 'UTC' })
    expect(shown.destination.party).toMatchObject({ id: 'SndBox', name: 'Sandbox' })
    const asked = it.asked.length
    const second = await it.open(ENV)
    expect((await second.setup.view()).destination.party).toEqual(shown.destination.party)
    await second.destination.current(never)
    expect(it.asked).toHaveLength(asked)
    for (const name of ['account.given.source', 'account.given.destination'])
      expect(JSON.stringify(await it.store.readCheckpoint(name))).not.toMatch(new RegExp(`${TOKEN}|${KEY}`))
  })

  test('bind the store with their first use, asked once for all callers', async () => {
    const it = world()
    const one = await it.open(ENV)
    await Promise.all([1, 2, 3].map(() => one.destination.current(never)))
    expect(accountsAsked(it)).toBe(1)
    expect(await it.store.readCheckpoint('account.destination.id')).toBe('SndBox')
  })

  test.each(['by OAuth', 'by another key'])(
    'of another account are refused on a store that was bound %s',
    async (how) => {
      const it = world()
      if (how === 'by OAuth') await installed(it)
      else await (await it.open(ENV)).destination.current(never)
      const fetch = answering(it, () => account('Other1'))
      const moved = await it.open({ ...ENV, KLAVIYO_API_KEY: 'pk_of_another_account' }, { fetch })
      expect(moved.gate.pausedReason()).toBeUndefined()
      await expect(moved.destination.current(never)).rejects.toMatchObject({
        kind: 'config',
        code: 'klaviyo/other-account',
        message: expect.stringMatching(/of Elsewhere, but this store belongs to another.+CONNECTOR_STORE/),
      })
      expect(moved.gate.pausedReason()).toContain('belongs to another account')
      expect((await moved.setup.view(never)).destination.trouble).toContain('belongs to another account')
      expect(it.logger.lines.filter((line) => line.startsWith('error'))).toHaveLength(1)
      expect(await it.store.readCheckpoint('account.destination.id')).toBe('SndBox')
    },
  )

  test('that may not say whose they are are used, and the page says what is missing', async () => {
    const it = world()
    const fetch = answering(it, () => Response.json({ errors: [] }, { status: 403 }))
    const one = await it.open(ENV, { fetch })
    await one.destination.current(never)
    const { destination } = await one.setup.view(never)
    expect(destination.unknown).toContain('accounts:read is missing')
    expect(await it.store.readCheckpoint('account.destination.id')).toBeUndefined()
  })

  test('that are not known there shut the gate as soon as somebody looks at the page', async () => {
    const it = world()
    const one = await it.open({ ...ENV, KLAVIYO_API_KEY: 'pk_unknown' })
    const { destination, shut } = await one.setup.view(never)
    expect(destination.trouble).toContain('does not accept the credentials in the environment')
    expect(shut).toBe(destination.trouble)
  })

  test('wait while nobody can be asked', async () => {
    const it = world()
    let down = true
    const fetch = answering(it, () => (down ? new Response(null, { status: 503 }) : account('SndBox')))
    const one = await it.open(ENV, { fetch })
    const refused = one.destination.current(never).catch((error: unknown) => error)
    expect(await it.clock.until(refused)).toMatchObject({ kind: 'transient' })
    down = false
    await it.clock.until(one.destination.current(never))
    expect(await it.store.readCheckpoint('account.destination.id')).toBe('SndBox')
  })

  test('need no key of ours: then they are asked once in each process', async () => {
    const it = world()
    const key = async () => {
      throw new Error('this store has none')
    }
    for (const one of [await it.open(ENV, { key }), await it.open(ENV, { key })]) {
      await one.destination.current(never)
      await one.destination.current(never)
    }
    expect(accountsAsked(it)).toBe(2)
  })
})

describe('a key in place of a log-in', () => {
  test('gives the access of the log-in back', async () => {
    const it = world()
    const one = await installed(it)
    const old = await one.destination.current(never)
    const { note } = await one.setup.paste('destination', { key: KEY }, never)
    expect(note).toContain('was given back')
    const headers = { ...old.headers, revision: '2026-07-15' }
    expect((await it.klaviyo.fetch(new Request('http://klaviyo.local/api/accounts', { headers }))).status).toBe(401)
    expect(one.gate.pausedReason()).toBeUndefined()
    expect((await one.setup.paste('destination', { key: KEY }, never)).note).toBeUndefined()
  })

  test('counts even if that fails, and both the page and the log say so', async () => {
    const it = world()
    await installed(it)
    const fetch: Fetch = async (request) =>
      request.url.endsWith('/oauth/revoke') ? new Response(null, { status: 500 }) : it.fetch(request)
    const one = await it.open(undefined, { fetch })
    const { note } = await it.clock.until(one.setup.paste('destination', { key: KEY }, never))
    expect(note).toContain('take our app away there')
    expect(it.logger.lines.join()).toContain('could not revoke the previous OAuth token')
    expect((await one.destination.current(never)).headers.Authorization).toBe(`Klaviyo-API-Key ${KEY}`)
  })

  test('takes no app away that the key may be of', async () => {
    const it = world()
    const one = await installed(it)
    const { note } = await one.setup.paste('source', { key: TOKEN }, never)
    expect(note).toContain('if the key is of another app')
    expect(it.asked.filter((line) => line.includes('uninstall'))).toEqual([])
  })

  test('is asked of nobody for a log-in in place of another', async () => {
    const it = world()
    const one = await installed(it)
    await logIn(it, one, 'destination')
    expect(it.asked.filter((line) => line.includes('revoke'))).toEqual([])
  })
})
