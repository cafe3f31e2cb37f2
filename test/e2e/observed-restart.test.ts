/** A webhook's trace goes on when another process delivers it, after the first one was killed. Runs the OpenTelemetry example. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../../runtime/system.ts'
import { createCleanup, SECRET, startSandbox, temporaryFolder, waitUntil } from '../helpers/processes/processes.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const TOPIC = 'conversation.user.created'
const INCOMING = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }

const closing = createCleanup()
afterEach(() => closing.close())

interface PrintedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parent?: string
}

test('the trace of a webhook goes on in the process that delivers it', async () => {
  const { env } = await startSandbox(closing, { conversations: 5, tickets: 5 })
  const store = join(temporaryFolder(closing), 'store.db')
  // Without Klaviyo's account nothing is delivered.
  const first = await start({ ...env, KLAVIYO_BASE_URL: 'http://127.0.0.1:9', STORE_PATH: store })
  expect(await post(first.base)).toBe(200)
  await waitUntil('the webhook is traced', () => first.spans.length > 0, 10_000)
  first.child.kill('SIGKILL')
  const [receive] = first.spans
  expect(receive).toMatchObject({ name: `receive ${TOPIC}`, traceId: INCOMING.traceId, parent: INCOMING.spanId })

  const second = await start({ ...env, STORE_PATH: store })
  const process = () => second.spans.find(({ name }) => name === `process ${TOPIC}`)
  await waitUntil('the delivery is traced', () => process() !== undefined, 20_000)
  expect(process()).toMatchObject({ traceId: INCOMING.traceId, parent: receive?.spanId })
})

async function start(env: Readonly<Record<string, string>>) {
  const program = ['--import', 'tsx', 'examples/opentelemetry/server.ts']
  const child: ChildProcess = spawn(globalThis.process.execPath, program, {
    cwd: root,
    env: { PATH: globalThis.process.env.PATH, ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  closing.add(child, () => child.kill('SIGKILL'))
  const spans: PrintedSpan[] = []
  if (child.stdout === null || child.stderr === null) throw new Error('both are pipes')
  createInterface({ input: child.stdout }).on('line', (line) => spans.push(JSON.parse(line)))
  const lines = createInterface({ input: child.stderr })
  const base = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      if (line.includes('"listening"')) resolve(`http://127.0.0.1:${JSON.parse(line).port}`)
    })
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it listened`)))
  })
  return { child, spans, base }
}

async function post(base: string): Promise<number> {
  const now = Math.floor(systemClock.now() / 1000)
  const item = { type: 'conversation', id: '8000001', created_at: now, contacts: { contacts: [] } }
  const envelope = { type: 'notification_event', app_id: 'sandbox1', id: 'notif_1', topic: TOPIC, created_at: now }
  const body = JSON.stringify({ ...envelope, data: { item } })
  const signature = `sha1=${createHmac('sha1', SECRET).update(body).digest('hex')}`
  const headers = { 'X-Hub-Signature': signature, traceparent: `00-${INCOMING.traceId}-${INCOMING.spanId}-01` }
  return (await fetch(new URL('/webhooks/intercom', base), { method: 'POST', body, headers })).status
}
