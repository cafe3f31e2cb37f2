/** States of a contact in any order, and addresses that change, through the whole connector and the local Klaviyo. */
import { describe, expect, test } from 'vitest'
import type { EventResult, JsonObject, SourceRecord, Store } from '../../../runtime/index.ts'
import { type HarnessOptions, startConnector } from '../../helpers/connector-harness.ts'

interface Contact {
  readonly id: string
  readonly email?: string | null
  readonly phone?: string | null
  readonly name?: string
  /** Seconds after the start of the test. */
  readonly at: number
}

const OLD = 'old@mail.sandbox-shop.com'
const NEW = 'new@mail.sandbox-shop.com'
const PHONE = '+353861234567'
const OTHER_PHONE = '+353861234568'

/** A connector whose Intercom has the given contacts: one without a value is deleted, one with another id was merged. */
async function start(options: HarnessOptions = {}) {
  const contacts = new Map<string, Contact | undefined>()
  const asked: string[] = []
  const intercept = async (request: Request) => {
    const other = await options.intercept?.(request)
    if (other !== undefined) return other
    const [, id] = /api\.intercom\.io\/contacts\/(\w+)$/.exec(request.url) ?? []
    if (id === undefined || request.method !== 'GET') return undefined
    asked.push(id)
    const found = contacts.get(id)
    if (found === undefined) return new Response('', { status: 404 })
    if (found.id === id) return Response.json(bodyOf(found))
    const headers = { Link: `</contacts/${found.id}>; rel="canonical"` }
    return Response.json({ type: 'error.list', errors: [{ code: 'contact_merged' }] }, { status: 410, headers })
  }
  const harness = await startConnector({ ...options, intercept })
  const { clock, klaviyo, store, notify, work } = harness
  const begin = Math.floor(clock.now() / 1000)
  let notices = 0

  function bodyOf({ at, ...contact }: Contact): JsonObject {
    const names = { type: 'contact', role: 'user', phone: null, created_at: begin - 1000 }
    return { ...names, ...contact, updated_at: begin + at }
  }

  /** A notice of a state, which Intercom may have changed since. */
  async function notice(contact: Contact, topic = 'contact.user.updated'): Promise<void> {
    await notify(topic, bodyOf(contact), { id: `notice-${++notices}` })
    await work()
  }

  /** Changes the contact at Intercom, and sends a notice of it. */
  async function change(contact: Contact, topic?: string): Promise<void> {
    contacts.set(contact.id, contact)
    await notice(contact, topic)
  }

  return {
    ...harness,
    contacts,
    asked,
    change,
    notice,
    /** A conversation that a contact begins now. */
    async write(contact: string, id = `c${++notices}`, deliver = true) {
      await notify(
        'conversation.user.created',
        {
          type: 'conversation',
          id,
          created_at: Math.floor(clock.now() / 1000),
          source: { type: 'conversation', delivered_as: 'customer_initiated', author: { type: 'user', id: contact } },
          contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: contact }] },
        },
        { id: `notice-${++notices}` },
      )
      if (deliver) await work()
    },
    /** Every result that names the contact, oldest first. */
    async results(contact: string): Promise<readonly EventResult[]> {
      const found = await store.trace(contact)
      return found.flatMap(({ outcome }) => outcome?.events ?? [])
    },
    requests: () => {
      const { requests } = klaviyo.summary()
      return { import: requests['POST /api/profile-import'] ?? 0, patch: requests['PATCH /api/profiles/:id'] ?? 0 }
    },
    profiles: () => klaviyo.summary().profiles,
    name: (address: string) => klaviyo.profile(address)?.attributes.first_name,
  }
}

/** Settles a record with the result, as another process on the store does. */
async function settleElsewhere(store: Store, result: EventResult): Promise<void> {
  const record = {
    id: 'elsewhere',
    ingress: 'webhook',
    lane: 'live',
    workspace: 'sandbox1',
    receivedAt: 0,
    body: '',
  } as const
  await store.append([{ ...record, orderingKey: 'elsewhere', lookupIds: [] }])
  const leased = await store.lease({ lane: 'live', limit: 1, leaseMs: 1000 })
  await store.settle(leased.map((one) => ({ record: one, outcome: { status: 'delivered', events: [result] } })))
}

describe('states', () => {
  const orders: readonly (readonly [what: string, times: readonly number[], newest: string, skipped: number])[] = [
    ['in order', [10, 20, 30], 'T30', 0],
    ['in reverse', [30, 20, 10], 'T30', 2],
    ['the newest between older ones', [20, 30, 10], 'T30', 1],
    ['equal times', [20, 20], 'T20', 0],
  ]
  test.each(orders)('%s: the newest stays, older ones are outdated', async (_, times, newest, skipped) => {
    const { change, name, store } = await start()
    for (const at of times) await change({ id: 'ann', email: OLD, name: `T${at} Doe`, at })
    expect(name(OLD)).toBe(newest)
    const outdated = (await store.tallies('live')).filter(({ reason }) => reason === 'outdated')
    expect(outdated.reduce((sum, { count }) => sum + count, 0)).toBe(skipped)
  })

  test('consent as a property is not set back by an older notice', async () => {
    const { notify, work, change, klaviyo, clock } = await start()
    await change({ id: 'ann', email: OLD, at: 60, ...{ unsubscribed_from_emails: true } })
    const earlier = { type: 'contact', id: 'ann', email: OLD, updated_at: new Date(clock.now()).toISOString() }
    await notify('contact.subscribed', { contact: { ...earlier, unsubscribed_from_emails: false } })
    await work()
    expect(klaviyo.profile(OLD)?.attributes.properties).toMatchObject({ Intercom_unsubscribed_from_emails: true })
  })

  test('a notice is outdated after an event that sent a newer state', async () => {
    const { contacts, write, notice, name, results } = await start()
    contacts.set('ann', { id: 'ann', email: OLD, name: 'T20', at: 20 })
    await write('ann')
    await notice({ id: 'ann', email: OLD, name: 'T10', at: 10 })
    expect(name(OLD)).toBe('T20')
    expect((await results('ann')).map(({ status, reason }) => reason ?? status)).toEqual(['delivered', 'outdated'])
  })

  test('an event whose cached contact is older than what another process sent asks again', async () => {
    const { contacts, write, store, asked, klaviyo, results } = await start()
    contacts.set('ann', { id: 'ann', email: OLD, name: 'T10', at: 10 })
    await write('ann')
    const [first] = await results('ann')
    const updatedAt = (first?.contactState?.updatedAt ?? 0) + 10_000
    contacts.set('ann', { id: 'ann', email: OLD, name: 'T20', at: 20 })
    await settleElsewhere(store, {
      metric: 'Profile',
      status: 'delivered',
      lane: 'live',
      contact: 'ann',
      contactState: { updatedAt },
    })
    await write('ann')
    expect(asked).toEqual(['ann', 'ann'])
    expect(klaviyo.events().map(({ profile }) => profile.first_name)).toEqual(['T10', 'T20'])
  })

  test('an event without newer attributes at the source carries identifiers only', async () => {
    const { change, contacts, write, klaviyo, name } = await start()
    await change({ id: 'ann', email: OLD, name: 'T20', at: 20 })
    contacts.set('ann', { id: 'ann', email: OLD, name: 'T10', at: 10 }) // the API lags behind its webhook
    await write('ann')
    expect(klaviyo.events()).toMatchObject([{ email: OLD, profile: { email: OLD } }])
    expect(klaviyo.events()[0]?.profile).toEqual({ email: OLD })
    expect(name(OLD)).toBe('T20')
  })

  test('an event that Klaviyo delays does not overwrite a profile sent meanwhile', async () => {
    let delayed = 2
    const { contacts, write, notice, work, klaviyo, name } = await start({
      intercept: (request) =>
        request.url.endsWith('/api/events') && delayed-- > 0
          ? new Response('', { status: 429, headers: { 'Retry-After': '9' } })
          : undefined,
    })
    contacts.set('ann', { id: 'ann', email: OLD, name: 'T10', at: 10 })
    await write('ann', 'c1', false)
    await notice({ id: 'ann', email: NEW, name: 'T20', at: 20 })
    await work(60_000)
    expect(klaviyo.events().map(({ profile }) => profile)).toEqual([{ email: NEW }])
    expect(name(NEW)).toBe('T20')
  })

  test('without a time at the source the newest arrival wins', async () => {
    const { notify, work, name } = await start()
    for (const first of ['One', 'Two']) {
      await notify('contact.user.updated', { type: 'contact', id: 'ann', email: OLD, name: first }, { id: first })
      await work()
    }
    expect(name(OLD)).toBe('Two')
  })
})

describe('an address that changes moves the profile', () => {
  test('by a notice: one profile, with the events before and after', async () => {
    const { change, write, klaviyo, requests, profiles, results } = await start()
    await change({ id: 'ann', email: OLD, name: 'Ann', at: 10 })
    await write('ann')
    const { id } = klaviyo.profile(OLD) ?? {}
    await change({ id: 'ann', email: NEW, name: 'Ann', at: 20 }, 'contact.email.updated')
    await write('ann')
    expect(profiles()).toBe(1)
    expect(klaviyo.profile(NEW)?.id).toBe(id)
    expect(klaviyo.events().map(({ profileId }) => profileId)).toEqual([id, id])
    expect(requests()).toEqual({ import: 1, patch: 1 })
    const moved = (await results('ann')).flatMap(({ receipt }) => receipt?.addressChange ?? [])
    expect(moved).toEqual(['moved'])
  })

  test('by an event that arrives before the notice', async () => {
    const { change, contacts, write, clock, klaviyo, requests, profiles, notice, results } = await start()
    await change({ id: 'ann', email: OLD, at: 10 })
    const { id } = klaviyo.profile(OLD) ?? {}
    contacts.set('ann', { id: 'ann', email: NEW, at: 20 })
    await clock.advance(61_000)
    await write('ann')
    expect(klaviyo.events()).toMatchObject([{ email: NEW, profileId: id }])
    expect((await results('ann')).at(-1)?.receipt).toMatchObject({ addressChange: 'moved', profileId: id })
    await notice({ id: 'ann', email: NEW, at: 20 }, 'contact.email.updated')
    expect([profiles(), requests()]).toEqual([1, { import: 2, patch: 1 }])
    // A notice of before is outdated, and must not move it back.
    await notice({ id: 'ann', email: OLD, at: 15 })
    expect([profiles(), requests()]).toEqual([1, { import: 2, patch: 1 }])
  })

  const steps: readonly (readonly [
    what: string,
    states: readonly Omit<Contact, 'id' | 'at'>[],
    last: object,
    patches: number,
  ])[] = [
    [
      'a lead with a phone number gives an address',
      [{ phone: PHONE }, { phone: PHONE, email: NEW }],
      { email: NEW, phone_number: PHONE },
      1,
    ],
    ['a phone number is added', [{ email: OLD }, { email: OLD, phone: PHONE }], { email: OLD, phone_number: PHONE }, 0],
    ['a phone number changes', [{ phone: PHONE }, { phone: OTHER_PHONE }], { phone_number: OTHER_PHONE }, 1],
    [
      'the phone number beside an address changes',
      [
        { email: OLD, phone: PHONE },
        { email: OLD, phone: OTHER_PHONE },
      ],
      { email: OLD, phone_number: OTHER_PHONE },
      0,
    ],
    [
      'both change',
      [
        { email: OLD, phone: PHONE },
        { email: NEW, phone: OTHER_PHONE },
      ],
      { email: NEW, phone_number: OTHER_PHONE },
      1,
    ],
    [
      'the address is removed',
      [{ email: OLD, phone: PHONE }, { phone: PHONE }],
      { email: OLD, phone_number: PHONE },
      1,
    ],
    ['address and number are removed', [{ email: OLD }, {}], { email: OLD }, 0],
    ['only the case of the address changes', [{ email: OLD }, { email: OLD.toUpperCase() }], { email: OLD }, 0],
    ['it changes back', [{ email: OLD }, { email: NEW }, { email: OLD }], { email: OLD }, 2],
  ]
  test.each(steps)('%s', async (_, states, last, patches) => {
    const { change, klaviyo, requests, profiles } = await start()
    for (const [index, state] of states.entries()) await change({ id: 'ann', ...state, at: index * 10 })
    expect([profiles(), requests().patch]).toEqual([1, patches])
    const { properties: _properties, ...identifiers } = klaviyo.profile(Object.values(last)[0])?.attributes ?? {}
    expect(identifiers).toEqual(last)
  })

  describe('of a contact first seen by an event', () => {
    /** Answers an import of a profile in place of Klaviyo, unless `answer` returns undefined. */
    const importsAnswer = (answer: () => Promise<Response> | Response | undefined) => ({
      intercept: (request: Request) => (request.url.endsWith('/api/profile-import') ? answer() : undefined),
    })
    const refusal = (status: number) => () =>
      Response.json({ errors: [{ status, code: 'x', detail: 'x' }] }, { status })

    test('the event asks for its profile once, by the address alone', async () => {
      const bodies: unknown[] = []
      const { change, contacts, write, klaviyo, store, requests, profiles } = await start({
        intercept: async (request) => {
          if (request.url.endsWith('/api/profile-import')) bodies.push(await request.clone().json())
          return undefined
        },
      })
      contacts.set('ann', { id: 'ann', email: OLD, phone: PHONE, name: 'Ann', at: 5 })
      for (let i = 0; i < 3; i++) await write('ann')
      const { id } = klaviyo.profile(OLD) ?? {}
      expect(bodies).toEqual([{ data: { type: 'profile', attributes: { email: OLD } } }])
      expect(await store.readContacts(['ann'])).toMatchObject([{ profileId: id }])
      await change({ id: 'ann', email: NEW, at: 10 })
      expect([profiles(), klaviyo.profile(NEW)?.id, requests()]).toEqual([1, id, { import: 1, patch: 1 }])
      await write('ann')
      expect(requests()).toEqual({ import: 1, patch: 1 })
    })

    const failures: readonly (readonly [what: string, answer: () => Promise<Response> | Response])[] = [
      ['refuses the address', refusal(400)],
      ['refuses the key', refusal(403)],
      ['is down', refusal(503)],
      ['names no profile', () => Response.json({ data: {} })],
      ['does not answer', () => new Promise(() => {})],
    ]
    test.each(failures)('if Klaviyo %s, the event counts once, and a new address says so', async (_, answer) => {
      let fails = true
      const { change, contacts, write, klaviyo, profiles, results } = await start(
        importsAnswer(() => (fails ? answer() : undefined)),
      )
      contacts.set('ann', { id: 'ann', email: OLD, at: 5 })
      await write('ann')
      expect((await results('ann')).map(({ status }) => status)).toEqual(['delivered'])
      expect(klaviyo.summary()).toMatchObject({ events: 1, duplicates: 0 })
      fails = false
      await change({ id: 'ann', email: NEW, at: 10 })
      expect([profiles(), (await results('ann')).at(-1)?.receipt?.addressChange]).toEqual([2, 'profile-unknown'])
    })

    test('a late answer goes to the store with the next event, and serves a notice before it', async () => {
      const answers: (() => void)[] = []
      const { contacts, change, write, store, clock, klaviyo, requests, profiles } = await start(
        importsAnswer(
          () => new Promise((resolve) => answers.push(() => resolve(Response.json(named(), { status: 200 })))),
        ),
      )
      const named = () => ({ data: { type: 'profile', id: klaviyo.profile(OLD)?.id ?? '' } })
      contacts.set('ann', { id: 'ann', email: OLD, at: 5 })
      await write('ann')
      const known = async () => (await store.readContacts(['ann']))[0]?.profileId
      expect([klaviyo.summary().events, await known()]).toEqual([1, undefined])
      for (const answer of answers) answer()
      await clock.advance(1)
      const { id } = klaviyo.profile(OLD) ?? {}
      await write('ann')
      expect([answers.length, await known()]).toEqual([1, id])
      await change({ id: 'ann', email: NEW, at: 10 })
      expect([profiles(), klaviyo.profile(NEW)?.id, requests().patch]).toEqual([1, id, 1])
    })

    test('an answer about an address given up meanwhile is dropped', async () => {
      const answers: (() => void)[] = []
      const gone = () => Response.json({ data: { type: 'profile', id: 'GONE' } })
      const { contacts, notice, write, work, store } = await start(
        importsAnswer(() => (answers.length === 0 ? new Promise((r) => answers.push(() => r(gone()))) : undefined)),
      )
      contacts.set('ann', { id: 'ann', email: OLD, at: 5 })
      await write('ann', 'c1', false)
      await work(500)
      await notice({ id: 'ann', email: NEW, at: 10 })
      const [before] = await store.readContacts(['ann'])
      for (const answer of answers) answer()
      contacts.set('ann', { id: 'ann', email: NEW, at: 10 })
      await write('ann')
      expect(before?.profileId).toMatch(/^(?!GONE)./)
      expect(await store.readContacts(['ann'])).toEqual([before])
    })

    test('a crash before the settlement repeats event and question, and changes nothing', async () => {
      const { contacts, write, store, klaviyo, profiles, work, clock } = await start()
      contacts.set('ann', { id: 'ann', email: OLD, name: 'Ann', at: 5 })
      const settle = store.settle
      store.settle = async () => 0 // the process dies here
      await write('ann')
      store.settle = settle
      await clock.advance(130_000)
      await work(200_000)
      expect([klaviyo.summary().events, profiles()]).toEqual([1, 1])
      expect(await store.readContacts(['ann'])).toMatchObject([{ profileId: klaviyo.profile(OLD)?.id }])
    })
  })

  test('not if another profile has the address: both stay, and receipt and log say so without the address', async () => {
    const lines: string[] = []
    const line = (...parts: unknown[]) => void lines.push(JSON.stringify(parts))
    const logger = { debug: line, info: line, warn: line, error: line }
    const { change, klaviyo, profiles, results } = await start({ connector: { logger } })
    await change({ id: 'bob', email: NEW, name: 'Bob', at: 10 })
    await change({ id: 'ann', email: OLD, name: 'Ann', at: 10 })
    await change({ id: 'ann', email: NEW, name: 'Ann', at: 20 })
    expect(profiles()).toBe(2)
    expect([klaviyo.profile(OLD)?.attributes.email, klaviyo.profile(NEW)?.attributes.first_name]).toEqual([OLD, 'Ann'])
    expect((await results('ann')).at(-1)?.receipt).toMatchObject({ addressChange: 'address-in-use' })
    expect(lines.join('\n')).toMatch(/both profiles stay/)
    expect(lines.join('\n')).not.toContain('@mail')
  })

  const sharing: readonly (readonly [what: string, other: Contact | undefined, profiles: number, change: string])[] = [
    ['has the same address', { id: 'bob', email: OLD, at: 10 }, 2, 'profile-shared'],
    ['had the same address', { id: 'bob', email: 'bob@mail.sandbox-shop.com', at: 20 }, 1, 'moved'],
    ['is gone', undefined, 1, 'moved'],
    ['was merged into this one', { id: 'ann', email: NEW, at: 20 }, 1, 'moved'],
  ]
  test.each(sharing)('or another contact %s', async (_, other, count, addressChange) => {
    const { change, contacts, profiles, results, clock, klaviyo } = await start()
    await change({ id: 'bob', email: OLD, at: 10 })
    await change({ id: 'ann', email: OLD, at: 10 })
    contacts.set('bob', other)
    await clock.advance(61_000)
    await change({ id: 'ann', email: NEW, at: 20 })
    expect([profiles(), (await results('ann')).at(-1)?.receipt?.addressChange]).toEqual([count, addressChange])
    expect(klaviyo.profile(NEW)).toBeDefined()
  })

  test('nor from a contact who was only seen in an event', async () => {
    const { change, contacts, write, profiles } = await start()
    contacts.set('bob', { id: 'bob', email: OLD, at: 10 })
    await write('bob')
    await change({ id: 'ann', email: OLD, at: 10 })
    await change({ id: 'ann', email: NEW, at: 20 })
    expect(profiles()).toBe(2)
  })

  test('a profile that Klaviyo no longer has is imported anew', async () => {
    const { change, klaviyo, requests, results } = await start()
    await change({ id: 'ann', email: OLD, at: 10 })
    await klaviyo.fetch(new Request('http://klaviyo/sandbox/reset', { method: 'POST' }))
    await change({ id: 'ann', email: NEW, at: 20 })
    expect(requests()).toEqual({ import: 1, patch: 1 })
    expect((await results('ann')).at(-1)?.receipt).toMatchObject({ status: 201, addressChange: 'profile-not-found' })
  })

  test('a crash between the update and its settlement repeats it, and changes nothing', async () => {
    const { change, notice, store, klaviyo, profiles, requests, work, clock } = await start()
    await change({ id: 'ann', email: OLD, at: 10 })
    const settle = store.settle
    store.settle = async () => 0 // the process dies here
    await notice({ id: 'ann', email: NEW, at: 20 })
    store.settle = settle
    await clock.advance(130_000)
    await work(200_000)
    expect(requests().patch).toBeGreaterThan(0)
    expect(profiles()).toBe(1)
    expect(klaviyo.profile(NEW)).toBeDefined()
    expect(await store.readContacts(['ann'])).toMatchObject([{ profileId: klaviyo.profile(NEW)?.id }])
  })

  test('unless the spec says otherwise', async () => {
    const { spec } = await startConnector()
    const settings = { spec: { ...spec, destination: { ...spec.destination, moveProfiles: false } } }
    const { change, contacts, write, profiles, requests } = await start({ connector: { settings } })
    await change({ id: 'ann', email: OLD, at: 10 })
    await change({ id: 'ann', email: NEW, at: 20 })
    expect([profiles(), requests()]).toEqual([2, { import: 2, patch: 0 }])
    contacts.set('bob', { id: 'bob', email: 'bob@mail.sandbox-shop.com', at: 10 })
    await write('bob')
    expect(requests()).toEqual({ import: 2, patch: 0 })
  })

  describe('never by history', () => {
    /** A conversation of yesterday, as an import reads it. */
    const pastConversation = (now: number): SourceRecord => ({
      id: 'history',
      ingress: 'backfill',
      lane: 'backfill',
      stream: 'conversations',
      resource: 'conversation',
      workspace: 'sandbox1',
      orderingKey: 'sandbox1:conversation:c1',
      lookupIds: ['c1'],
      receivedAt: now,
      body: JSON.stringify({
        type: 'conversation',
        id: 'c1',
        created_at: Math.floor(now / 1000) - 90_000,
        source: { type: 'conversation', delivered_as: 'customer_initiated', author: { type: 'user', id: 'ann' } },
        contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: 'ann' }] },
      }),
    })

    test('its event does not ask for a profile', async () => {
      const { contacts, clock, connector, requests } = await start()
      contacts.set('ann', { id: 'ann', email: OLD, at: 10 })
      const delivering = connector.deliver(pastConversation(clock.now()))
      await clock.advance(10_000)
      expect(await delivering).toMatchObject({ status: 'delivered' })
      expect(requests().import).toBe(0)
    })

    test('its event goes to the address of now', async () => {
      const { change, contacts, clock, connector, klaviyo, requests } = await start()
      await change({ id: 'ann', email: OLD, at: 10 })
      contacts.set('ann', { id: 'ann', email: NEW, at: 20 })
      const delivering = connector.deliver(pastConversation(clock.now()))
      await clock.advance(10_000)
      expect(await delivering).toMatchObject({ status: 'delivered' })
      expect(klaviyo.events()).toMatchObject([{ email: NEW, profile: { email: NEW }, triggersFlows: false }])
      expect(requests().patch).toBe(0)
    })

    test('an event that waits for a full request goes to an address that was moved meanwhile', async () => {
      const { change, clock, connector, klaviyo, profiles } = await start()
      await change({ id: 'ann', email: OLD, at: 10 })
      const delivering = connector.deliver(pastConversation(clock.now()))
      await clock.advance(500)
      await change({ id: 'ann', email: NEW, at: 20 })
      expect(await delivering).toMatchObject({ status: 'delivered' })
      expect([klaviyo.events().map(({ email }) => email), profiles()]).toEqual([[NEW], 1])
    })
  })
})
