/** Rejections of the local Klaviyo and their pointers. */
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
  NOW,
  pointers,
  profile,
  single,
  startKlaviyo,
} from '../helpers/sandbox-klaviyo-bodies.ts'

const many = <Item>(count: number, make: (index: number) => Item) => Array.from({ length: count }, (_, i) => make(i))
const nested = (levels: number): Loose => (levels === 1 ? {} : { a: nested(levels - 1) })

type Row<Given> = readonly (readonly [why: string, given: Given, ...pointers: string[]])[]

const rows = <Given>(table: Row<Given>) => table.map(([why, given, ...expected]) => ({ why, given, expected }))

/** Changes to a valid event, and pointers below /data/attributes. */
const events: Row<Loose> = [
  ['Unix time', { time: 1_780_000_000 }, '/time'],
  ['Unix time as text', { time: '1780000000' }, '/time'],
  ['a date alone', { time: '2026-11-01' }, '/time'],
  ['a day no calendar has', { time: '2026-02-30T00:00:00Z' }, '/time'],
  ['four fraction digits', { time: '2026-11-01T10:20:30.4567Z' }, '/time'],
  ['1989', { time: '1989-12-31T23:59:59Z' }, '/time'],
  ['more than a year ahead', { time: '2027-11-20T12:00:01Z' }, '/time'],
  ['an unknown attribute', { timestamp: 1 }, '/timestamp'],
  ['no metric and no properties', { metric: undefined, properties: undefined }, '/metric', '/properties'],
  ['two faults', { time: 'now', value: '12' }, '/time', '/value'],
  ['no metric name', { metric: { data: { type: 'metric', attributes: {} } } }, '/metric/data/attributes/name'],
  ['an empty metric name', { metric: metric('') }, '/metric/data/attributes/name'],
  ['a metric name of 128', { metric: metric('m'.repeat(128)) }, '/metric/data/attributes/name'],
  ['an empty unique_id', { unique_id: '' }, '/unique_id'],
  ['a unique_id of 256', { unique_id: 'k'.repeat(256) }, '/unique_id'],
  ['401 properties', { properties: Object.fromEntries(many(401, (i) => [`p${i}`, i])) }, '/properties'],
  ['a string over 100 KB', { properties: { a: ['é'.repeat(50_001)] } }, '/properties/a/0'],
  ['a list of 4,001', { properties: { 'a/b': many(4_001, (i) => i) } }, '/properties/a~1b'],
  ['11 levels', { properties: nested(11) }, `/properties${'/a'.repeat(10)}`],
  ['a bare profile', { profile: { email: 'a@b.co' } }, '/profile/data', '/profile/email'],
  ['meta beside the attributes', { profile: profile({ email: 'a@b.co' }, { meta: {} }) }, '/profile/data/meta'],
]

/** Attributes of an event's profile, and pointers below the profile's `data`. */
const profiles: Row<Loose> = [
  ['a national phone number', { phone_number: '087 123 4567' }, '/attributes/phone_number'],
  ['a phone number too short', { email: 'a@b.co', phone_number: '+1415' }, '/attributes/phone_number'],
  ['an e-mail with a space', { email: 'ada @b.co' }, '/attributes/email'],
  ['an e-mail without a dot', { email: 'ada@localhost' }, '/attributes/email'],
  ['an e-mail of 101', { email: `${'a'.repeat(96)}@b.co` }, '/attributes/email'],
  ['a custom key', { email: 'a@b.co', plan: 'pro' }, '/attributes/plan'],
  ['an unknown part of the location', { email: 'a@b.co', location: { town: 'Cork' } }, '/attributes/location/town'],
  ['nobody', { first_name: 'Ada', email: null }, '/attributes'],
  ['more than 95 KB', { email: 'a@b.co', properties: { a: 'x'.repeat(95_000) } }, ''],
]

const ok = attributes()
const bad = profile({ phone_number: '1' })

/** Entries of a bulk body, and pointers below its list. */
const entries: Row<readonly Loose[]> = [
  [
    'meta inside the attributes',
    [entry([ok], { profile: profile({ email: 'a@b.co', meta: {} }) })],
    '/0/attributes/profile/data/attributes/meta',
  ],
  [
    'two bad entries of three',
    [entry([{ ...ok, time: 5 }]), entry([attributes({ unique_id: 'k2' })]), entry([], { profile: bad })],
    '/0/attributes/events/data/0/attributes/time',
    '/2/attributes/profile/data/attributes/phone_number',
  ],
  ['a unique_id twice', [entry([ok]), entry([ok])], '/1/attributes/events/data/0/attributes/unique_id'],
  ['1,001 events', [entry(many(1_001, (i) => attributes({ unique_id: `k${i}` })))], ''],
  ['no profile', [entry([ok], { profile: undefined })], '/0/attributes/profile'],
]

/** Attributes and other members of an imported profile, and pointers. */
const imports: Row<Loose> = [
  ['meta inside the attributes', profile({ email: 'a@b.co', meta: {} }), '/data/attributes/meta'],
  ['anonymous_id', profile({ email: 'a@b.co', anonymous_id: 'x' }), '/data/attributes/anonymous_id'],
  ['more than 100 KB', profile({ email: 'a@b.co', properties: { a: 'x'.repeat(100_000) } }), '/data'],
  ['no identifier', profile({ first_name: 'Ada' }), '/data/attributes'],
  ['another type', { data: { type: 'person', attributes: { email: 'a@b.co' } } }, '/data/type'],
]

async function expectError(path: string, body: unknown, expected: readonly string[]): Promise<void> {
  const { server, call } = startKlaviyo()
  const response = await call(path, body)
  expect(response.status).toBe(400)
  expect(await pointers(response)).toEqual(expected)
  expect(server.summary()).toMatchObject({ events: 0, profiles: 0, refused: 1 })
}

const below = (base: string, expected: readonly string[]) => expected.map((pointer) => base + pointer)

describe('an event with', () => {
  test.each(rows(events))('$why', ({ given: more, expected }) =>
    expectError(EVENTS, single(more), below('/data/attributes', expected)),
  )
})

describe('a profile of an event with', () => {
  test.each(rows(profiles))('$why', ({ given: sent, expected }) =>
    expectError(EVENTS, single({ profile: profile(sent) }), below('/data/attributes/profile/data', expected)),
  )
})

describe('a bulk request with', () => {
  test.each(rows(entries))('$why', ({ given, expected }) =>
    expectError(BULK, bulk(...given), below('/data/attributes/events-bulk-create/data', expected)),
  )
})

describe('an import with', () => {
  test.each(rows(imports))('$why', ({ given: body, expected }) => expectError(IMPORT, body, expected))
})

const flagged = single({ backfill: true })
const huge = single({ properties: { a: many(60, () => 'x'.repeat(90_000)) } })

const OPT_OUT = 'x-klaviyo-revision-fall-forward-opt-out'
const RETIRED = { revision: '2024-10-15', [OPT_OUT]: '1' }

const requests: readonly (readonly [
  why: string,
  path: string,
  headers: Loose,
  body: unknown,
  status: number,
  at: string,
])[] = [
  ['no key', EVENTS, { authorization: '' }, single(), 401, '/data'],
  ['another key', EVENTS, { authorization: 'Klaviyo-API-Key pk_other' }, single(), 401, '/data'],
  ['a bearer token', EVENTS, { authorization: 'Bearer pk_sandbox' }, single(), 401, '/data'],
  [
    'a key that may only read',
    IMPORT,
    { authorization: 'Klaviyo-API-Key pk_sandbox:readonly' },
    profile(),
    403,
    '/data',
  ],
  ['no revision', EVENTS, { revision: '' }, single(), 400, 'revision'],
  ['a revision that never was', EVENTS, { revision: '2026-07-16' }, single(), 400, 'revision'],
  ['a retired revision that may not fall forward', EVENTS, RETIRED, single(), 410, '/data'],
  ['the flag at an older revision', EVENTS, { revision: '2026-04-15' }, flagged, 400, '/data/attributes/backfill'],
  ['a form', EVENTS, { 'content-type': 'application/x-www-form-urlencoded' }, single(), 415, '/data'],
  ['no JSON', EVENTS, {}, '{"data":', 400, '/data'],
  ['5.4 MB', EVENTS, {}, huge, 413, '/data'],
  ['a path there is not', '/api/lists', {}, {}, 404, '/data'],
]

describe('a request with', () => {
  test.each(requests)('%s', async (_why, path, headers, body, status, at) => {
    const { server, call } = startKlaviyo()
    const response = await call(path, body, headers)
    expect([response.status, await pointers(response)]).toEqual([status, [at]])
    expect(server.summary().events).toBe(0)
  })

  test('a retired revision falls forward to the oldest supported one, which knows no flag', async () => {
    const { call } = startKlaviyo()
    expect((await call(EVENTS, single(), { ...RETIRED, [OPT_OUT]: '' })).status).toBe(202)
    const response = await call(EVENTS, flagged, { ...RETIRED, [OPT_OUT]: '' })
    expect([response.status, await pointers(response)]).toEqual([400, ['/data/attributes/backfill']])
  })

  test('a revision is retired two years after its date', async () => {
    const { call, advance } = startKlaviyo()
    const status = async () => (await call(EVENTS, single(), { ...RETIRED, revision: '2025-01-15' })).status
    advance(Date.UTC(2027, 0, 15) - NOW - 1)
    expect(await status()).toBe(202)
    advance(1)
    expect(await status()).toBe(410)
  })

  test('an error in Klaviyo’s words', async () => {
    const { call } = startKlaviyo()
    const response = await call(EVENTS, single({ profile: profile({ phone_number: '1', plan: 'x' }) }))
    expect(response.headers.get('content-type')).toBe('application/vnd.api+json')
    const { errors } = (await response.json()) as { errors: Loose[] }
    expect(errors.map(({ status, code, title, detail }) => [status, code, title, detail])).toEqual([
      [400, 'invalid', 'Invalid input.', 'Invalid phone number format (Example of a valid format: +12345678901)'],
      [400, 'invalid', 'Invalid input.', "'plan' is not a valid field for the resource 'profile'."],
    ])
  })
})
