/** A webhook's trace goes on when another process delivers it, after the first one was killed. Runs the OpenTelemetry example. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { bundlePrograms } from '../helpers/processes/bundle.ts'
import { createNotification, findContact, killHost, type RunningHost, startHost } from '../helpers/processes/hosts.ts'
import { createCleanup, signatureOf, startSandbox, temporaryFolder, waitUntil } from '../helpers/processes/processes.ts'

const cwd = fileURLToPath(new URL('../..', import.meta.url))
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
  const settings = { ...env, STORE_PATH: join(temporaryFolder(closing), 'store.db') }
  const program = 'examples/opentelemetry/server.ts'
  const command = [process.execPath, (await bundlePrograms([program], closing))(program)] as const
  const body = createNotification(await findContact(env.INTERCOM_BASE_URL))
  // Without Klaviyo's account nothing is delivered.
  const first = await startHost({ command, cwd, env: { ...settings, KLAVIYO_BASE_URL: 'http://127.0.0.1:9' } }, closing)
  const traceparent = `00-${INCOMING.traceId}-${INCOMING.spanId}-01`
  const headers = { 'X-Hub-Signature': signatureOf(body), traceparent }
  expect((await fetch(`${first.base}/webhooks/intercom`, { method: 'POST', body, headers })).status).toBe(200)
  await waitUntil('the webhook is traced', () => spansOf(first).length > 0, 10_000)
  await killHost(first)
  const [receive] = spansOf(first)
  expect(receive).toMatchObject({ name: `receive ${TOPIC}`, traceId: INCOMING.traceId, parent: INCOMING.spanId })

  const second = await startHost({ command, cwd, env: settings }, closing)
  const delivery = () => spansOf(second).find(({ name }) => name === `process ${TOPIC}`)
  await waitUntil('the delivery is traced', () => delivery() !== undefined, 20_000)
  expect(delivery()).toMatchObject({ traceId: INCOMING.traceId, parent: receive?.spanId })
})

const spansOf = ({ log }: RunningHost): readonly PrintedSpan[] =>
  log()
    .split('\n')
    .filter((line) => line.includes('"traceId"'))
    .map((line) => JSON.parse(line))
