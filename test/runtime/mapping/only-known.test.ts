/** Only people whom the destination has: asked once a person, remembered, in batches, and never guessed. */
import '../../../connector/klaviyo/known-people.ts' // loaded before: loading takes real time, which the virtual clock does not wait for
import '../../../runtime/mapping/person/known-people.ts'
import { describe, expect, test } from 'vitest'
import type { ConnectorOptions } from '../../../connector/index.ts'
import { type HarnessOptions, startConnector } from '../../helpers/connector-harness.ts'
import { specWithPeople } from '../../helpers/spec/changed-spec.ts'

const MINUTE = 60_000

interface Person {
  readonly id: string
  readonly email?: string
  readonly phone?: string
  readonly updated_at?: number
}

/** Conversations of these people; Klaviyo has those of `known`. */
async function start(people: readonly Person[], known: readonly object[], options: HarnessOptions = {}) {
  const spec = await specWithPeople('onlyKnown: true')
  const state = new Map(people.map((person) => [person.id, person]))
  const requests: string[] = []
  const contactOf = ({ id, ...rest }: Person) => ({ type: 'contact', id, role: 'user', ...rest })
  const page = (name: string, items: readonly object[]) =>
    Response.json({ type: 'list', [name]: items, total_count: items.length, pages: { type: 'pages' } })
  const connector: Partial<ConnectorOptions> = { ...options.connector, settings: { spec } }
  const harness = await startConnector({
    connector,
    intercept: async (request) => {
      const { hostname, pathname, search } = new URL(request.url)
      if (hostname === 'a.klaviyo.com') {
        if (pathname === '/api/profiles') requests.push(decodeURIComponent(search))
        return options.intercept?.(request)
      }
      const person = state.get(pathname.split('/')[2] ?? '')
      if (person !== undefined) return Response.json(contactOf(person))
      if (pathname === '/contacts' || pathname === '/contacts/search')
        return page('data', [...state.values()].map(contactOf))
      if (pathname === '/conversations/search') return page('conversations', [...state.keys()].map(conversationOf))
      return pathname === '/tickets/search' ? page('tickets', []) : undefined
    },
  })
  const { clock, klaviyo, notify, work, store } = harness
  const began = Math.floor(clock.now() / 1000) - 3600
  function conversationOf(id: string) {
    const contacts = { type: 'contact.list', contacts: [{ type: 'contact', id }] }
    const source = { type: 'conversation', delivered_as: 'customer_initiated', author: { type: 'user', id } }
    return { type: 'conversation', id: `c-${id}`, created_at: began, updated_at: began, source, contacts }
  }
  for (const attributes of known) {
    const body = JSON.stringify({ data: { type: 'profile', attributes } })
    const headers = {
      Authorization: 'Klaviyo-API-Key pk_test',
      revision: '2026-07-15',
      'Content-Type': 'application/vnd.api+json',
    }
    await klaviyo.fetch(new Request('https://a.klaviyo.com/api/profile-import', { method: 'POST', headers, body }))
  }
  let notices = 0
  const write = async (id: string, part = notices) => {
    notices += 1
    const conversation = { ...conversationOf(id), id: `c-${id}-${part}` }
    await notify('conversation.user.created', conversation, { id: `n${notices}` })
    await work()
  }
  const update = async (person: Person) => {
    state.set(person.id, person)
    notices += 1
    await notify('contact.user.updated', contactOf(person), { id: `n${notices}` })
    await work()
  }
  const backfill = async () => {
    const read = async () => {
      const run = { until: clock.now(), only: ['Created Conversation'], signal: new AbortController().signal }
      for await (const { phase } of harness.connector.backfill(run)) if (phase === 'done') return
    }
    await clock.until(read())
  }
  const results = async () =>
    (await store.events({ limit: 1_000 }))
      .map(({ metric, status, reason }) => `${metric} ${status}${reason ? ` ${reason}` : ''}`)
      .sort()
  return { ...harness, requests, write, update, backfill, results, conversationOf }
}

const ANN = { id: 'ann', email: 'Ann@mail.shop' }
const BOB = { id: 'bob', email: 'bob@mail.shop', phone: '+353861234567' }
const EVE = { id: 'eve', email: 'eve@mail.shop' }

test('sends people whom Klaviyo has, by address or phone number, and no one else', async () => {
  const { write, results, klaviyo, requests } = await start(
    [ANN, BOB, EVE],
    [{ email: 'ann@mail.shop' }, { phone_number: BOB.phone }],
  )
  for (const { id } of [ANN, BOB, EVE]) await write(id)
  expect(await results()).toEqual([
    'Created Conversation delivered',
    'Created Conversation delivered',
    'Created Conversation skipped not-in-klaviyo',
  ])
  expect(klaviyo.profile('eve@mail.shop')).toBeUndefined()
  expect(requests[0]).toContain('any(email,["ann@mail.shop"])')
  expect(requests[0]).toContain('fields[profile]=email,phone_number')
})

test('holds for profiles and history, which asks for many people at once', async () => {
  const people = [...Array(120)].map((_, index) => ({ id: `p${index}`, email: `p${index}@mail.shop` }))
  const { update, backfill, results, requests, klaviyo } = await start(people, [{ email: 'p7@mail.shop' }])
  await update(EVE)
  expect(await results()).toEqual(['Profile skipped not-in-klaviyo'])
  requests.length = 0
  await backfill()
  expect((await results()).filter((line) => line === 'Created Conversation delivered')).toHaveLength(1)
  expect((await results()).filter((line) => line.endsWith('not-in-klaviyo'))).toHaveLength(121)
  expect(requests.length).toBeLessThan(6)
  expect(klaviyo.summary().profiles).toBe(1)
})

describe('an answer is remembered', () => {
  test('for a day if Klaviyo has the person, in the store too', async () => {
    const { write, requests, clock, store, results } = await start([ANN], [{ email: 'ann@mail.shop' }])
    await write('ann')
    await clock.advance(23 * 60 * MINUTE)
    await write('ann')
    expect(requests).toHaveLength(1)
    const next = await start([ANN], [], { connector: { store }, clock })
    await next.write('ann', 9)
    expect(next.requests).toEqual([])
    await clock.advance(2 * 60 * MINUTE)
    await write('ann')
    expect(requests).toHaveLength(2)
    expect((await results()).every((line) => line === 'Created Conversation delivered')).toBe(true)
  })

  test('for ten minutes if it has not', async () => {
    const { write, requests, clock, results, update } = await start([EVE], [])
    await write('eve')
    await update(EVE)
    expect(requests).toHaveLength(1)
    await clock.advance(11 * MINUTE)
    await write('eve')
    expect(requests).toHaveLength(2)
    expect((await results()).every((line) => line.endsWith('not-in-klaviyo'))).toBe(true)
  })
})

test('a person with a new address is known by the profile that moves with them', async () => {
  const { update, write, results, klaviyo } = await start([ANN], [{ email: 'ann@mail.shop' }])
  await update({ ...ANN, updated_at: 1_700_000_000 })
  await update({ id: 'ann', email: 'ann@new.shop', updated_at: 1_700_000_100 })
  await write('ann')
  expect(await results()).toEqual(['Created Conversation delivered', 'Profile delivered', 'Profile delivered'])
  expect(klaviyo.profile('ann@new.shop')?.id).toBeDefined()
  expect(klaviyo.summary().profiles).toBe(1)
})

describe('without an answer nothing is decided', () => {
  const refuse =
    (status: number) =>
    ({ method }: Request) =>
      method === 'GET' ? Response.json({ errors: [{ code: 'permission_denied', detail: '' }] }, { status }) : undefined

  test('a missing scope holds events back and is named', async () => {
    const { write, results, store } = await start([ANN], [{ email: 'ann@mail.shop' }], { intercept: refuse(403) })
    await write('ann')
    expect(await results()).toEqual([])
    const [entry] = await store.trace('c-ann-0')
    expect(entry?.outcome?.status).toBe('deferred')
    expect(JSON.stringify(entry?.outcome)).toContain('lacks the scope profiles:read')
  })

  test('a value that Klaviyo refuses fails alone', async () => {
    const isBad = (url: string) => decodeURIComponent(url).includes('eve@mail.shop')
    const { backfill, results } = await start([ANN, EVE], [{ email: 'ann@mail.shop' }], {
      intercept: (request) => (isBad(request.url) ? refuse(400)(request) : undefined),
    })
    await backfill()
    expect(await results()).toEqual(['Created Conversation dead klaviyo/invalid', 'Created Conversation delivered'])
  })
})

test('the permission is required only then', async () => {
  const { spec } = await startConnector()
  expect(Object.keys(spec.destination.permissions)).not.toContain('profiles:read')
  const { destination } = await specWithPeople('onlyKnown: true')
  expect(Object.keys(destination.permissions)).toContain('profiles:read')
})

test('a preview asks no one, and says so', async () => {
  const { connector, requests, conversationOf } = await start([ANN], [])
  const lookups = { contact: [{ type: 'contact', ...ANN }] }
  const { items, notes } = await connector.preview({
    topic: 'conversation.user.created',
    data: conversationOf('ann'),
    lookups,
  })
  expect(items).toMatchObject([{ metric: 'Created Conversation', profile: { email: 'ann@mail.shop' } }])
  expect(notes).toContain('people.onlyKnown: sent only if klaviyo has the person, whom a preview does not ask for')
  expect(requests).toEqual([])
})
