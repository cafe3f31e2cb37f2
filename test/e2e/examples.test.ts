/** Each example runs as its README says, a spec with `connector start`: a signed webhook becomes an event in Klaviyo, and SIGTERM ends it cleanly. */
import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
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
const examples = readdirSync(join(root, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const isProgram = (name: string) => existsSync(join(root, 'examples', name, 'server.ts'))
const runnable = examples.filter(
  (name) => isProgram(name) || existsSync(join(root, 'examples', name, 'connector.yaml')),
)

const closing = createCleanup()
afterEach(() => closing.close())

test.each(examples)('%s has a README', (name) => {
  expect(existsSync(join(root, 'examples', name, 'README.md'))).toBe(true)
})

test.each(runnable)('%s', async (name) => {
  const { klaviyo, env } = await startSandbox(closing, { conversations: 5, tickets: 5 })
  const { child, base, log } = await start(name, env)

  expect((await fetch(new URL('/webhooks/intercom', base), { method: 'HEAD' })).status).toBe(200)
  const body = notification(await anyContact(env.INTERCOM_BASE_URL))
  expect((await post(base, body, 'not-the-secret')).status).toBe(401)
  expect((await post(base, body, SECRET)).status).toBe(200)
  await waitUntil('the event arrives', () => klaviyo.summary().events > 0, 20_000)
  const properties = isProgram(name) ? {} : { Title: 'Hello' }
  expect(klaviyo.events()).toMatchObject([{ metric: 'Created Conversation', properties }])

  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  expect(code, log()).toBe(0)
})

test('the console of the Hono example answers on its base path', async () => {
  const { env } = await startSandbox(closing, { conversations: 5, tickets: 5 })
  const { base } = await start('hono', env)
  const page = await fetch(new URL('/connector', base), { headers: { accept: 'text/html' } })
  expect(await page.text()).toContain('<title>')
  expect((await fetch(new URL('/', base))).status).toBe(200)
})

async function start(name: string, env: Readonly<Record<string, string>>) {
  const program = ['--import', 'tsx', join('examples', name, 'server.ts')]
  const store = join(temporaryFolder(closing), 'store.db')
  const child = spawn(process.execPath, isProgram(name) ? program : ['scripts/source.mjs', 'start'], {
    cwd: root, // where tsx finds the paths that lead `intercom-to-klaviyo` to its source
    env: {
      PATH: process.env.PATH,
      ...env,
      PORT: '0',
      ...(isProgram(name)
        ? { STORE_PATH: store }
        : { CONNECTOR_STORE: `sqlite:${store}`, CONNECTOR_SPEC: join('examples', name) }),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  closing.add(child, () => child.kill('SIGKILL'))
  let log = ''
  const address = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      log += `${line}\n`
      if (!line.includes('"listening"')) return
      const { port, url } = JSON.parse(line)
      resolve(url ?? `http://127.0.0.1:${port}`)
    })
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it listened:\n${log}`)))
  })
  return { child, base: await address, log: () => log }
}

/** One with an address that the local Klaviyo accepts. */
async function anyContact(base: string): Promise<string> {
  const headers = { authorization: `Bearer ${TOKEN}` }
  const page = await fetch(new URL('/contacts?per_page=50', base), { headers })
  const { data } = (await page.json()) as { data: { id: string; email: string | null }[] }
  return data.find(({ email }) => email?.includes('@mail.'))?.id ?? ''
}

function notification(contact: string): string {
  const now = Math.floor(systemClock.now() / 1000)
  const item = {
    type: 'conversation',
    id: '8000001',
    created_at: now,
    title: 'Hello',
    source: { type: 'conversation', author: { type: 'user', id: contact } },
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: contact }] },
  }
  return JSON.stringify({
    type: 'notification_event',
    app_id: 'sandbox1',
    id: 'notif_1',
    topic: 'conversation.user.created',
    created_at: now,
    data: { type: 'notification_event_data', item },
  })
}

function post(base: string, body: string, secret: string): Promise<Response> {
  const signature = `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`
  const headers = { 'Content-Type': 'application/json', 'X-Hub-Signature': signature }
  return fetch(new URL('/webhooks/intercom', base), { method: 'POST', body, headers })
}
