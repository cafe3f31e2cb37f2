/** The source against recorded responses: the exact requests, the end of pages, the fault of each rejection. */
import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { BackfillProgress } from '../../../runtime/backfill/types.ts'
import type { RequestSpec } from '../../../runtime/spec/spec.ts'
import {
  client,
  connector,
  createInstantClock,
  faultOf,
  fixture,
  never,
  type Reply,
  replayResponses,
  START,
  TOKEN,
} from '../../helpers/intercom.ts'

beforeAll(() => nock.disableNetConnect())
afterEach(() => nock.cleanAll())
afterAll(() => nock.restore())

const history = {
  'GET /me': ['me'],
  'GET /contacts': ['contacts'],
  'GET /admins': ['admins'],
  'GET /teams': ['teams'],
  'POST /conversations/search': ['conversations-1', 'conversations-1', 'conversations-2'],
  'POST /tickets/search': ['tickets'],
} satisfies Record<string, readonly Reply[]>

async function imported(answers: Readonly<Record<string, readonly Reply[]>>, since?: number) {
  const asked = replayResponses(answers)
  const { backfill } = await connector()
  let last: BackfillProgress | undefined
  for await (const progress of backfill({ signal: never, ...(since !== undefined && { since }) })) last = progress
  const pages = (path: string) => asked.filter(({ line }) => line === `POST ${path}`).map(({ body }) => body)
  return { asked, last, pages }
}

/** The end of the window in Unix seconds: live delivery has not begun. */
const until = START / 1000
const before = { field: 'created_at', operator: '<', value: until }
const sort = { field: 'created_at', order: 'ascending' }
const cursor = JSON.parse(fixture('conversations-1')).pages.next.starting_after

describe('requests', () => {
  test('each carries the access token and the version', async () => {
    const { asked } = await imported(history)
    expect(asked.length).toBeGreaterThan(5)
    for (const { headers, line, host } of asked) {
      expect(headers).toMatchObject({
        authorization: `Bearer ${TOKEN}`,
        'intercom-version': '2.16',
        accept: 'application/json',
      })
      expect(headers['content-type']).toBe(line.startsWith('POST') ? 'application/json' : undefined)
      expect(host).toBe('api.intercom.io')
    }
  })

  test('a backfill counts, then reads: the first page without a cursor, the next with the cursor unchanged', async () => {
    const { asked, pages, last } = await imported(history)
    const query = { operator: 'AND', value: [before] }
    expect(pages('/conversations/search')).toEqual([
      { query, sort, pagination: { per_page: 1 } },
      { query, sort, pagination: { per_page: 150 } },
      { query, sort, pagination: { per_page: 150, starting_after: cursor } },
    ])
    expect(pages('/tickets/search')).toEqual([
      { query, sort, pagination: { per_page: 1 } },
      { query, sort, pagination: { per_page: 150 } },
    ])
    expect(asked.filter(({ line }) => line.startsWith('GET /contacts')).map(({ line }) => line)).toEqual([
      'GET /contacts?per_page=1',
      'GET /contacts?per_page=150',
    ])
    expect(last).toMatchObject({ phase: 'done', dead: 0, eventsSent: 4 })
  })

  test('--since requests items updated since then, with an hour of overlap', async () => {
    const { pages } = await imported(history, START - 86_400_000)
    const since = { field: 'updated_at', operator: '>', value: until - 86_400 - 3600 }
    expect(pages('/conversations/search')[1]).toMatchObject({ query: { operator: 'AND', value: [since, before] } })
  })

  test('a missing list is an empty page', async () => {
    const { last } = await imported({ ...history, 'POST /conversations/search': ['conversations-without-list'] })
    expect(last?.streams).toMatchObject([
      { stream: 'contacts' },
      { stream: 'conversations', recordsRead: 0, done: true },
      { stream: 'tickets', recordsRead: 1 },
    ])
  })

  test("a proxy's page with status 200 does not end the backfill", async () => {
    const search = ['conversations-1', 'conversations-1', 'bad-gateway.html', 'conversations-2']
    const { last } = await imported({
      ...history,
      'GET /me': ['bad-gateway.html', 'me'],
      'POST /conversations/search': search,
    })
    expect(last).toMatchObject({ phase: 'done', eventsSent: 4 })
  })

  test('an error or an empty body with status 200 does not end the backfill', async () => {
    const search = ['conversations-1', 'conversations-1', 'server-error', 'nothing', 'conversations-2']
    const { last } = await imported({ ...history, 'POST /conversations/search': search })
    expect(last).toMatchObject({ phase: 'done', eventsSent: 4 })
  })

  test('a failed page is retried with a smaller size at the same cursor', async () => {
    const bad: Reply = [502, 'bad-gateway.html', { 'content-type': 'text/html' }]
    const search = ['conversations-1', 'conversations-1', bad, bad, bad, bad, 'conversations-2']
    const { pages, last } = await imported({ ...history, 'POST /conversations/search': search })
    expect(pages('/conversations/search').at(-1)).toMatchObject({
      pagination: { per_page: 75, starting_after: cursor },
    })
    expect(last).toMatchObject({ phase: 'done', eventsSent: 4 })
  })
})

const contact: RequestSpec = { method: 'GET', path: '/contacts/{key}', query: new Map() }
const get = (change = {}, clock = createInstantClock()) =>
  client(change, clock).request(contact, { bindings: { key: 'c1' }, lane: 'live', signal: never })

describe('rejections', () => {
  const rows: readonly [reply: Reply, code: string, says: RegExp, tries: number][] = [
    [[401, 'unauthorized'], 'config intercom/unauthorized', /INTERCOM_ACCESS_TOKEN and INTERCOM_REGION/, 1],
    [[401, 'token-suspended'], 'config intercom/suspended', /workspace is suspended or closed/, 1],
    [[403, 'plan-restricted'], 'config intercom/plan', /plan does not include this API/, 1],
    [[403, 'forbidden'], 'config intercom/forbidden', /lacks a permission \(`connector check` shows which\)/, 1],
    [[404, 'not-found'], 'data intercom/not-found', /: not found$/, 1],
    [[404, 'bad-gateway.html'], 'data intercom/not-found', /: not found$/, 1],
    [[410, 'contact-merged'], 'data intercom/gone', /merged into another/, 1],
    [[400, 'version-invalid'], 'config intercom/version', /does not support this Intercom-Version/, 1],
    [[400, 'parameter-invalid'], 'data intercom/invalid', /error parameter_invalid$/, 1],
    [[400, 'malformed'], 'data intercom/invalid', /it rejected the request$/, 1],
    [[400, 'bad-gateway.html'], 'transient intercom/not-json', /a proxy refused the request/, 4],
    [[418, 'nothing'], 'transient intercom/not-json', /a proxy refused the request/, 4],
    [
      [302, undefined, { location: 'https://elsewhere.example/' }],
      'config intercom/redirected',
      /it answered with a redirect/,
      1,
    ],
    [[500, 'server-error'], 'transient intercom/unavailable', /server_error$/, 4],
    [[502, 'bad-gateway.html'], 'transient intercom/unavailable', /it is unavailable/, 4],
  ]
  test.each(rows)('answered %j', async (reply, code, says, tries) => {
    const asked = replayResponses({ 'GET /contacts/c1': [reply] })
    const fault = await faultOf(get())
    expect(`${fault.kind} ${fault.code}`).toBe(code)
    expect(fault.message).toMatch(says)
    expect(fault.message).not.toMatch(/harbourlight|dG9r|nginx|elsewhere\.example/)
    expect(asked.length).toBe(tries)
  })

  const ids: readonly [id: string, request: string | undefined][] = [
    ['000acb1d4fjd2sd1jnog', '000acb1d4fjd2sd1jnog'],
    ['mara@harbourlight.example', undefined],
  ]
  test.each(ids)('with the request id %s carries %s', async (id, request) => {
    replayResponses({ 'GET /contacts/c1': [[404, 'bad-gateway.html', { 'x-request-id': id }]] })
    expect((await faultOf(get())).info().requestId).toBe(request)
  })

  const resets: readonly [reset: number, pauses: readonly number[], tries: number][] = [
    [START / 1000 + 7, [7000], 2],
    [START / 1000 + 3600, [], 1],
  ]
  test.each(resets)(
    '429 until %i: waits for a short reset, reports a long one as three windows',
    async (reset, pauses, tries) => {
      const limited: Reply = [429, 'rate-limited', { 'X-RateLimit-Limit': '83', 'X-RateLimit-Reset': String(reset) }]
      const asked = replayResponses({ 'GET /contacts/c1': [limited, 'contact'] })
      const clock = createInstantClock()
      const answer = await get({}, clock).catch((error) => error.details.retryAfter)
      expect(answer).toEqual(tries === 2 ? JSON.parse(fixture('contact')) : 30_000)
      expect([asked.length, clock.slept]).toEqual([tries, pauses])
    },
  )
})

describe('a merged contact', () => {
  test.each([
    '</contacts/c3>; rel="canonical"',
    '</contacts/c3>; rel=canonical',
    '<https://api.intercom.io/contacts/c3>; rel="canonical"',
    '<https://docs.example/410>; rel="help", </contacts/c3>; rel="canonical"',
    // A link to another host is followed at Intercom's: no one else receives the token.
    '<https://elsewhere.example/contacts/c3>; rel="canonical"',
    '<https://api.intercom.io@elsewhere.example/contacts/c3>; rel="canonical"',
  ])('is followed at Intercom: %s', async (link) => {
    const asked = replayResponses({
      'GET /contacts/c1': [[410, 'contact-merged', { link }]],
      'GET /contacts/c3': ['contact'],
    })
    expect(await get()).toMatchObject({ name: 'Cleo' })
    expect(asked.map(({ line, host }) => `${host} ${line}`)).toEqual([
      'api.intercom.io GET /contacts/c1',
      'api.intercom.io GET /contacts/c3',
    ])
  })

  test.each([
    '</contacts/c3>; rel="next"',
    '</admins>; rel="canonical"',
    '</contacts/../me>; rel="canonical"',
    '</contacts/c3/../../me>; rel="canonical"',
    '</contacts/%2e%2e/me>; rel="canonical"',
    '</contacts/c3?to=https://elsewhere.example>; rel="canonical"',
    '<//elsewhere.example/contacts/c3>; rel="canonical"',
    '<@elsewhere.example/contacts/c3>; rel="canonical"',
    '<javascript:/contacts/c3>; rel="canonical"',
    '',
  ])('is not followed for %j', async (link) => {
    const asked = replayResponses({ 'GET /contacts/c1': [[410, 'contact-merged', { link }]] })
    expect((await faultOf(get())).code).toBe('intercom/gone')
    expect(asked.length).toBe(1)
  })

  test('is followed five times at most: a circle ends', async () => {
    const to = (id: string): Reply => [410, 'contact-merged', { link: `</contacts/${id}>; rel="canonical"` }]
    const asked = replayResponses({ 'GET /contacts/c1': [to('c3')], 'GET /contacts/c3': [to('c1')] })
    expect((await faultOf(get())).code).toBe('intercom/gone')
    expect(asked.length).toBe(6)
  })
})
