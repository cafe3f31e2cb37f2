/** Checks of a Klaviyo key: they name missing scopes and write nothing. */
import nock from 'nock'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { checkKlaviyo } from '../../../connector/klaviyo/checks.ts'
import type { CheckResult } from '../../../runtime/ports/check-result.ts'
import { systemClock } from '../../../runtime/system.ts'
import { fixture, never, options, spec, textOf } from '../../helpers/klaviyo.ts'

beforeAll(() => nock.disableNetConnect())
afterEach(() => nock.cleanAll())
afterAll(() => nock.restore())

type Status = Readonly<Record<'accounts' | 'metrics' | 'events' | 'profile-import', number>>

const ANSWERS: Readonly<Record<number, string>> = { 400: 'empty-data', 401: 'unauthorized', 403: 'forbidden' }

/** The system's clock, set to another day. */
const clockFrom = (day: string) => {
  const offset = Date.parse(day) - systemClock.now()
  return { ...systemClock, now: () => systemClock.now() + offset }
}
/** The revision of the shared spec is current then. */
const clock = clockFrom('2026-11-20')

async function check(status: Status, change: Parameters<typeof options>[0] = {}) {
  const bodies: string[] = []
  for (const [name, code] of Object.entries(status)) {
    const file = code === 200 ? name : ANSWERS[code]
    const reply = (_: string, body: unknown): [number, nock.Body] => {
      if (body) bodies.push(textOf(body))
      return [code, file === undefined ? '' : (fixture(file) as nock.Body)]
    }
    const scope = nock('https://a.klaviyo.com')
    if (code === 200 || name === 'accounts' || name === 'metrics') scope.get(`/api/${name}`).reply(reply).persist()
    else scope.post(`/api/${name}`).reply(reply).persist()
  }
  const results: CheckResult[] = []
  for await (const result of checkKlaviyo(options({ clock, ...change }), never)) results.push(result)
  return { bodies, results, lines: results.map(({ name, ok }) => `${ok ? 'ok' : 'no'} ${name}`) }
}

const all: Status = { accounts: 200, metrics: 200, events: 400, 'profile-import': 400 }

test('a key with all scopes: names the account, and posts only empty requests', async () => {
  const { bodies, results, lines } = await check(all)
  expect(lines).toEqual([
    'ok Klaviyo accounts:read',
    'ok Klaviyo metrics:read',
    'ok Klaviyo events:write',
    'ok Klaviyo profiles:write',
  ])
  expect(results[0]?.detail).toBe('account of Harbour Books')
  expect(bodies).toEqual(['{"data":{}}', '{"data":{}}'])
})

const lacking: readonly [status: Partial<Status>, scope: string][] = [
  [{ accounts: 403 }, 'accounts:read'],
  [{ metrics: 403 }, 'metrics:read'],
  [{ events: 403 }, 'events:write'],
  [{ 'profile-import': 403 }, 'profiles:write'],
]
test.each(lacking)('a missing scope (%j) is named, and the other checks still run', async (status, scope) => {
  const { results } = await check({ ...all, ...status })
  const missing = results.filter(({ ok }) => !ok)
  expect([results.length, missing.length]).toEqual([4, 1])
  expect(missing[0]?.name).toBe(`Klaviyo ${scope}`)
  expect(missing[0]?.detail).toContain(`KLAVIYO_API_KEY lacks the scope ${scope}`)
})

test('a rejected key fails the first check and runs no other', async () => {
  const { results, lines } = await check({ ...all, accounts: 401 })
  expect(lines).toEqual(['no Klaviyo account'])
  expect(results[0]?.detail).toMatch(/rejected the key in KLAVIYO_API_KEY/)
})

test('a retired revision fails the first check and runs no other', async () => {
  const { results, lines } = await check({ ...all, accounts: 410 })
  expect(lines).toEqual(['no Klaviyo account'])
  expect(results[0]?.detail).toMatch(/retired the revision/)
})

const warnings: readonly [revision: string, today: string, warning: RegExp | undefined][] = [
  ['2026-07-15', '2027-07-14T23:59:00Z', undefined],
  ['2026-07-15', '2027-07-15T00:00:00Z', /^2026-07-15; Klaviyo retires it on 2028-07-15, .+update the connector$/],
  ['2026-07-15', '2028-07-14T23:59:00Z', /Klaviyo retires it on 2028-07-15/],
  ['2026-07-15', '2028-07-15T00:00:00Z', /retired it on 2028-07-15/],
  ['2026-10-15.pre', '2027-10-15T00:00:00Z', /on 2028-10-15/],
  ['2026-10-15', '2027-10-14T00:00:00Z', undefined],
  ['latest', '2040-01-01T00:00:00Z', undefined],
]
test.each(warnings)('revision %s on %s warns: %s', async (revision, today, warning) => {
  const { results } = await check(all, {
    spec: { ...spec, headers: { Accept: 'application/json', Revision: revision } },
    clock: clockFrom(today),
  })
  const found = results.filter(({ name }) => name === 'Klaviyo revision')
  expect(found.map(({ ok, warning }) => [ok, warning])).toEqual(warning ? [[true, true]] : [])
  expect(found[0]?.detail ?? '').toMatch(warning ?? /^$/)
  expect(results.filter(({ name }) => name !== 'Klaviyo revision')).toHaveLength(4)
})

test('a missing key fails the first check without a request', async () => {
  const { results, lines, bodies } = await check(all, { apiKey: undefined })
  expect(lines).toEqual(['no Klaviyo account'])
  expect(results[0]?.detail).toMatch(/KLAVIYO_API_KEY is not set/)
  expect(bodies).toEqual([])
})

test('an unreachable Klaviyo fails the first check and runs no other', async () => {
  const { lines } = await check({ ...all, accounts: 503 })
  expect(lines).toEqual(['no Klaviyo account'])
})

test('a server error is not reported as a missing scope', async () => {
  const { lines } = await check({ ...all, events: 500 })
  expect(lines).toContain('no Klaviyo events:write')
})
