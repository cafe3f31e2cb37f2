/** What setup stores in place of the environment: the region found by trying, OAuth clients, webhook secrets, the address. */
import { expect, test } from 'vitest'
import { createConnectorConnections } from '../../../connector/auth.ts'
import { parsePublicUrl } from '../../../runtime/auth/setup/public-url.ts'
import type { Fetch } from '../../../runtime/ports/effects.ts'
import { answerConsent, createAuthHarness, KEY, never, redirectOf, SIGNING, spec, TOKEN } from '../../helpers/auth.ts'

const HOSTS = Object.values(spec.source.hosts)

/** The three hosts of Intercom, of which `right` knows the token and `down` does not answer. */
async function regions(right: string | undefined, { down = '', permitted = true } = {}) {
  const it = createAuthHarness()
  const asked: string[] = []
  const fetch: Fetch = async (request) => {
    const { origin } = new URL(request.url)
    asked.push(origin)
    if (origin === down) throw new TypeError('fetch failed')
    if (origin !== right)
      return Response.json({ type: 'error.list', errors: [{ code: 'unauthorized' }] }, { status: 401 })
    if (!permitted) return Response.json({ type: 'error.list', errors: [{ code: 'forbidden' }] }, { status: 403 })
    return it.intercom.fetch(request)
  }
  const { store, clock, logger, key: encryptionKey } = it
  const parts = { store, clock, logger, encryptionKey, random: () => 0.5, fetch }
  const connections = await createConnectorConnections({ spec, env: {}, ...parts })
  await connections.setup.consent([])
  const connect = () => clock.until(connections.setup.connectWithKey('source', { key: TOKEN, signing: SIGNING }, never))
  return { ...it, connections, asked, connect }
}

const baseUrlOf = async ({ connections }: Awaited<ReturnType<typeof regions>>) =>
  (await connections.source.current(never)).baseUrl

test.each(HOSTS)('the region of a key is found at %s', async (host) => {
  const it = await regions(host)
  await it.connect()
  expect(new Set(it.asked)).toEqual(new Set(HOSTS.slice(0, HOSTS.indexOf(host) + 1)))
  expect(HOSTS).toContain(await baseUrlOf(it))
})

test('a key that no region knows is refused, and was sent to no other host', async () => {
  const it = await regions(undefined)
  await expect(it.connect()).rejects.toMatchObject({
    details: { status: 401 },
    message: expect.stringContaining('(tried: US, EU, AU)'),
  })
  expect(new Set(it.asked)).toEqual(new Set(HOSTS))
  expect((await it.connections.setup.view()).source.method).toBeUndefined()
})

test('a region that does not answer is not skipped in silence', async () => {
  const it = await regions(undefined, { down: HOSTS[1] ?? '' })
  await expect(it.connect()).rejects.toMatchObject({ kind: 'transient' })
  const other = await regions(HOSTS[2], { down: HOSTS[1] ?? '' })
  await other.connect()
  expect((await other.connections.setup.view()).source.method).toBe('key')
})

test('a key without the permission belongs to the region that says so', async () => {
  const it = await regions(HOSTS[0], { permitted: false })
  await expect(it.connect()).rejects.toMatchObject({ details: { status: 403 } })
  expect(new Set(it.asked)).toEqual(new Set([HOSTS[0]]))
})

test('an OAuth client entered in the console connects, is sealed, and verifies webhooks', async () => {
  const it = createAuthHarness()
  const connections = await it.open({})
  const { setup } = connections
  await setup.consent([])
  expect((await setup.view()).source.hasOauthClient).toBe(false)
  await setup.saveClient('source', { clientId: ' sandbox-app ', clientSecret: `${SIGNING}\n` })
  expect((await setup.view()).source).toMatchObject({ hasOauthClient: true, clientId: 'sandbox-app' })
  expect(await connections.signingSecrets()).toEqual([SIGNING])
  expect(String(await it.store.readCheckpoint('oauth-client:source'))).toMatch(/^a1\./)

  // The next process reads it from the store.
  const next = await it.open({})
  const attempt = { side: 'source', session: 's1', redirectUri: redirectOf('source') } as const
  const query = await answerConsent(it, await next.setup.authorizationUrl(attempt))
  await next.setup.handleCallback({ ...attempt, query }, never)
  expect((await next.setup.view()).source.method).toBe('oauth')
  expect(it.logger.lines.join()).not.toContain(SIGNING)

  await next.setup.disconnect(never)
  expect(await it.store.readCheckpoint('oauth-client:source')).toBeUndefined()
  expect((await next.setup.view()).source.hasOauthClient).toBe(false)
})

test('a webhook secret is added to credentials of the environment, and replaced', async () => {
  const it = createAuthHarness()
  const connections = await it.open({ INTERCOM_ACCESS_TOKEN: TOKEN, KLAVIYO_API_KEY: KEY })
  expect(await connections.signingSecrets()).toEqual([])
  await connections.setup.saveSigningSecrets('source', 'old-secret-0123, new-secret-0123')
  expect(await connections.signingSecrets()).toEqual(['old-secret-0123', 'new-secret-0123'])
  await connections.setup.saveSigningSecrets('source', 'new-secret-0123')
  expect(await (await it.open({ INTERCOM_ACCESS_TOKEN: TOKEN, KLAVIYO_API_KEY: KEY })).signingSecrets()).toEqual([
    'new-secret-0123',
  ])
})

test('the public address is kept over restarts and disconnecting', async () => {
  const it = createAuthHarness()
  const { setup } = await it.open()
  await setup.savePublicUrl('https://connector.example.com')
  await setup.disconnect(never)
  expect((await (await it.open()).setup.view()).state.publicUrl).toBe('https://connector.example.com')
})

const addresses: readonly (readonly [entered: string, expected: unknown])[] = [
  ['https://connector.example.com/set-up?x=1', 'https://connector.example.com'],
  [' connector.example.com ', 'https://connector.example.com'],
  ['https://a.example:8443', 'https://a.example:8443'],
  ['', { problem: 'The address is missing' }],
  ['not an address', { problem: expect.stringContaining('not an address') }],
  ['http://connector.example.com', { problem: expect.stringContaining('https://') }],
  ['ftp://connector.example.com', { problem: expect.stringContaining('https://') }],
  ...[
    'localhost:3000',
    'https://127.0.0.1',
    '192.168.1.4',
    '10.1.2.3',
    '172.20.0.1',
    'https://[::1]',
    'box.local',
    'box',
  ].map((address) => [address, { problem: expect.stringContaining('from this machine or its network only') }] as const),
]

test.each(addresses)('the public address %j', (entered, expected) => {
  expect(parsePublicUrl(entered)).toEqual(expected)
})
