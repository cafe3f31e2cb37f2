/** Errors and rate limits of the local Intercom, as documented for the real one. */
import { describe, expect, test } from 'vitest'
import { openIntercom, serveOnSocket, TOKEN, valueAt } from '../helpers/open-intercom.ts'

const ANY = { field: 'id', operator: '!=', value: 'none' }
const CONVERSATIONS = '/conversations/search'

describe('rejects', () => {
  const { call } = openIntercom()
  const search = (body: object, path = CONVERSATIONS) => ['POST', path, body] as const
  const filter = (field: string, operator: string, value: unknown, path = CONVERSATIONS) =>
    search({ query: { field, operator, value } }, path)
  const nested = (depth: number): object => (depth === 0 ? ANY : { operator: 'AND', value: [nested(depth - 1)] })
  const contacts = '/contacts/search'

  test.each([
    ['a wrong token', ['GET', '/me', undefined, { authorization: 'Bearer wrong' }], 401, 'unauthorized'],
    ['no token', ['GET', '/me', undefined, { authorization: '' }], 401, 'unauthorized'],
    ['an unknown version', ['GET', '/me', undefined, { 'intercom-version': '9.9' }], 406, 'media_type_not_acceptable'],
    ['an unknown path', ['GET', '/nowhere'], 404, 'not_found'],
    ['an unknown conversation', ['GET', '/conversations/1'], 404, 'not_found'],
    ['a conversation beyond the last', ['GET', '/conversations/215400000000400'], 404, 'not_found'],
    ['an unknown ticket', ['GET', '/tickets/1'], 404, 'ticket_not_found'],
    ['an unknown contact', ['GET', '/contacts/1'], 404, 'not_found'],
    ['no query', search({}), 400, 'parameter_invalid'],
    ['an unknown field', filter('nope', '=', 1), 400, 'parameter_invalid'],
    ['an unknown operator', filter('state', 'LIKE', 'open'), 400, 'parameter_invalid'],
    ['an operator of another type', filter('state', '>', 'open'), 400, 'parameter_invalid'],
    ['a value of another type', filter('created_at', '>', 'foobar'), 400, 'parameter_invalid'],
    ['IN without a list', filter('id', 'IN', '1'), 400, 'parameter_invalid'],
    [
      '16 filters in a group',
      search({ query: { operator: 'OR', value: Array(16).fill(ANY) } }),
      400,
      'parameter_invalid',
    ],
    ['groups three deep', search({ query: nested(3) }), 400, 'parameter_invalid'],
    ['a page too big', search({ query: ANY, pagination: { per_page: 151 } }), 400, 'parameter_invalid'],
    ['a page of nothing', search({ query: ANY, pagination: { per_page: 0 } }), 400, 'parameter_invalid'],
    [
      'a sort order of another word',
      search({ query: ANY, sort: { field: 'id', order: 'desc' } }),
      400,
      'invalid_sort_order',
    ],
    ['a garbage cursor', search({ query: ANY, pagination: { starting_after: 'x' } }), 400, 'parameter_invalid'],
    ['a time of a contact by >=', filter('created_at', '>=', 1, contacts), 400, 'parameter_invalid'],
    ['tag_id by IN', filter('tag_id', 'IN', ['1'], contacts), 400, 'parameter_invalid'],
    ['an empty cursor in a list', ['GET', '/contacts?starting_after='], 500, 'server_error'],
  ] as const)('%s', async (_, [method, path, body, headers], status, code) => {
    const answer = await call(method, path, body, headers)
    expect([answer.status, valueAt(answer.body, 'errors.0.code')]).toEqual([status, code])
    expect(answer.body).toMatchObject({ type: 'error.list', request_id: answer.headers.get('x-request-id') })
  })

  test('malformed JSON, with an error shape of its own', async () => {
    expect(await call('POST', CONVERSATIONS, '{"query"')).toMatchObject({ status: 400, body: { status: 400 } })
  })

  test('a cursor of another query', async () => {
    const first = await call('POST', CONVERSATIONS, { query: ANY, pagination: { per_page: 5 } })
    const starting_after = valueAt(first.body, 'pages.next.starting_after')
    const other = { query: { ...ANY, value: 'other' }, pagination: { per_page: 5, starting_after } }
    expect((await call('POST', CONVERSATIONS, other)).status).toBe(400)
  })
})

test('counts and limits calls, with headers on every response', async () => {
  const { box, call, clock } = openIntercom({ limit: { limit: 2, per: 10_000 } })
  const left = async () => {
    const { status, headers } = await call('GET', '/contacts/123')
    return [
      status,
      headers.get('x-ratelimit-limit'),
      headers.get('x-ratelimit-remaining'),
      headers.get('intercom-version'),
    ]
  }
  expect(await left()).toEqual([404, '2', '1', '2.16'])
  expect(await left()).toEqual([404, '2', '0', '2.16'])
  expect(await left()).toEqual([429, '2', '0', '2.16'])
  const { headers } = await call('GET', '/me')
  await clock.advance(Number(headers.get('x-ratelimit-reset')) * 1000 - clock.now())
  expect(await left()).toEqual([404, '2', '1', '2.16'])
  expect(box.calls()).toEqual({ 'GET /contacts/{id}': 4, 'GET /me': 1 })
})

test('the same over a real socket', async () => {
  const { box } = openIntercom()
  const server = await serveOnSocket(box.fetch)
  const response = await fetch(`${server.url}/me`, { headers: { authorization: `Bearer ${TOKEN}` } })
  expect(await response.json()).toMatchObject({ app: { id_code: 'sandbox1' } })
  expect(await (await fetch(`${server.url}/sandbox/calls`)).json()).toEqual({ 'GET /me': 1 })
  await server.close()
})
