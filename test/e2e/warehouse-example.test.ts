/** The warehouse example writes each event once: history and a webhook, killed on the way, without a key of Klaviyo. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { bundlePrograms } from '../helpers/processes/bundle.ts'
import {
  createNotification,
  expectCleanEnd,
  findContact,
  killHost,
  post,
  startHost,
} from '../helpers/processes/hosts.ts'
import { createCleanup, startSandbox, temporaryFolder, waitUntil } from '../helpers/processes/processes.ts'

const cwd = fileURLToPath(new URL('../..', import.meta.url))

const closing = createCleanup()
afterEach(() => closing.close())

test('writes each event once, although it is killed', async () => {
  const { env, klaviyo } = await startSandbox(closing, { conversations: 60, tickets: 20 })
  const folder = temporaryFolder(closing)
  const file = join(folder, 'events.jsonl')
  const lines = () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [])
  const keys = () => lines().map((line): string => JSON.parse(line).key)
  const settings = {
    INTERCOM_ACCESS_TOKEN: env.INTERCOM_ACCESS_TOKEN,
    INTERCOM_CLIENT_SECRET: env.INTERCOM_CLIENT_SECRET,
    INTERCOM_BASE_URL: env.INTERCOM_BASE_URL,
    EVENTS_FILE: file,
    STORE_PATH: join(folder, 'store.db'),
  }
  const program = 'examples/warehouse/warehouse.ts'
  const bundleOf = await bundlePrograms([program], closing)
  const start = () => startHost({ command: [process.execPath, bundleOf(program)], cwd, env: settings }, closing)

  const first = await start()
  await waitUntil('some events are written', () => lines().length >= 20, 20_000)
  await killHost(first)
  const before = keys()

  const second = await start()
  await waitUntil('the import ends', () => second.log().includes('"imported"'), 30_000)
  const body = createNotification(await findContact(env.INTERCOM_BASE_URL))
  expect((await post(`${second.base}/webhooks/intercom`, body)).status).toBe(200)
  await waitUntil('the webhook is written', () => lines().at(-1)?.includes(':8000001') === true, 10_000)
  await expectCleanEnd(second)

  const all = keys()
  expect(all.slice(0, before.length)).toEqual(before)
  expect(new Set(all).size).toBe(all.length)
  expect(all.length).toBeGreaterThan(100)
  const webhook = JSON.parse(lines().at(-1) ?? '')
  expect(webhook).toMatchObject({ kind: 'event', metric: 'Created Conversation', lane: 'live', properties: {} })
  expect(webhook.profile.email).toContain('@')
  expect(klaviyo.summary().events).toBe(0)
})
