/** The warehouse example writes each event once: history and a webhook, killed on the way, without a key of Klaviyo. */
import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../../runtime/system.ts'
import {
  createCleanup,
  SECRET,
  startSandbox,
  TOKEN,
  temporaryFolder,
  waitUntil,
} from '../helpers/processes/processes.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

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
  const first = await start(settings)
  await waitUntil('some events are written', () => lines().length >= 20, 20_000)
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  const before = keys()

  const second = await start(settings)
  await waitUntil('the import ends', () => second.log().includes('"imported"'), 30_000)
  expect(await post(second.base, await anyContact(env.INTERCOM_BASE_URL))).toBe(200)
  await waitUntil('the webhook is written', () => lines().at(-1)?.includes(':8000001') === true, 10_000)
  second.child.kill('SIGTERM')
  const [code] = await once(second.child, 'exit')
  expect(code, second.log()).toBe(0)

  const all = keys()
  expect(all.slice(0, before.length)).toEqual(before)
  expect(new Set(all).size).toBe(all.length)
  expect(all.length).toBeGreaterThan(100)
  const webhook = JSON.parse(lines().at(-1) ?? '')
  expect(webhook).toMatchObject({ kind: 'event', metric: 'Created Conversation', lane: 'live', properties: {} })
  expect(webhook.profile.email).toContain('@')
  expect(klaviyo.summary().events).toBe(0)
})

async function start(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'examples/warehouse/warehouse.ts'], {
    cwd: root,
    env: { PATH: process.env.PATH, ...env, PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  closing.add(child, () => child.kill('SIGKILL'))
  let log = ''
  const base = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      log += `${line}\n`
      if (line.includes('"listening"')) resolve(`http://127.0.0.1:${JSON.parse(line).port}`)
    })
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it listened:\n${log}`)))
  })
  return { child, base, log: () => log }
}

/** One with an address. */
async function anyContact(base: string): Promise<string> {
  const headers = { authorization: `Bearer ${TOKEN}` }
  const page = await fetch(new URL('/contacts?per_page=50', base), { headers })
  const { data } = (await page.json()) as { data: { id: string; email: string | null }[] }
  return data.find(({ email }) => email?.includes('@mail.'))?.id ?? ''
}

async function post(base: string, contact: string): Promise<number> {
  const now = Math.floor(systemClock.now() / 1000)
  const contacts = { type: 'contact.list', contacts: [{ type: 'contact', id: contact }] }
  const source = { type: 'conversation', author: { type: 'user', id: contact } }
  const item = { type: 'conversation', id: '8000001', created_at: now, source, contacts }
  const topic = 'conversation.user.created'
  const envelope = { type: 'notification_event', app_id: 'sandbox1', id: 'notif_1', topic, created_at: now }
  const body = JSON.stringify({ ...envelope, data: { item } })
  const headers = { 'X-Hub-Signature': `sha1=${createHmac('sha1', SECRET).update(body).digest('hex')}` }
  return (await fetch(new URL('/webhooks/intercom', base), { method: 'POST', body, headers })).status
}
