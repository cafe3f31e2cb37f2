/** A connection by OAuth that ends unless it is used: a problem in the status and the timeline until a request renews it. */
import { expect, test } from 'vitest'
import { connectorFromSpec } from '../../../connector/index.ts'
import { findCredentialEnd } from '../../../runtime/auth/credential-end.ts'
import type { OauthCredentials } from '../../../runtime/auth/side.ts'
import { HealthMonitor } from '../../../runtime/health/health-monitor.ts'
import { readTimeline } from '../../../runtime/timeline.ts'
import { completeSetup, createAuthHarness, KEY, never, SIGNING, spec, TOKEN } from '../../helpers/auth.ts'

const DAY = 86_400_000

async function openConnector(connect: 'oauth' | 'key') {
  const it = createAuthHarness()
  const connections = connect === 'oauth' ? await completeSetup(it) : await it.open({})
  if (connect === 'key') {
    await connections.setup.consent([])
    await connections.setup.connectWithKey('source', { key: TOKEN, signing: SIGNING }, never)
    await connections.setup.connectWithKey('destination', { key: KEY }, never)
    await connections.setup.finish()
  }
  const { clock, fetch, logger, store } = it
  const connector = connectorFromSpec(spec, store, { clock, fetch, logger, random: () => 0.5, connections })
  const monitor = new HealthMonitor({ connector, clock, setup: () => connections.setup.view() })
  const codes = async () => (await monitor.assess()).problems.map(({ code, side }) => `${code} ${side ?? ''}`.trim())
  return { ...it, connector, monitor, codes }
}

test('is a problem a week before, until a request renews the connection', async () => {
  const { clock, codes, connector, monitor, store } = await openConnector('oauth')
  await clock.advance(82 * DAY)
  expect(await codes()).not.toContain('credential-ending destination')
  await clock.advance(1.5 * DAY)
  expect(await codes()).toContain('credential-ending destination')
  const { problems } = await monitor.assess()
  expect(problems.find(({ code }) => code === 'credential-ending')?.action?.path).toBe('/set-up/check')
  const checks = []
  for await (const check of connector.check(never)) checks.push(check)
  expect(checks.filter(({ ok }) => !ok)).toEqual([])
  expect(await codes()).not.toContain('credential-ending destination')
  const { entries } = await readTimeline(store)
  expect(entries.map(({ text }) => text).join('\n')).toContain('Degraded')
})

test('keys have no end that is known', async () => {
  const { clock, codes } = await openConnector('key')
  await clock.advance(83.5 * DAY)
  expect((await codes()).filter((code) => code.startsWith('credential'))).toEqual([])
})

type Change = { readonly [name in keyof OauthCredentials]?: OauthCredentials[name] | undefined }

test.each<[string, Change, ReturnType<typeof findCredentialEnd>]>([
  ['not used', {}, { at: 90 * DAY, renewedAt: 0, cause: 'disuse' }],
  ['renewed', { issuedAt: 60 * DAY }, { at: 150 * DAY, renewedAt: 60 * DAY, cause: 'disuse' }],
  ['without a refresh token', { refreshToken: undefined }, { at: DAY, renewedAt: 0, cause: 'expiry' }],
  ['whose use renews nothing', { expiresAt: undefined }, undefined],
  ['rejected', { rejectedAt: 1 }, undefined],
])('the end of a token: %s', (_, change, end) => {
  const usual = { kind: 'oauth', accessToken: 'a', refreshToken: 'r', issuedAt: 0, expiresAt: DAY } as const
  const set = Object.entries({ ...usual, ...change }).filter(([, value]) => value !== undefined)
  const credentials = Object.fromEntries(set) as unknown as OauthCredentials
  expect(findCredentialEnd(credentials, spec.destination)).toEqual(end)
})

test('a side that tells no lifetime gives no warning', () => {
  const token: OauthCredentials = { kind: 'oauth', accessToken: 'a', refreshToken: 'r', issuedAt: 0, expiresAt: DAY }
  expect(findCredentialEnd(token, spec.source)).toBeUndefined()
})
