/** Each example runs as its README says, a spec with `connector start`: a signed webhook becomes an event in Klaviyo, and SIGTERM ends it cleanly. */
import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { systemClock } from '../../runtime/system.ts'
import {
  type Cleanup,
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
/** A program, or the folder of a spec. */
const runnable = examples.flatMap((name) => {
  const files = readdirSync(join(root, 'examples', name))
  const programs = files.filter((file) => /^server.*\.ts$/.test(file)).map((file) => `${name}/${file}`)
  return files.includes('connector.yaml') ? [...programs, name] : programs
})
const isProgram = (path: string) => path.endsWith('.ts')

test.each(examples)('%s has a README', (name) => {
  expect(existsSync(join(root, 'examples', name, 'README.md'))).toBe(true)
})

test.concurrent.for(runnable)('%s', async (path, { onTestFinished, expect }) => {
  const closing = createCleanup()
  onTestFinished(() => closing.close())
  const { klaviyo, env } = await startSandbox(closing, { conversations: 5, tickets: 5 })
  const { child, base, log } = await start(path, env, closing)

  expect((await fetch(new URL('/webhooks/intercom', base), { method: 'HEAD' })).status).toBe(200)
  const body = notification(await anyContact(env.INTERCOM_BASE_URL))
  expect((await post(base, body, 'not-the-secret')).status).toBe(401)
  expect((await post(base, body, SECRET)).status).toBe(200)
  await waitUntil('the event arrives', () => klaviyo.summary().events > 0, 20_000)
  const properties = isProgram(path) ? {} : { Title: 'Hello' }
  expect(klaviyo.events()).toMatchObject([{ metric: 'Created Conversation', properties }])

  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  expect(code, log()).toBe(0)
})

test('the console of the Hono example answers on its base path', async ({ onTestFinished }) => {
  const closing = createCleanup()
  onTestFinished(() => closing.close())
  const { env } = await startSandbox(closing, { conversations: 5, tickets: 5 })
  const { base } = await start('hono/server.ts', env, closing)
  const page = await fetch(new URL('/connector', base), { headers: { accept: 'text/html' } })
  expect(await page.text()).toContain('<title>')
  expect((await fetch(new URL('/', base))).status).toBe(200)
})

async function start(path: string, env: Readonly<Record<string, string>>, closing: Cleanup) {
  const program = ['--import', 'tsx', join('examples', path)]
  const store = join(temporaryFolder(closing), 'store.db')
  const child = spawn(process.execPath, isProgram(path) ? program : ['scripts/source.mjs', 'start'], {
    cwd: root, // where tsx finds the paths that lead `intercom-to-klaviyo` to its source
    env: {
      PATH: process.env.PATH,
      ...env,
      PORT: '0',
      ...(isProgram(path)
        ? { STORE_PATH: store }
        : { CONNECTOR_STORE: `sqlite:${store}`, CONNECTOR_SPEC: join('examples', path) }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  closing.add(child, () => child.kill('SIGKILL'))
  let log = ''
  const address = new Promise<string>((resolve, reject) => {
    for (const output of [child.stdout, child.stderr])
      createInterface({ input: output }).on('line', (line) => {
        log += `${line}\n`
        const [, port] = (line.includes('listening') && /(?:127\.0\.0\.1:|"port":)(\d+)/.exec(line)) || []
        if (port !== undefined) resolve(`http://127.0.0.1:${port}`)
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
