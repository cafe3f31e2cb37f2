/** Recording, dropping and identity resolution of the local Klaviyo. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  attributes,
  BULK,
  bulk,
  EVENTS,
  entry,
  IMPORT,
  type Loose,
  metric,
  pointers,
  profile,
  single,
  startKlaviyo,
} from '../helpers/sandbox-klaviyo-bodies.ts'

describe('records', () => {
  test('an event as Klaviyo stores it: whole seconds, without 0, null and ""', async () => {
    const { server, call } = startKlaviyo()
    const properties = { Title: 'Hello', Zero: 0, Nothing: null, Empty: '', No: false, List: [] }
    expect((await call(EVENTS, single({ properties }))).status).toBe(202)
    expect(server.events()).toMatchObject([
      {
        metric: 'Created Ticket',
        time: '2026-11-01T10:20:30Z',
        key: 'key-1',
        email: 'ada@klaviyo-demo.com',
        properties: { Title: 'Hello', No: false, List: [] },
        triggersFlows: true,
      },
    ])
    expect(Object.keys(server.events()[0]?.properties ?? {})).toEqual(['Title', 'No', 'List'])
  })

  const flags: readonly (readonly [entry: boolean | undefined, event: boolean | undefined, triggers: boolean])[] = [
    [undefined, undefined, true],
    [false, false, true],
    [true, undefined, false],
    [undefined, true, false],
    [true, true, false],
  ]
  test.each(flags)('whether flows would start: entry %s, event %s → %s', async (onEntry, onEvent, triggers) => {
    const { server, call } = startKlaviyo()
    await call(BULK, bulk(entry([attributes({ backfill: onEvent })], { backfill: onEntry })))
    expect(server.events()[0]?.triggersFlows).toBe(triggers)
    expect(server.summary()).toMatchObject({ flowTriggering: Number(triggers), backfilled: Number(!triggers) })
  })

  test('one of two events in a second that have no unique_id', async () => {
    const { server, call } = startKlaviyo()
    for (const time of ['2026-11-01T10:20:30.100Z', '2026-11-01T10:20:30.900Z', '2026-11-01T10:20:31Z']) {
      await call(EVENTS, single({ time, unique_id: undefined }))
    }
    expect(server.summary()).toMatchObject({ events: 2, dropped: 1, duplicates: 0 })
  })

  test('nothing for test addresses', async () => {
    const { server, call } = startKlaviyo()
    for (const email of ['ada@example.com', 'Ada@TEST.com']) {
      expect((await call(EVENTS, single({ profile: profile({ email }) }))).status).toBe(202)
    }
    expect(server.summary()).toMatchObject({ events: 0, dropped: 2, profiles: 0 })
  })

  test('the newest events in full, the keys of all', async () => {
    const { server, call } = startKlaviyo({ keep: 2 })
    for (const key of ['a', 'b', 'c', 'd', 'e', 'a']) await call(EVENTS, single({ unique_id: key }))
    expect(server.events().map(({ key }) => key)).toEqual(['d', 'e'])
    expect(server.summary()).toMatchObject({ events: 5, duplicates: 1 })
  })
})

test('each (profile, metric, unique_id) is recorded once, the first, from either endpoint', async () => {
  const sending = fc.record({
    email: fc.constantFrom('a@b.co', 'A@B.co', 'c@d.co'),
    name: fc.constantFrom('One', 'Two'),
    key: fc.constantFrom('k1', 'k2', 'k3'),
    inBulk: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(sending, { maxLength: 30 }), async (sendings) => {
      const { server, call } = startKlaviyo()
      for (const [index, { email, name, key, inBulk }] of sendings.entries()) {
        const given = { metric: metric(name), unique_id: key, properties: { index: `${index}` } }
        const who = { profile: profile({ email }) }
        await (inBulk ? call(BULK, bulk(entry([attributes(given)], who))) : call(EVENTS, single({ ...given, ...who })))
      }
      const identity = ({ email, name, key }: (typeof sendings)[number]) => `${email.toLowerCase()} ${name} ${key}`
      const firsts = sendings.filter((one, i) => sendings.findIndex((each) => identity(each) === identity(one)) === i)
      expect(server.events().map(({ properties }) => properties.index)).toEqual(
        firsts.map((first) => `${sendings.indexOf(first)}`),
      )
      expect(server.summary().duplicates).toBe(sendings.length - firsts.length)
    }),
    { numRuns: 50 },
  )
})

describe('profiles', () => {
  const imported = async (...bodies: readonly Loose[]) => {
    const { server, call } = startKlaviyo()
    const statuses: number[] = []
    for (const body of bodies) statuses.push((await call(IMPORT, body)).status)
    return { statuses, server, call }
  }

  test('merge key by key: null clears, omitted keys stay', async () => {
    const { statuses, server } = await imported(
      profile({ email: 'a@b.co', first_name: 'Ada', title: 'Dr', properties: { a: 1, b: ['x'] } }),
      profile(
        { email: 'A@b.co', title: null, properties: { c: 0 } },
        { meta: { patch_properties: { append: { b: 'y' }, unset: 'a' } } },
      ),
    )
    expect(statuses).toEqual([201, 200])
    expect(server.profile('a@b.co')?.attributes).toEqual({
      email: 'A@b.co',
      first_name: 'Ada',
      properties: { b: ['x', 'y'], c: 0 },
    })
  })

  test('are updated by their events', async () => {
    const { server, call } = await imported(profile({ email: 'a@b.co', first_name: 'Ada' }))
    await call(EVENTS, single({ profile: profile({ email: 'a@b.co', first_name: 'Augusta' }) }))
    expect(server.profile('a@b.co')?.attributes.first_name).toBe('Augusta')
  })

  test('known by phone only merge with the e-mail address sent with it, events included', async () => {
    const [phone, email] = ['+12345678901', 'a@b.co']
    const { server, call } = await imported(profile({ email }))
    await call(EVENTS, single({ profile: profile({ phone_number: phone }) }))
    await call(EVENTS, single({ profile: profile({ email, phone_number: phone }) }))
    expect(server.profile(phone)).toBe(server.profile(email))
    expect(server.summary()).toMatchObject({ profiles: 1, events: 1, duplicates: 1 })
  })

  test('of two people do not merge: 409 on import; an event leaves the number where it is', async () => {
    const [phone_number, email] = ['+12345678901', 'new@b.co']
    const { statuses, server, call } = await imported(
      profile({ email: 'old@b.co', phone_number }),
      profile({ email, phone_number }),
    )
    expect(statuses).toEqual([201, 409])
    await call(EVENTS, single({ profile: profile({ email, phone_number }) }))
    expect(server.profile(phone_number)?.attributes.email).toBe('old@b.co')
    expect(server.profile(email)?.attributes).toEqual({ email })
  })

  describe('updated by id', () => {
    const P = '+12345678901'
    /** Updates the profile of `a@b.co`, beside one of `taken@b.co`. */
    async function update(sent: Loose, beside: Loose = {}, path?: string) {
      const { server, call } = await imported(
        profile({ email: 'a@b.co', title: 'Dr' }),
        profile({ email: 'taken@b.co' }),
      )
      await call(EVENTS, single({ profile: profile({ email: 'a@b.co' }) }))
      const id = server.profile('a@b.co')?.id ?? ''
      const response = await call(path ?? `/api/profiles/${id}`, profile(sent, { id, ...beside }), {}, 'PATCH')
      return { server, call, id, response }
    }

    test('take a new address, with their events', async () => {
      const { server, call, id, response } = await update({ email: 'new@b.co', phone_number: P, properties: { a: 1 } })
      expect(response.status).toBe(200)
      expect(await response.json()).toMatchObject({ data: { type: 'profile', id, attributes: { email: 'new@b.co' } } })
      expect(server.profile('a@b.co')).toBeUndefined()
      expect(server.profile('new@b.co')).toBe(server.profile(P))
      expect(server.profile(id)?.attributes).toEqual({
        email: 'new@b.co',
        phone_number: P,
        title: 'Dr',
        properties: { a: 1 },
      })
      await call(EVENTS, single({ profile: profile({ email: 'new@b.co' }) }))
      expect(server.summary()).toMatchObject({ profiles: 2, events: 1, duplicates: 1 })
    })

    const refusals: [why: string, sent: Loose, beside: Loose, path: string | undefined, status: number, at: string][] =
      [
        ['an address of another profile', { email: 'taken@b.co' }, {}, undefined, 409, '/data/attributes'],
        ['an id that is unknown', { email: 'new@b.co' }, { id: 'unknown' }, '/api/profiles/unknown', 404, '/data'],
        ['another id in the path', { email: 'new@b.co' }, {}, '/api/profiles/other', 400, '/data/id'],
        ['no id', { email: 'new@b.co' }, { id: undefined }, undefined, 400, '/data/id'],
        ['no identifier left', { email: null }, {}, undefined, 400, '/data/attributes'],
        ['an invalid phone number', { phone_number: '12' }, {}, undefined, 400, '/data/attributes/phone_number'],
        ['an unknown field', { consent: true }, {}, undefined, 400, '/data/attributes/consent'],
      ]
    test.each(refusals)('are refused: %s', async (_, sent, beside, path, status, at) => {
      const { server, response } = await update(sent, beside, path)
      expect(response.status).toBe(status)
      expect(await pointers(response)).toEqual([at])
      expect(server.profile('a@b.co')?.attributes).toEqual({ email: 'a@b.co', title: 'Dr' })
    })
  })
})
