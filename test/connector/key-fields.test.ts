/** What people paste into the wrong field, recognised by its shape before anything is sent. */
import { describe, expect, test } from 'vitest'
import * as intercom from '../../connector/intercom/key-fields.ts'
import * as klaviyo from '../../connector/klaviyo/key-fields.ts'
import { checkClient, checkPasted } from '../../runtime/auth/setup/check-fields.ts'

const TOKEN = `dG9rOj${'YjFhM2M0ZDUtZTZmNw'.repeat(3)}=`
const UUID = '3f1c2a90-1111-4222-8333-9a0b1c2d3e4f'
const PRIVATE = 'pk_0123456789abcdef0123456789abcdef01'

describe('an access token of Intercom', () => {
  const check = (key: string, signing = UUID) =>
    checkPasted({ pasteFields: [intercom.TOKEN_FIELD, intercom.SIGNING_FIELD] }, { key, signing })

  test('is accepted, with spaces around it', () => {
    expect(check(` ${TOKEN}\n`)).toEqual({})
    expect(check('a-token-of-another-kind')).toEqual({})
    expect(check(TOKEN, `${UUID}, another-secret-0123`)).toEqual({})
  })

  test.each([
    ['', 'Access token is missing'],
    ['   ', 'Access token is missing'],
    ['abc', 'too short'],
    [`Bearer ${TOKEN}`, 'contains spaces'],
    [UUID, 'looks like the client ID or the client secret'],
    ['lk2m4n6p', 'looks like the ID of a workspace'],
    [PRIVATE, 'private API key of Klaviyo'],
  ])('is not %j', (key, problem) => {
    expect(check(key, 'secret-0123456789').key).toContain(problem)
  })

  test.each([
    [TOKEN, 'This is an access token'],
    ['lk2m4n6p', 'looks like the ID of a workspace'],
    [`${UUID}, ${TOKEN}`, 'This is an access token'],
    ['', 'Client secret is missing'],
  ])('has the client secret %j refused', (signing, problem) => {
    expect(check('a-token-of-another-kind', signing)).toEqual({ signing: expect.stringContaining(problem) })
  })

  test('is not the client secret as well', () => {
    expect(check('one-value-twice', 'one-value-twice').signing).toContain('same value as under Access token')
  })
})

describe('a private API key of Klaviyo', () => {
  const check = (key: string) => checkPasted({ pasteFields: [klaviyo.KEY_FIELD] }, { key }).key

  test('is accepted', () => {
    expect(check(PRIVATE)).toBeUndefined()
  })

  test.each([
    ['XyZ12a', 'Klaviyo’s public API key'],
    [TOKEN, 'access token of Intercom'],
    [UUID, 'client ID of an OAuth app'],
    ['', 'Private API key is missing'],
  ])('is not %j', (key, problem) => {
    expect(check(key)).toContain(problem)
  })

  test('is created by a link that chooses its scopes', () => {
    expect(klaviyo.KEY_FIELD.instructions).toContain('If you want other optional scopes listed here, choose them')
    const [create] = klaviyo.KEY_FIELD.links?.(['events:write', 'flows:read']) ?? []
    expect(create?.href).toBe('https://www.klaviyo.com/create-private-api-key?scopes=events:write,flows:read')
  })
})

test.each([
  ['Intercom', intercom.CLIENT_FIELDS, UUID, TOKEN],
  ['Klaviyo', klaviyo.CLIENT_FIELDS, UUID, PRIVATE],
] as const)('the OAuth client of %s', (_, fields, id, wrong) => {
  const secret = 'a-client-secret-0123456789'
  expect(checkClient(fields, { clientId: id, clientSecret: secret })).toEqual({})
  expect(Object.keys(checkClient(fields, { clientId: wrong, clientSecret: '' }))).toEqual(['clientId', 'clientSecret'])
  expect(checkClient(fields, { clientId: secret, clientSecret: secret }).clientSecret).toContain('same value')
})
