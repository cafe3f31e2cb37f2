/** Credentials in the store: start needs none, other commands require those missing from both store and settings. */
import { createHmac } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { cliApp } from '../../../connector/cli-app.ts'
import type { Connections } from '../../../runtime/auth/connections.ts'
import { loaders } from '../../../runtime/cli/loaders.ts'
import { type FakeSetup, runCommand } from '../../helpers/cli-fake.ts'
import { startCommand } from '../../helpers/start-command.ts'

const SECRET = 'a-client-secret-0123456789'
const NOTIFICATION = JSON.stringify({ type: 'notification_event', id: 'n1', topic: 'ping', app_id: 'abc123', data: {} })
const sign = (body: string) => ({
  'x-hub-signature': `sha1=${createHmac('sha1', SECRET).update(body).digest('hex')}`,
})

/** The real connector on a memory store. */
const realApp = (setup: FakeSetup = {}): FakeSetup => ({ app: cliApp, load: { spec: loaders.spec }, env: {}, ...setup })

test('start without credentials serves set-up, prints its URL and refuses webhooks', async () => {
  const { url, webhook, visit, stop, ended } = await startCommand(realApp())
  const page = await visit('/')
  expect([new URL(page.url).pathname, await page.text()]).toEqual([
    '/set-up',
    expect.stringContaining('Resolved Ticket'),
  ])
  const answer = await fetch(webhook, { method: 'POST', body: '{}' })
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('not set up yet')])
  expect((await fetch(webhook, { method: 'HEAD' })).status).toBe(200)
  stop()
  const { exit, err } = await ended
  expect(exit).toBe(0)
  expect(err).toContain('delivery paused: setup is not finished')
  expect(err).toContain(`${url}set-up`)
})

test('a webhook at a neighbouring path is taken after a slash, otherwise rejected and reported', async () => {
  const { url, webhook, visit, stop, ended } = await startCommand(realApp({ env: { INTERCOM_CLIENT_SECRET: SECRET } }))
  const send = async (path: string, body = NOTIFICATION, headers: Record<string, string> = sign(body)) => {
    const answer = await fetch(new URL(path, url), { method: 'POST', headers, body, redirect: 'manual' })
    return [answer.status, await answer.text()]
  }
  const taken = await send(new URL(webhook).pathname)
  expect(taken[0]).not.toBe(404)
  expect(await send(`${new URL(webhook).pathname}/`)).toEqual(taken)
  const rejected = [404, 'webhooks go to /webhooks/intercom\n']
  const wrong = [
    '/webhook/intercom',
    '/',
    '/webhooks',
    '/healthz',
    '/webhooks/intercom/uninstall',
    '/webhooks/intercoms',
  ]
  for (const path of [...wrong, ...wrong]) expect([path, ...(await send(path))]).toEqual([path, ...rejected])
  for (const path of ['/webhooks/intercom/uninstall', '/webhooks/intercom/uninstall/'])
    expect(await send(path, '{"app_id":"abc123"}')).toEqual([200, 'ok\n'])
  expect((await send('/webhook/intercom', NOTIFICATION, {}))[1]).not.toContain('webhooks go to')

  const head = async (path: string) => (await fetch(new URL(path, url), { method: 'HEAD', redirect: 'manual' })).status
  for (const path of ['/webhooks/intercom', '/webhooks/intercom/', '/healthz']) expect(await head(path)).toBe(200)
  for (const path of ['/', '/webhook/intercom', '/webhooks', '/set-up/webhooks', '/nothing'])
    expect([path, await head(path)]).toEqual([path, 404])

  const page = await visit('/set-up/webhooks')
  expect(await page.text()).toMatch(/12 webhooks arrived at a wrong path, the last one at <code>\/webhooks\/intercoms</)
  stop()
  const lines = (await ended).err.split('\n').filter((line) => line.includes('webhook rejected: wrong path'))
  expect(lines.length).toBe(wrong.length)
})

test('start --sandbox --set-up uses no credentials, not even those of the environment', async () => {
  const seen: unknown[] = []
  const given = realApp({
    env: { INTERCOM_ACCESS_TOKEN: 'real', KLAVIYO_API_KEY: 'real', LOG_LEVEL: 'warn' },
    app: {
      ...cliApp,
      startSandbox: async () => ({
        env: { INTERCOM_ACCESS_TOKEN: 'toy', KLAVIYO_API_KEY: 'toy' },
        oauthEnv: { INTERCOM_BASE_URL: 'http://127.0.0.1:1', KLAVIYO_BASE_URL: 'http://127.0.0.1:1' },
        addresses: {},
        close: async () => undefined,
      }),
      openConnections: async (options) => {
        seen.push(Object.keys(options.env).sort())
        return (cliApp.openConnections as NonNullable<typeof cliApp.openConnections>)(options)
      },
    },
  })
  const { stop, ended } = await startCommand(given, '--sandbox', '--set-up')
  stop()
  expect((await ended).exit).toBe(0)
  expect(seen).toEqual([['INTERCOM_BASE_URL', 'KLAVIYO_BASE_URL', 'LOG_LEVEL']])
})

test.each([
  ['CONNECTOR_KEY', 'short', 'openssl rand -base64 32'],
  ['CONNECTOR_URL', 'connector.example.com', 'https://connector.example.com'],
])('%s "%s" is wrong usage', async (name, value, words) => {
  const { exit, err } = await runCommand(['start', '--port', '0'], realApp({ env: { [name]: value } }))
  expect([exit, err]).toEqual([2, expect.stringContaining(words)])
})

test('without a store, a missing credential is reported at once', async () => {
  let opened = 0
  const load: FakeSetup['load'] = { store: async () => Promise.reject(new Error(`opened ${++opened}`)) }
  const { exit, err } = await runCommand(
    ['check'],
    realApp({ load, env: { CONNECTOR_STORE: 'sqlite:/nowhere/there/is/none.db' } }),
  )
  expect([exit, opened]).toEqual([2, 0])
  expect(err).toContain('KLAVIYO_API_KEY')
  expect(err).toContain('connector start')
})

test('stored credentials need not be set', async () => {
  const by = (side: string, known: boolean) => [side, known ? { method: 'oauth' } : {}]
  const account = (source: boolean, destination: boolean) => async () =>
    ({
      setup: { view: async () => Object.fromEntries([by('source', source), by('destination', destination)]) },
      signingSecrets: async () => [],
      close: () => undefined,
    }) as unknown as Connections
  const env = { CONNECTOR_STORE: `sqlite:${fileURLToPath(import.meta.url)}` }
  const check = async function* () {
    yield { name: 'all', ok: true, detail: 'good' }
  }
  const lacking = await runCommand(['check'], {
    env,
    app: { openConnections: account(true, false) },
    connector: { check },
  })
  expect(lacking.exit).toBe(2)
  expect([lacking.err.includes('TO_KEY'), lacking.err.includes('FROM_TOKEN')]).toEqual([true, false])
  const whole = await runCommand(['check'], {
    env,
    app: { openConnections: account(true, true) },
    connector: { check },
  })
  expect([whole.exit, whole.err]).toEqual([0, ''])
})
