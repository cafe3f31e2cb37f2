/** The commands where credentials may be in the store: start needs none, the others ask for what neither place has. */
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { app as shipped } from '../../../connector/cli-app.ts'
import type { Connections } from '../../../runtime/auth/connections.ts'
import { loaders } from '../../../runtime/cli/loaders.ts'
import { memoryStore } from '../../../runtime/store/memory/store.ts'
import { type Given, run, standingClock } from '../../helpers/cli-fake.ts'

const stops: AbortController[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort()
})

/** The connector as shipped, on a store in memory. */
const real = (given: Given = {}): Given => ({ app: shipped, load: { spec: loaders.spec }, env: {}, ...given })

async function starting(given: Given, ...flags: string[]) {
  const stop = new AbortController()
  stops.push(stop)
  let heard: (text: string) => void = () => undefined
  const listening = new Promise<string>((resolve) => {
    heard = resolve
  })
  const store = memoryStore({ clock: standingClock() })
  const ended = run(['start', '--port', '0', '--json', ...flags], {
    store,
    signal: stop.signal,
    onOut: heard,
    ...given,
  })
  const early = ended.then(({ err }) => Promise.reject(new Error(`it did not start: ${err}`)))
  const { url, webhook } = JSON.parse(await Promise.race([listening, early])) as Record<'url' | 'webhook', string>
  return { url, webhook, stop: () => stop.abort(), ended }
}

test('start without credentials serves set-up, says where, and takes no webhook yet', async () => {
  const { url, webhook, stop, ended } = await starting(real())
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
  expect(err).toContain('delivery waits: set-up is not finished')
  expect(err).toContain(`${url}set-up`)
})

test('start --sandbox --set-up has no credentials of its own, and none of the environment', async () => {
  const seen: unknown[] = []
  const given = real({
    env: { INTERCOM_ACCESS_TOKEN: 'real', KLAVIYO_API_KEY: 'real', LOG_LEVEL: 'warn' },
    app: {
      ...shipped,
      sandbox: async () => ({
        env: { INTERCOM_ACCESS_TOKEN: 'toy', KLAVIYO_API_KEY: 'toy' },
        install: { INTERCOM_BASE_URL: 'http://127.0.0.1:1', KLAVIYO_BASE_URL: 'http://127.0.0.1:1' },
        addresses: {},
        close: async () => undefined,
      }),
      account: async (options) => {
        seen.push(Object.keys(options.env).sort())
        return (shipped.account as NonNullable<typeof shipped.account>)(options)
      },
    },
  })
  const { stop, ended } = await starting(given, '--sandbox', '--set-up')
  stop()
  expect((await ended).exit).toBe(0)
  expect(seen).toEqual([['INTERCOM_BASE_URL', 'KLAVIYO_BASE_URL', 'LOG_LEVEL']])
})

test.each([
  ['CONNECTOR_KEY', 'short', 'openssl rand -base64 32'],
  ['CONNECTOR_URL', 'connector.example.com', 'https://connector.example.com'],
])('%s "%s" is wrong usage, said in words', async (name, value, words) => {
  const { exit, err } = await run(['start', '--port', '0'], real({ env: { [name]: value } }))
  expect([exit, err]).toEqual([2, expect.stringContaining(words)])
})

test('where there is no store yet, a missing credential is said at once', async () => {
  let opened = 0
  const load: Given['load'] = { store: async () => Promise.reject(new Error(`opened ${++opened}`)) }
  const { exit, err } = await run(
    ['check'],
    real({ load, env: { CONNECTOR_STORE: 'sqlite:/nowhere/there/is/none.db' } }),
  )
  expect([exit, opened]).toEqual([2, 0])
  expect(err).toContain('KLAVIYO_API_KEY')
  expect(err).toContain('connector start')
})

test('what set-up gave need not be set', async () => {
  const by = (side: string, known: boolean) => [side, known ? { by: 'oauth' } : {}]
  const account = (source: boolean, destination: boolean) => async () =>
    ({
      setup: { view: async () => Object.fromEntries([by('source', source), by('destination', destination)]) },
      secrets: async () => [],
      close: () => undefined,
    }) as unknown as Connections
  const env = { CONNECTOR_STORE: `sqlite:${fileURLToPath(import.meta.url)}` }
  const check = async function* () {
    yield { name: 'all', ok: true, detail: 'good' }
  }
  const lacking = await run(['check'], { env, app: { account: account(true, false) }, connector: { check } })
  expect(lacking.exit).toBe(2)
  expect([lacking.err.includes('TO_KEY'), lacking.err.includes('FROM_TOKEN')]).toEqual([true, false])
  const whole = await run(['check'], { env, app: { account: account(true, true) }, connector: { check } })
  expect([whole.exit, whole.err]).toEqual([0, ''])
})
