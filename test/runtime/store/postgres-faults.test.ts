/** Errors of the driver and the server as faults: who has to act, and no secret in the text. Needs no server. */
import { expect, test } from 'vitest'
import { postgresFault } from '../../../runtime/store/postgres/faults.ts'
import { parsePostgresUrl } from '../../../runtime/store/postgres/settings.ts'
import { postgresStores } from '../../../runtime/store/postgres/store.ts'

const error = (code: string, message = 'secret text') => Object.assign(new Error(message), { code })

test.each([
  { given: error('ECONNREFUSED'), kind: 'transient', code: 'store/unreachable' },
  {
    given: new AggregateError([error('ECONNREFUSED'), error('ENETUNREACH')]),
    kind: 'transient',
    code: 'store/unreachable',
  },
  { given: error('ENOENT'), kind: 'transient', code: 'store/unreachable' },
  { given: error('57P01'), kind: 'transient', code: 'store/unreachable' },
  { given: error('57P03'), kind: 'transient', code: 'store/unreachable' },
  { given: new Error('Connection terminated unexpectedly'), kind: 'transient', code: 'store/unreachable' },
  { given: error('28P01'), kind: 'config', code: 'store/login-refused' },
  { given: error('3D000'), kind: 'config', code: 'store/no-database' },
  { given: error('42501'), kind: 'config', code: 'store/forbidden' },
  { given: error('53100'), kind: 'config', code: 'store/full' },
  { given: error('53300'), kind: 'transient', code: 'store/too-many-connections' },
  { given: error('53200'), kind: 'transient', code: 'store/overloaded' },
  { given: error('25006'), kind: 'config', code: 'store/read-only' },
  { given: error('40001'), kind: 'transient', code: 'store/busy' },
  { given: error('40P01'), kind: 'transient', code: 'store/busy' },
  { given: error('57014'), kind: 'transient', code: 'store/timeout' },
  { given: new Error('Query read timeout'), kind: 'transient', code: 'store/timeout' },
  { given: error('SELF_SIGNED_CERT_IN_CHAIN'), kind: 'config', code: 'store/tls' },
  { given: error('XX001'), kind: 'config', code: 'store/corrupt' },
  { given: error('42P01'), kind: 'bug', code: 'store/unexpected' },
])('$given.code $given.message is $kind: $code', ({ given, kind, code }) => {
  const fault = postgresFault(given)
  expect(fault).toMatchObject({ kind, code, cause: given })
  expect(fault.message).not.toContain('secret')
})

test('a URL is split into what is ours and what is the driver’s', () => {
  const url =
    'postgres://ada:pa%3Fss@db.example:5433/shop?sslmode=verify-full&schema=shop_1&pool=3&statement_timeout=5000'
  expect(parsePostgresUrl(url)).toEqual({
    connectionString: 'postgres://ada:pa%3Fss@db.example:5433/shop?sslmode=verify-full',
    schema: 'shop_1',
    poolSize: 3,
    statementTimeout: 5000,
  })
  expect(parsePostgresUrl('postgres://u@/d?host=/run/postgresql')).toMatchObject({
    connectionString: 'postgres://u@/d?host=%2Frun%2Fpostgresql',
    schema: 'connector',
  })
})

test('a server that does not run is named by its code, without the URL', async () => {
  const opening = postgresStores('postgres://ada:secret-word@127.0.0.1:1/shop')
  await expect(opening).rejects.toMatchObject({ kind: 'transient', code: 'store/unreachable' })
  await expect(opening).rejects.not.toThrow(/secret-word|ada|shop/)
  await expect(opening).rejects.toThrow(/ECONNREFUSED/)
})
