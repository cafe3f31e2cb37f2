/** Credentials in the store: start needs none, other commands require those missing from both store and settings. */
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { cliApp } from '../../../connector/cli-app.ts'
import type { Connections } from '../../../runtime/auth/connections.ts'
import { loaders } from '../../../runtime/cli/loaders.ts'
import { type FakeSetup, runCommand } from '../../helpers/cli-fake.ts'
import { startCommand } from '../../helpers/start-command.ts'

/** The real connector on a memory store. */
const realApp = (setup: FakeSetup = {}): FakeSetup => ({ app: cliApp, load: { spec: loaders.spec }, env: {}, ...setup })

test('start without credentials serves set-up, prints its URL and refuses webhooks', async () => {
  const { url, webhook, stop, ended } = await startCommand(realApp())
  const page = await fetch(url, { headers: { accept: 'text/html' } })
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
