/** The destination against recorded responses: the requests, the fault of each rejection, the result of each event. */
import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createKlaviyoDestination } from '../../../connector/klaviyo/destination.ts'
import { PHONE_REJECTED } from '../../../connector/klaviyo/limits/change-log.ts'
import type { SendResult } from '../../../runtime/ports/destination.ts'
import type { Fetch } from '../../../runtime/ports/effects.ts'
import { Fault } from '../../../runtime/ports/fault.ts'
import type { Json, OutgoingMessage } from '../../../runtime/ports/types.ts'
import { event, fixture, keysOf, never, options, schemaErrors, spec, textOf } from '../../helpers/klaviyo.ts'

interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly text: string
}

type Reply = readonly [status: number, answer?: string | object | undefined, headers?: Record<string, string>]

let sent: Sent[] = []

beforeAll(() => nock.disableNetConnect())
afterEach(() => {
  nock.cleanAll()
  // Every request of every test must satisfy our own schema.
  const wrong = sent.flatMap(({ text }) => schemaErrors(JSON.parse(text)))
  sent = []
  expect(wrong).toEqual([])
})
afterAll(() => nock.restore())

/** Answers one request after another, by fixture or body; the last one repeats. */
function answer(...replies: readonly Reply[]): void {
  for (const method of ['POST', 'PATCH'] as const)
    nock('https://a.klaviyo.com')
      .intercept(/.*/, method)
      .reply(function (path, body) {
        const [status, name, headers = {}] = replies[Math.min(sent.length, replies.length - 1)] ?? [500]
        const text = textOf(body)
        sent.push({ method, path, headers: this.req.headers as unknown as Record<string, string>, text })
        const answer = typeof name === 'string' ? fixture(name) : name
        return [status, answer === undefined ? '' : JSON.stringify(answer), headers]
      })
      .persist()
}

const ADA = '01GDDKASAP8TKDDA2GRZDSVP4H'
const ada: OutgoingMessage = { kind: 'profile', profile: event('a').profile }
const body = (index: number): Json => JSON.parse(sent[index]?.text ?? 'null')
const said = (result: SendResult) => (result instanceof Fault ? `${result.kind} ${result.code}` : result)

async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const error = await promise.catch((error: unknown) => error)
  if (error instanceof Fault) return error
  throw new Error('expected a fault')
}

describe('one message', () => {
  test('a live event goes to /api/events with its key, its revision and the API key', async () => {
    answer([202, undefined, { 'x-klaviyo-req-id': 'b6a1f0de-1' }])
    expect(await createKlaviyoDestination(options()).send(event('k1'), never)).toEqual({
      status: 202,
      requestId: 'b6a1f0de-1',
    })
    expect(sent.map(({ path }) => path)).toEqual(['/api/events'])
    expect(sent[0]?.headers).toMatchObject({
      revision: '2026-07-15',
      'x-klaviyo-revision-fall-forward-opt-out': '1',
      authorization: 'Klaviyo-API-Key pk_test_0123456789',
      'content-type': 'application/vnd.api+json',
      accept: 'application/vnd.api+json',
    })
    expect(body(0)).toMatchObject({ data: { attributes: { unique_id: 'k1' } } })
  })

  test('no spec can let a retired revision fall forward', async () => {
    answer([202])
    const headers = { ...spec.headers, 'x-klaviyo-revision-fall-forward-opt-out': '0' }
    await createKlaviyoDestination(options({ spec: { ...spec, headers } })).send(event('k1'), never)
    expect(sent[0]?.headers['x-klaviyo-revision-fall-forward-opt-out']).toBe('1')
  })

  test('a profile goes to /api/profile-import', async () => {
    answer([200, 'profile-imported'])
    expect(await createKlaviyoDestination(options()).send(ada, never)).toEqual({ status: 200, profileId: ADA })
    expect(sent.map(({ path }) => path)).toEqual(['/api/profile-import'])
  })

  test('an event carries the profile of the moment at which it is sent, on every try', async () => {
    answer([503, undefined, { 'retry-after': '0' }], [202])
    const profiles = [{ email: 'old@harbour-books.example', first_name: 'Ada' }, { email: 'ada@harbour-books.example' }]
    const currentProfile = () => profiles[Math.min(sent.length, 1)] ?? {}
    await createKlaviyoDestination(options()).send(event('k1', { currentProfile }), never)
    const carried = (index: number) => JSON.parse(sent[index]?.text ?? '').data.attributes.profile.data.attributes
    expect([carried(0), carried(1)]).toEqual(profiles)
  })

  test('a malformed request id is dropped', async () => {
    answer([202, undefined, { 'x-klaviyo-req-id': 'ada@harbour-books.example' }])
    expect(await createKlaviyoDestination(options()).send(event('k1'), never)).toEqual({ status: 202 })
  })

  const refused: readonly [which: string, header: string | undefined, request: string | undefined][] = [
    ['its own', 'b6a1f0de-1', 'b6a1f0de-1'],
    ["the error's where there is no other", undefined, '5f2c1b7e-0000-4000-8000-000000000001'],
    ["the error's where the other is none", 'ada@harbour-books.example', '5f2c1b7e-0000-4000-8000-000000000001'],
  ]
  test.each(refused)('a rejection carries its request id: %s', async (_, header, request) => {
    answer([400, 'event-bad-email', header === undefined ? {} : { 'x-klaviyo-req-id': header }])
    expect((await faultOf(createKlaviyoDestination(options()).send(event('k1'), never))).info()).toMatchObject({
      requestId: request,
    })
  })

  test('a rejection without an id carries none', async () => {
    answer([429, undefined, { 'retry-after': '30' }])
    expect((await faultOf(createKlaviyoDestination(options()).send(event('k1'), never))).info()).not.toHaveProperty(
      'requestId',
    )
  })

  test('baseUrl takes precedence over the spec’s host', async () => {
    nock('http://127.0.0.1:4020').post('/api/events').reply(202)
    const destination = createKlaviyoDestination(options({ baseUrl: 'http://127.0.0.1:4020/' }))
    expect((await destination.send(event('k1'), never)).status).toBe(202)
  })

  const phones: readonly [name: string, message: OutgoingMessage, reply: Reply][] = [
    ['an event', event('k1'), [400, 'event-bad-phone']],
    ['a profile', ada, [400, 'profile-bad-phone']],
    ['a profile whose phone number belongs to another profile', ada, [409, 'duplicate-profile']],
  ]
  test.each(phones)('%s is resent without its phone number', async (_, message, reply) => {
    answer(reply, [202])
    expect(await createKlaviyoDestination(options()).send(message, never)).toEqual({
      status: 202,
      changes: [PHONE_REJECTED],
    })
    expect(sent.map(({ text }) => text.includes('+353'))).toEqual([true, false])
  })

  const dead: readonly [name: string, message: OutgoingMessage, reply: Reply, code: string, says: RegExp][] = [
    ['a bad e-mail', event('k1'), [400, 'event-bad-email'], 'klaviyo/invalid', /invalid e-mail address at .*\/email$/],
    [
      'a bad phone and nothing else',
      event('k1', { profile: { phone_number: '+353861234567' } }),
      [400, 'event-bad-phone'],
      'klaviyo/invalid',
      /invalid phone number/,
    ],
    [
      'an unknown field',
      event('k1'),
      [400, 'unknown-field'],
      'klaviyo/invalid',
      /"nickname" is not a field of profile/,
    ],
    [
      'two owners and no e-mail',
      { kind: 'profile', profile: { phone_number: '+353861234567' } },
      [409, 'duplicate-profile'],
      'klaviyo/duplicate-profile',
      /two different profiles/,
    ],
  ]
  test.each(dead)('%s is a data fault', async (...row) => {
    const [, message, reply, code, says] = row
    answer(reply)
    const fault = await faultOf(createKlaviyoDestination(options()).send(message, never))
    expect(fault).toMatchObject({ kind: 'data', code })
    expect(fault.message).toMatch(says)
    expect(fault.message).not.toMatch(/ada@|\+353/)
    expect(sent.length).toBe(1)
  })

  const others: readonly [reply: Reply, message: OutgoingMessage, code: string, says: RegExp, tries: number][] = [
    [[401, 'unauthorized'], event('k1'), 'config klaviyo/unauthorized', /KLAVIYO_API_KEY/, 1],
    [[403, 'forbidden'], event('k1'), 'config klaviyo/forbidden', /KLAVIYO_API_KEY lacks the scope events:write/, 1],
    [[403, 'forbidden'], ada, 'config klaviyo/forbidden', /KLAVIYO_API_KEY lacks the scope profiles:write/, 1],
    [[404, 'not-found'], event('k1'), 'config klaviyo/not-found', /KLAVIYO_BASE_URL/, 1],
    [[400, 'bad-revision'], event('k1'), 'config klaviyo/revision', /revision header in connector.yaml/, 1],
    [[410], event('k1'), 'config klaviyo/revision-retired', /retired the revision.+update the connector/, 1],
    [[302, undefined, { location: '/elsewhere' }], event('k1'), 'config klaviyo/redirected', /base URL/, 1],
    [[500], event('k1'), 'transient klaviyo/unavailable', /answered 500/, 4],
    [[429, 'rate-limited', { 'retry-after': '60' }], event('k1'), 'transient klaviyo/rate-limited', /too many/, 1],
  ]
  test.each(others)('answered %j', async (reply, message, code, says, tries) => {
    answer(reply)
    const fault = await faultOf(createKlaviyoDestination(options()).send(message, never))
    expect(said(fault)).toBe(code)
    expect(fault.message).toMatch(says)
    expect(fault.message).not.toContain('pk_test')
    expect(sent.length).toBe(tries)
    if (reply[0] === 429) expect(fault.details.retryAfter).toBe(60_000)
  })

  test.each([undefined, '', '  ', 'pk_\u2019x', 'pk_a\nb'])(
    'without a usable key (%j) nothing is sent',
    async (apiKey) => {
      const fault = await faultOf(createKlaviyoDestination(options({ apiKey })).send(event('k1'), never))
      expect(said(fault)).toBe('config klaviyo/no-credentials')
      expect(fault.message).toMatch(/KLAVIYO_API_KEY/)
    },
  )

  const pages = [400, 402, 407, 409, 413, 418, 421, 422].map((status) => [status, '<html>blocked</html>'] as const)
  test.each([...pages, [400, '{"errors":[{"id"'], [400, ''], [204, ''], [200, '<html>']] as const)(
    'answered %i %j by a proxy: the event waits',
    async (status, text) => {
      let requests = 0
      const fetch: Fetch = async () => {
        requests++
        return new Response(status === 204 ? null : text, { status })
      }
      const fault = await faultOf(createKlaviyoDestination(options({ fetch })).send(event('k1'), never))
      expect(said(fault)).toBe('transient klaviyo/not-json')
      expect(requests).toBe(status < 400 ? 1 : 4)
      const [other] = await createKlaviyoDestination(options({ fetch })).sendMany([event('k1')], 'backfill', never)
      expect(other && said(other)).toBe('transient klaviyo/not-json')
    },
  )

  test('a key copied with a line break works', async () => {
    answer([202])
    await createKlaviyoDestination(options({ apiKey: 'pk_test_0123456789\n' })).send(event('k1'), never)
    expect(sent[0]?.headers.authorization).toBe('Klaviyo-API-Key pk_test_0123456789')
  })

  test('an event over a limit is not sent', async () => {
    const fault = await faultOf(createKlaviyoDestination(options()).send(event('k'.repeat(256)), never))
    expect(said(fault)).toBe('data klaviyo/limit')
  })
})

describe('many events', () => {
  const events = ['k0', 'k1', 'k2', 'k3'].map((key) => event(key))

  test('go in one request, and each gets its result', async () => {
    answer([202, undefined, { 'x-klaviyo-req-id': 'r1' }])
    const results = await createKlaviyoDestination(options()).sendMany(events, 'live', never)
    expect(results).toEqual(Array(4).fill({ status: 202, requestId: 'r1' }))
    expect(sent.map(({ path }) => path)).toEqual(['/api/event-bulk-create-jobs'])
    expect(schemaErrors(body(0), 'liveBulk')).toEqual([])
  })

  test('of a backfill carry the flag and identifiers only', async () => {
    answer([202])
    await createKlaviyoDestination(options()).sendMany(events, 'backfill', never)
    expect(schemaErrors(body(0), 'historyBulk')).toEqual([])
  })

  test('rejected with pointers: each suspect goes alone, and fails or loses its phone number only then', async () => {
    const own = (pointer: string) =>
      [
        400,
        { errors: [{ source: { pointer: `/data/attributes/events-bulk-create/data/0/attributes/${pointer}` } }] },
      ] as const
    const phone = own('profile/data/attributes/phone_number')
    answer([400, 'bulk-bad-phone-and-email'], phone, [202], [202], own('events/data/0/attributes/time'))
    const results = await createKlaviyoDestination(options()).sendMany(events, 'live', never)
    expect(results.map(said)).toEqual([
      { status: 202 },
      { status: 202, changes: [PHONE_REJECTED] },
      { status: 202 },
      'data klaviyo/invalid',
    ])
    expect(sent.map(({ text }) => keysOf(text))).toEqual([
      ['k0', 'k1', 'k2', 'k3'],
      ['k1'],
      ['k1'],
      ['k0', 'k2'],
      ['k3'],
    ])
    expect(sent[1]?.text).toContain('phone_number')
    expect(sent[2]?.text).not.toContain('phone_number')
    expect((results[3] as Fault).message).toMatch(/data\/0\/attributes\/events/)
  })

  test('rejected without a pointer: bisection finds the invalid event', async () => {
    nock('https://a.klaviyo.com')
      .post('/api/event-bulk-create-jobs')
      .reply((_, body) => {
        const text = textOf(body)
        sent.push({ method: 'POST', path: '', headers: {}, text })
        return text.includes('"k2"') ? [400, fixture('bulk-no-pointer') as nock.Body] : [202]
      })
      .persist()
    const results = await createKlaviyoDestination(options()).sendMany(events, 'live', never)
    expect(results.map(said)).toEqual([{ status: 202 }, { status: 202 }, 'data klaviyo/invalid', { status: 202 }])
    expect(sent.map(({ text }) => keysOf(text).length)).toEqual([4, 2, 2, 1, 1])
  })

  test('rejected as too large: bisection', async () => {
    answer([413, 'bulk-no-pointer'], [202])
    expect(await createKlaviyoDestination(options()).sendMany(events, 'live', never)).toEqual(
      Array(4).fill({ status: 202 }),
    )
    expect(sent.map(({ text }) => keysOf(text).length)).toEqual([4, 2, 2])
  })

  test('too large for a proxy: bisection, and what cannot be divided waits', async () => {
    const fetch: Fetch = async (request) =>
      keysOf(await request.text()).length > 2
        ? new Response('<html>', { status: 413 })
        : new Response(null, { status: 202 })
    const results = await createKlaviyoDestination(options({ fetch })).sendMany(events, 'live', never)
    expect(results).toEqual(Array(4).fill({ status: 202 }))
    const strict: Fetch = async () => new Response('<html>', { status: 413 })
    const waiting = await createKlaviyoDestination(options({ fetch: strict })).sendMany(events, 'live', never)
    expect(waiting.map(said)).toEqual(Array(4).fill('transient klaviyo/not-json'))
  })

  const shared: readonly [reply: Reply, code: string][] = [
    [[500], 'transient klaviyo/unavailable'],
    [[401, 'unauthorized'], 'config klaviyo/unauthorized'],
    [[404, 'not-found'], 'config klaviyo/not-found'],
    [[400, 'bad-revision'], 'config klaviyo/revision'],
    [[410], 'config klaviyo/revision-retired'],
  ]
  test.each(shared)('answered %j: all share the fault, and none dies of it', async (reply, code) => {
    answer(reply)
    const results = await createKlaviyoDestination(options()).sendMany(events, 'backfill', never)
    expect(results.map(said)).toEqual(Array(4).fill(code))
  })

  test('an event over a limit is not sent and does not affect the others; a duplicate key goes with the next request', async () => {
    answer([202])
    const all = [event('k0'), event('x'.repeat(256)), event('k0'), event('k1')]
    const results = await createKlaviyoDestination(options()).sendMany(all, 'live', never)
    expect(results.map(said)).toEqual([{ status: 202 }, 'data klaviyo/limit', { status: 202 }, { status: 202 }])
    expect(sent.map(({ text }) => keysOf(text))).toEqual([['k0', 'k1'], ['k0']])
  })

  test('a profile among them is sent separately; in a backfill it is a bug', async () => {
    answer([202])
    expect(await createKlaviyoDestination(options()).sendMany([ada, event('k1')], 'live', never)).toEqual([
      { status: 202 },
      { status: 202 },
    ])
    expect(sent.map(({ path }) => path)).toEqual(['/api/profile-import', '/api/event-bulk-create-jobs'])
    expect((await createKlaviyoDestination(options()).sendMany([ada], 'backfill', never)).map(said)).toEqual([
      'bug klaviyo/profile-lane',
    ])
  })

  test('none: sends nothing', async () => {
    expect(await createKlaviyoDestination(options()).sendMany([], 'live', never)).toEqual([])
  })
})

describe('the profile of a person whose address changed', () => {
  const moving: OutgoingMessage = { ...ada, profileId: 'P1' }
  const PATCH = 'PATCH /api/profiles/P1'
  const IMPORT = 'POST /api/profile-import'
  const updated: Reply = [200, 'profile-imported']
  const taken: Reply = [409, 'duplicate-profile']
  const gone: Reply = [404, 'not-found']
  const withoutPhone = { changes: [PHONE_REJECTED] }

  const cases: readonly [what: string, replies: Reply[], requests: string[], receipt: object][] = [
    ['is updated by its id', [updated], [PATCH], { addressChange: 'moved' }],
    [
      'is updated without a phone number of another profile',
      [taken, updated],
      [PATCH, PATCH],
      { addressChange: 'moved', ...withoutPhone },
    ],
    [
      'is updated without an invalid phone number',
      [[400, 'profile-bad-phone'], updated],
      [PATCH, PATCH],
      { addressChange: 'moved', ...withoutPhone },
    ],
    [
      'stays when another profile has the address, which is updated instead',
      [taken, taken, updated],
      [PATCH, PATCH, IMPORT],
      { addressChange: 'address-in-use' },
    ],
    [
      'stays when two others have the address and the phone number',
      [taken, taken, taken, updated],
      [PATCH, PATCH, IMPORT, IMPORT],
      { addressChange: 'address-in-use', ...withoutPhone },
    ],
    [
      'is replaced when Klaviyo no longer has it',
      [gone, updated],
      [PATCH, IMPORT],
      { addressChange: 'profile-not-found' },
    ],
  ]
  test.each(cases)('%s', async (_, replies, requests, receipt) => {
    answer(...replies)
    expect(await createKlaviyoDestination(options()).send(moving, never)).toEqual({
      status: 200,
      profileId: ADA,
      ...receipt,
    })
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual(requests)
    const { attributes } = (body(0) as unknown as { data: { attributes: unknown } }).data
    expect(body(0)).toEqual({ data: { type: 'profile', id: 'P1', attributes } })
    expect(attributes).toEqual(ada.profile)
  })

  const failures: readonly [name: string, reply: Reply, fault: string][] = [
    ['503', [503], 'transient klaviyo/unavailable'],
    ['403', [403, 'forbidden'], 'config klaviyo/forbidden'],
    ['400', [400, 'unknown-field'], 'data klaviyo/invalid'],
  ]
  test.each(failures)('is not replaced after another failure: %s', async (_, reply, fault) => {
    answer(reply)
    const found = await faultOf(createKlaviyoDestination(options()).send(moving, never))
    expect(said(found)).toBe(fault)
    expect(new Set(sent.map(({ path }) => path))).toEqual(new Set(['/api/profiles/P1']))
  })

  test('is named in the log, its address is not', async () => {
    answer(taken, taken, updated)
    const lines: string[] = []
    const warn = (...line: unknown[]) => void lines.push(JSON.stringify(line))
    const logger = { ...options().logger, warn }
    await createKlaviyoDestination(options({ logger })).send(moving, never)
    expect(lines).toEqual([expect.stringContaining('"profile":"P1"')])
    expect(lines.join()).not.toMatch(/ada|353/)
  })

  test('in lane backfill is never touched', async () => {
    answer(updated)
    const results = await createKlaviyoDestination(options()).sendMany([moving], 'backfill', never)
    expect(results.map(said)).toEqual(['bug klaviyo/profile-lane'])
    expect(sent).toEqual([])
  })

  test('an id that is no identifier is not put into an address', async () => {
    answer([200, 'profile-odd-id'])
    expect(await createKlaviyoDestination(options()).send(ada, never)).toEqual({ status: 200 })
  })
})

describe('without sending', () => {
  test('previewed bodies equal sent ones', async () => {
    answer([202])
    const destination = createKlaviyoDestination(options())
    await destination.send(event('k1'), never)
    await destination.send(ada, never)
    await destination.sendMany([event('k1'), event('k2')], 'backfill', never)
    expect(destination.previewBodies([event('k1'), ada], 'live')).toEqual([body(0), body(1)])
    expect(destination.previewBodies([event('k1'), event('k2')], 'backfill')).toEqual([body(2)])
  })

  test('a batch filled by size and by number fits in one request', () => {
    const destination = createKlaviyoDestination(
      options({ spec: { ...spec, limits: { ...spec.limits, request: 20_000 } } }),
    )
    const { batch } = destination
    const events: OutgoingMessage[] = []
    for (let bytes = 0; ; ) {
      const next = event(`k${events.length}`)
      bytes += destination.sizeOf(next, 'live')
      if (bytes > batch.bytes) break
      events.push(next)
    }
    expect(events.length).toBeGreaterThan(20)
    expect(batch.events).toBe(1000)
    expect(Object.keys(destination.previewBodies(events, 'backfill')).length).toBeGreaterThan(0)
    expect(destination.sizeOf(event('x'.repeat(256)), 'live')).toBe(0)
  })
})
