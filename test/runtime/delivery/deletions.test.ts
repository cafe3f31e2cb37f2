/** A contact deleted in Intercom is deleted in Klaviyo: twice confirmed, checked on both sides, and never created again. */
import '../../../connector/klaviyo/deletion.ts' // loaded before: loading takes real time, which the virtual clock does not wait for
import { describe, expect, test } from 'vitest'
import { type HarnessOptions, startConnector } from '../../helpers/connector-harness.ts'
import { specWithPeople } from '../../helpers/spec/changed-spec.ts'

const MINUTE = 60_000
const ANN = 'ann'
const EMAIL = 'ann@mail.shop'

interface Options {
  readonly people?: string
  readonly confirm?: boolean
  readonly intercept?: HarnessOptions['intercept']
}

/** A workspace whose contacts have these addresses; of Ann a profile was sent. */
async function start({ people = 'onDelete: delete', confirm = true, intercept }: Options = {}) {
  const spec = await specWithPeople(people)
  const contacts = new Map<string, string>([[ANN, EMAIL]])
  const moved = new Map<string, string>()
  const contactOf = (id: string) => ({
    type: 'contact',
    id,
    role: 'user',
    email: contacts.get(id),
    updated_at: 1_700_000_000,
  })
  const harness = await startConnector({
    connector: { settings: { spec } },
    intercept: async (request) => {
      const { hostname, pathname } = new URL(request.url)
      const other = await intercept?.(request)
      if (other !== undefined || hostname === 'a.klaviyo.com') return other
      if (pathname === '/contacts/search') {
        const { query } = (await request.json()) as { query: { value: string } }
        const data = [...contacts].filter(([, email]) => email === query.value).map(([id]) => contactOf(id))
        return Response.json({ type: 'list', data, total_count: data.length, pages: {} })
      }
      const id = pathname.split('/')[2] ?? ''
      if (!pathname.startsWith('/contacts/')) return undefined
      const mergedInto = moved.get(id)
      if (mergedInto !== undefined) {
        const headers = { link: `</contacts/${mergedInto}>; rel="canonical"` }
        return Response.json({ type: 'error.list', errors: [{ code: 'contact_merged' }] }, { status: 410, headers })
      }
      if (contacts.has(id)) return Response.json(contactOf(id))
      return Response.json({ type: 'error.list', errors: [{ code: 'not_found' }] }, { status: 404 })
    },
  })
  const { connector, clock, klaviyo, notify, work, store } = harness
  let notices = 0
  const tell = async (topic: string, item: object) => {
    notices += 1
    expect(await notify(topic, item, { id: `n${notices}` })).toBe(200)
    await work()
  }
  const update = (id: string) => tell('contact.user.updated', contactOf(id))
  const began = Math.floor(clock.now() / 1000)
  const write = (id: string) =>
    tell('conversation.user.created', {
      ...{ type: 'conversation', id: `c${notices}`, created_at: began, updated_at: began },
      source: { type: 'conversation', delivered_as: 'customer_initiated', author: { type: 'user', id } },
      contacts: { type: 'contact.list', contacts: [{ type: 'contact', id }] },
    })
  const remove = async (id = ANN) => {
    contacts.delete(id)
    await tell('contact.deleted', { type: 'contact', id, deleted: true })
  }
  const pass = async (minutes: number) => {
    await clock.advance(minutes * MINUTE)
    await work()
  }
  const results = async (metric = 'Profile deletion') =>
    (await store.events({ metric, limit: 100 })).map(({ status, reason }) => reason ?? status).reverse()
  const waits = async () =>
    (await store.tallies()).flatMap(({ status, reason, metric }) =>
      status === 'deferred' && metric === 'Profile deletion' ? [reason] : [],
    )
  if (confirm) await connector.deletions?.confirm()
  await update(ANN)
  expect(klaviyo.profile(EMAIL)).toBeDefined()
  return { ...harness, contacts, moved, tell, update, write, remove, pass, results, waits, contactOf }
}

test('deletes the profile some minutes later, by its id', async () => {
  const { remove, pass, results, waits, klaviyo, store } = await start()
  const id = klaviyo.profile(EMAIL)?.id
  await remove()
  expect(await waits()).toEqual(['awaiting-deletion'])
  await pass(7)
  expect(await results()).toEqual(['delivered'])
  expect(klaviyo.profile(EMAIL)).toBeUndefined()
  expect(klaviyo.summary()).toMatchObject({ profiles: 0, deletedProfiles: 1 })
  const entries = await store.trace(ANN)
  expect(entries.at(-1)?.outcome?.events).toMatchObject([
    { metric: 'Profile deletion', contact: ANN, status: 'delivered' },
  ])
  expect(id).toBeDefined()
})

test('asks the operator first, and waits without end', async () => {
  const { remove, pass, results, waits, klaviyo, connector, write, contacts } = await start({ confirm: false })
  await remove()
  await pass(24 * 60)
  expect(await waits()).toEqual(['awaiting-confirmation'])
  expect(klaviyo.profile(EMAIL)).toBeDefined()
  contacts.set('bob', 'bob@mail.shop')
  await write('bob')
  expect(klaviyo.profile('bob@mail.shop')).toBeDefined()
  await connector.deletions?.confirm()
  await pass(15)
  await pass(15)
  expect(await results()).toEqual(['delivered'])
  expect(klaviyo.profile(EMAIL)).toBeUndefined()
})

test('keeps profiles by default, and takes the consent back', async () => {
  const first = await start()
  const { connector } = await startConnector({ connector: { store: first.store }, clock: first.clock })
  expect(connector.deletions).toBeUndefined()
  const stop = new AbortController()
  const working = connector.work({ signal: stop.signal })
  await first.clock.advance(1_000)
  stop.abort()
  await first.clock.until(working)
  expect(await first.connector.deletions?.isConfirmed()).toBe(false)

  const { remove, results, klaviyo } = await start({ people: 'onDelete: keep' })
  await remove()
  expect(await results('Profile')).toEqual(['delivered', 'contact-deleted'])
  expect(klaviyo.profile(EMAIL)).toBeDefined()
})

test('nothing creates the profile again: neither an older event nor a late notification', async () => {
  const { remove, pass, write, update, contacts, results, klaviyo } = await start()
  await remove()
  await write(ANN)
  await pass(7)
  // A cache or a replica may still have the contact.
  contacts.set(ANN, EMAIL)
  await write(ANN)
  await update(ANN)
  await pass(7)
  expect(await results('Created Conversation')).toContain('contact-deleted')
  expect((await results('Profile')).at(-1)).toBe('contact-deleted')
  expect(klaviyo.summary().profiles).toBe(0)
})

test('a notification that comes twice deletes once', async () => {
  const { remove, pass, results, klaviyo } = await start()
  await remove()
  await pass(7)
  await remove()
  expect(await results()).toEqual(['delivered', 'already-delivered'])
  expect(klaviyo.summary().requests['POST /api/data-privacy-deletion-jobs']).toBe(1)
})

describe('is certain whose profile it is', () => {
  type Started = Awaited<ReturnType<typeof start>>
  const cases: readonly (readonly [what: string, reason: string, before: (started: Started) => unknown])[] = [
    [
      'another contact has the profile',
      'profile-shared',
      async ({ contacts, update }) => {
        contacts.set('bob', EMAIL)
        await update('bob')
      },
    ],
    ['another contact, never sent, has the address', 'profile-shared', ({ contacts }) => contacts.set('eve', EMAIL)],
    ['the profile has another address by now', 'profile-unknown', ({ klaviyo }) => moveProfile(klaviyo)],
    ['the profile is gone', 'profile-gone', ({ klaviyo }) => klaviyo.close()],
  ]

  async function moveProfile(klaviyo: Started['klaviyo']) {
    const attributes = { email: 'other@mail.shop' }
    const id = klaviyo.profile(EMAIL)?.id ?? ''
    const body = JSON.stringify({ data: { type: 'profile', id, attributes } })
    const headers = {
      Authorization: 'Klaviyo-API-Key pk_test',
      revision: '2026-07-15',
      'Content-Type': 'application/vnd.api+json',
    }
    await klaviyo.fetch(new Request(`https://a.klaviyo.com/api/profiles/${id}`, { method: 'PATCH', headers, body }))
  }

  test.each(cases)('%s', async (_, reason, before) => {
    const started = await start()
    const { remove, pass, results, klaviyo } = started
    await before(started)
    await remove()
    await pass(7)
    expect(await results()).toEqual([reason])
    expect(klaviyo.summary().requests['POST /api/data-privacy-deletion-jobs']).toBeUndefined()
  })

  test('the contact is still there', async () => {
    const { tell, pass, results, waits, klaviyo } = await start()
    await tell('contact.deleted', { type: 'contact', id: ANN, deleted: true })
    expect(await waits()).toEqual(['awaiting-deletion'])
    await pass(7)
    expect(await results()).toEqual(['contact-exists'])
    expect(klaviyo.profile(EMAIL)).toBeDefined()
  })

  test('the contact was merged into another one', async () => {
    const { tell, pass, results, contacts, moved } = await start()
    contacts.set('bob', EMAIL)
    moved.set(ANN, 'bob')
    await tell('contact.deleted', { type: 'contact', id: ANN, deleted: true })
    await pass(7)
    expect(await results()).toEqual(['contact-merged'])
  })

  test('nothing was ever sent of the contact', async () => {
    const { remove, pass, results } = await start()
    await remove('zoe')
    await pass(7)
    expect(await results()).toEqual(['profile-unknown'])
  })
})

test('an archived contact is not deleted', async () => {
  const { tell, pass, results, klaviyo } = await start()
  await tell('contact.archived', { type: 'contact', id: ANN, archived: true })
  await pass(7)
  expect(await results()).toEqual([])
  expect(klaviyo.profile(EMAIL)).toBeDefined()
})

test('a missing scope holds the deletion back and is named', async () => {
  const { remove, pass, store, klaviyo } = await start({
    intercept: (request) =>
      request.url.includes('data-privacy')
        ? Response.json({ errors: [{ code: 'permission_denied', detail: '' }] }, { status: 403 })
        : undefined,
  })
  await remove()
  await pass(7)
  const [entry] = (await store.trace(ANN)).slice(-1)
  expect(entry?.outcome?.status).toBe('deferred')
  expect(JSON.stringify(entry?.outcome)).toContain('lacks the scope data-privacy:write')
  expect(klaviyo.profile(EMAIL)).toBeDefined()
})
