/** Intercom's hosts and access token, and the results of its checks where a permission is missing. */
import nock from 'nock'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { presentMembers } from '../../../runtime/lib/present-members.ts'
import type { CheckResult } from '../../../runtime/ports/check-result.ts'
import {
  type Credentials,
  client,
  connector,
  faultOf,
  fixture,
  never,
  type Reply,
  replayResponses,
  spec,
  TOKEN,
  US,
} from '../../helpers/intercom.ts'

beforeAll(() => nock.disableNetConnect())
afterEach(() => nock.cleanAll())
afterAll(() => nock.restore())

const me = (change: Credentials = {}) =>
  client(change).request(spec.source.workspace.request, { lane: 'live', signal: never })

describe('the host', () => {
  const hosts: readonly [change: Credentials, host: string][] = [
    [{}, US],
    [{ region: '' }, US],
    [{ region: 'us' }, US],
    [{ region: 'eu' }, 'https://api.eu.intercom.io'],
    [{ region: 'EU' }, 'https://api.eu.intercom.io'],
    [{ region: 'au' }, 'https://api.au.intercom.io'],
    [{ region: 'eu', baseUrl: 'http://127.0.0.1:4010' }, 'http://127.0.0.1:4010'],
    [{ baseUrl: 'http://127.0.0.1:4010/' }, 'http://127.0.0.1:4010'],
    [{ baseUrl: 'http://127.0.0.1:4010/intercom/' }, 'http://127.0.0.1:4010/intercom'],
  ]
  test.each(hosts)('%j is %s', async (change, host) => {
    const { origin, pathname } = new URL(`${host}/me`)
    const asked = replayResponses({ [`GET ${pathname}`]: ['me'] }, origin)
    expect(await me(change)).toEqual(presentMembers(JSON.parse(fixture('me'))))
    expect(asked.map(({ line }) => line)).toEqual([`GET ${pathname}`])
  })

  test.each(['mars', 'constructor', 'us '])('%j is no region, and the message lists the regions', (region) => {
    expect(() => client({ region })).toThrow(`unknown INTERCOM_REGION "${region}": use one of us, eu, au`)
  })
})

describe('the access token', () => {
  test.each([undefined, '', '  ', 'dG9r\u2019', 'dG9r\nYWJj'])(
    'without a usable token (%j) nothing is asked',
    async (accessToken) => {
      const asked = replayResponses({ 'GET /me': ['me'] })
      const fault = await faultOf(me({ accessToken }))
      expect(`${fault.kind} ${fault.code}`).toBe('config intercom/no-credentials')
      expect(fault.message).toMatch(/INTERCOM_ACCESS_TOKEN/)
      expect(fault.message).not.toContain('dG9r')
      expect(asked).toEqual([])
    },
  )

  test('a token copied with a line break works', async () => {
    const asked = replayResponses({ 'GET /me': ['me'] })
    await me({ accessToken: `${TOKEN}\n` })
    expect(asked[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`)
  })

  test('GET /me identifies the workspace', async () => {
    const asked = replayResponses({ 'GET /me': ['me'] })
    expect(await client().workspace(never)).toBe('abc123de')
    expect(asked.map(({ line }) => line)).toEqual(['GET /me'])
  })

  const refused: readonly [reply: Reply, code: string][] = [
    [[401, 'unauthorized'], 'config intercom/unauthorized'],
    [[403, 'forbidden'], 'config intercom/forbidden'],
    ['tags', 'config source/unknown-account'],
  ]
  test.each(refused)('GET /me answers %j: a config fault, since no record can be keyed', async (reply, code) => {
    replayResponses({ 'GET /me': [reply] })
    const fault = await faultOf(client().workspace(never))
    expect(`${fault.kind} ${fault.code}`).toBe(code)
  })
})

const allowed = {
  'GET /me': ['me'],
  'GET /admins': ['admins'],
  'GET /teams': ['teams'],
  'GET /tags': ['tags'],
  'GET /contacts': ['contacts'],
  'POST /conversations/search': ['conversations-without-list'],
  'POST /tickets/search': ['tickets'],
} satisfies Record<string, readonly Reply[]>

async function checked(answers: Readonly<Record<string, readonly Reply[]>>, accessToken?: string) {
  const asked = replayResponses(answers)
  const secrets = { intercomAccessToken: accessToken, klaviyoApiKey: 'pk_test' }
  const lines: CheckResult[] = []
  for await (const line of (await connector({ secrets })).check(never)) {
    if (line.name.startsWith('Intercom')) lines.push(line)
  }
  return { asked, lines, missing: lines.filter(({ ok }) => !ok).map(({ name }) => name) }
}

describe('checks', () => {
  test('read little for each permission, and name the workspace', async () => {
    const { asked, lines } = await checked(allowed, TOKEN)
    expect(lines.map(({ name, ok }) => `${ok ? 'ok' : 'no'} ${name}`)).toEqual([
      'ok Intercom account',
      'ok Intercom: Read admins',
      'ok Intercom: Read admins (teams)',
      'ok Intercom: Read tags',
      'ok Intercom: Read conversations',
      'ok Intercom: Read tickets',
      'ok Intercom: Read and list users and companies',
    ])
    expect(lines[0]?.detail).toBe('workspace Harbour Light (abc123de), region EU')
    expect(asked.map(({ line }) => line)).toContain('GET /contacts?per_page=1')
    for (const { body } of asked.filter(({ line }) => line.startsWith('POST')))
      expect(body).toMatchObject({ pagination: { per_page: 1 } })
  })

  const lacking: readonly [line: keyof typeof allowed, name: string][] = [
    ['GET /me', 'Intercom account'],
    ['GET /admins', 'Intercom: Read admins'],
    ['GET /teams', 'Intercom: Read admins (teams)'],
    ['GET /tags', 'Intercom: Read tags'],
    ['GET /contacts', 'Intercom: Read and list users and companies'],
    ['POST /conversations/search', 'Intercom: Read conversations'],
    ['POST /tickets/search', 'Intercom: Read tickets'],
  ]
  test.each(lacking)('%s rejected: that check fails, the others still run', async (line, name) => {
    const { lines, missing } = await checked({ ...allowed, [line]: [[403, 'forbidden']] }, TOKEN)
    expect([lines.length, missing]).toEqual([7, [name]])
    expect(lines.find(({ ok }) => !ok)?.detail).toMatch(/^Intercom answered 403: the access token lacks a permission/)
  })

  test('an unreachable Intercom fails the first check and runs no other', async () => {
    const { lines } = await checked({ ...allowed, 'GET /me': [[500, 'server-error']] }, TOKEN)
    expect(lines).toMatchObject([{ name: 'Intercom account', ok: false }])
  })

  test('without a token every check says where to get one, without a request', async () => {
    const { asked, lines } = await checked(allowed)
    expect(new Set(lines.map(({ ok, detail }) => `${ok} ${detail}`))).toEqual(
      new Set([
        'false no Intercom access token: set INTERCOM_ACCESS_TOKEN (Developer Hub → your app → Configure → Authentication)',
      ]),
    )
    expect(asked).toEqual([])
  })
})
