/** People whom a reverse proxy has signed in: only with the shared secret, and by the table of roles. */
import { describe, expect, test } from 'vitest'
import { createTrustedVisitor } from '../../../runtime/cli/server/trusted-header.ts'

const SECRET = 'a-shared-secret-0123456789'
const ROLES = 'owner: ann@shop.example; operator: ben@shop.example, *+ops@shop.example; viewer: *@shop.example'
const ENV = {
  CONNECTOR_TRUSTED_HEADER: 'X-Forwarded-Email',
  CONNECTOR_TRUSTED_HEADER_SECRET: SECRET,
  CONNECTOR_TRUSTED_ROLES: ROLES,
}

const ask = (headers: Record<string, string>, env: Record<string, string> = ENV) =>
  createTrustedVisitor(env)?.(new Request('http://localhost:3000/', { headers }))

test('without the settings there is none', () => {
  expect(createTrustedVisitor({})).toBeUndefined()
})

test.each([
  ['ann@shop.example', 'set-up'],
  ['ANN@shop.example', 'set-up'],
  ['ben@shop.example', 'operate'],
  ['eve+ops@shop.example', 'operate'],
  ['eve@shop.example', 'view'],
])('%s may %s', (identity, may) => {
  const visitor = ask({ 'x-forwarded-email': identity, 'x-connector-secret': SECRET })
  expect(visitor).toEqual({ id: 'proxy', name: identity, may })
})

test.each<Record<string, string>>([
  { 'x-forwarded-email': 'ann@shop.example' },
  { 'x-forwarded-email': 'ann@shop.example', 'x-connector-secret': 'wrong' },
  { 'x-forwarded-email': 'ann@shop.example', 'x-connector-secret': `${SECRET}x` },
  { 'x-connector-secret': SECRET },
  { 'x-connector-secret': SECRET, 'x-forwarded-email': ' ' },
  { 'x-connector-secret': SECRET, 'x-forwarded-email': 'ann@shop.example.evil.example' },
  { 'x-connector-secret': SECRET, 'x-forwarded-email': 'ann@shopXexample' },
  { 'x-connector-secret': SECRET, 'x-forwarded-email': 'x'.repeat(201) },
])('%j is refused', (headers) => {
  expect(ask(headers)).toBeUndefined()
})

describe('a start is refused', () => {
  test.each(Object.keys(ENV))('without %s', (name) => {
    expect(() => createTrustedVisitor({ ...ENV, [name]: undefined })).toThrow(`not set: ${name}`)
  })

  test.each([
    [{ CONNECTOR_TRUSTED_HEADER: 'X Forwarded' }, 'name of a header'],
    [{ CONNECTOR_TRUSTED_HEADER: 'X-Connector-Secret' }, 'name of a header'],
    [{ CONNECTOR_TRUSTED_HEADER_SECRET: 'short' }, 'at least 16 characters'],
    [{ CONNECTOR_TRUSTED_ROLES: 'admin: *' }, 'must be like'],
    [{ CONNECTOR_TRUSTED_ROLES: 'owner:' }, 'must be like'],
    [{ CONNECTOR_TRUSTED_ROLES: 'ann@shop.example' }, 'must be like'],
  ])('with %j', (changed, message) => {
    expect(() => createTrustedVisitor({ ...ENV, ...changed })).toThrow(message)
  })
})
