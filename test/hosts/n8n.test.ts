/**
 * The example node of n8n, compiled against n8n's types and loaded by `require` as n8n does. n8n itself is too large for a
 * test: the contexts here have what the node uses of those that n8n passes.
 */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import express, { type Request, type Response } from 'express'
import { expect, test } from 'vitest'
import { expectDelivery } from '../helpers/processes/hosts.ts'
import { createCleanup, startSandbox, temporaryFolder, waitUntil } from '../helpers/processes/processes.ts'
import { installExample } from './install-example.ts'

/** The parts of the node that n8n calls. */
interface TriggerNode {
  readonly description: Readonly<Record<string, unknown>> & { readonly webhooks: readonly { httpMethod: string }[] }
  readonly methods: { readonly credentialTest: Readonly<Record<string, (credential: object) => Promise<object>>> }
  trigger(): Promise<{ closeFunction(): Promise<void> }>
  webhook(): Promise<object>
}

const log = { debug() {}, info() {}, warn() {}, error() {} }

test('the package names what n8n loads, and the node delivers', async () => {
  const closing = createCleanup()
  try {
    const { klaviyo, env } = await startSandbox(closing, { conversations: 5, tickets: 5 })
    const folder = await installExample('n8n', ['--ignore-scripts'])
    await promisify(execFile)('npm', ['run', 'build'], { cwd: folder })
    const require = createRequire(join(folder, 'package.json'))
    const { n8n } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const { IntercomToKlaviyoApi } = require(join(folder, n8n.credentials[0]))
    const { IntercomToKlaviyoTrigger } = require(join(folder, n8n.nodes[0]))
    const node: TriggerNode = new IntercomToKlaviyoTrigger()
    expect(node.description).toMatchObject({ credentials: [{ name: new IntercomToKlaviyoApi().name }] })
    expect(
      readFileSync(join(folder, 'dist/nodes', String(node.description.icon).replace('file:', '')), 'utf8'),
    ).toMatch('<svg')

    const data = {
      intercomAccessToken: env.INTERCOM_ACCESS_TOKEN,
      intercomClientSecret: env.INTERCOM_CLIENT_SECRET,
      klaviyoApiKey: env.KLAVIYO_API_KEY,
      intercomBaseUrl: env.INTERCOM_BASE_URL,
      klaviyoBaseUrl: env.KLAVIYO_BASE_URL,
    }
    const check = (values: object) =>
      node.methods.credentialTest.testBothSides?.call({}, { id: '1', name: 'a', type: 'b', data: values })
    expect(await check(data)).toMatchObject({ status: 'OK' })
    expect(await check({ ...data, klaviyoApiKey: 'pk_wrong' })).toMatchObject({ status: 'Error', message: /Klaviyo/ })

    process.env.N8N_USER_FOLDER = temporaryFolder(closing)
    closing.add(undefined, () => delete process.env.N8N_USER_FOLDER)
    mkdirSync(join(process.env.N8N_USER_FOLDER, '.n8n'))
    const emitted: unknown[] = []
    const errors: unknown[] = []
    const context = {
      logger: log,
      getWorkflow: () => ({ id: 'workflow1' }),
      getNode: () => ({ id: 'node1' }),
      getCredentials: async () => data,
      helpers: { returnJsonArray: (json: object) => [{ json }] },
      emit: (items: unknown) => emitted.push(items),
      emitError: (error: unknown) => errors.push(error),
    }
    const { closeFunction } = await node.trigger.call(context)
    const base = await serveWebhooks(node, context, closing)
    await expectDelivery(`${base}/webhook`, { klaviyo, env })
    await waitUntil('the workflow starts', () => emitted.length > 0)
    const events = [{ metric: 'Created Conversation', outcome: 'delivered' }]
    expect(emitted).toMatchObject([[[{ json: { outcome: 'delivered', events } }]]])
    await closeFunction()
    expect(errors).toEqual([])
  } finally {
    await closing.close()
  }
})

/** As n8n's server passes requests to webhooks: with `rawBody` once it was read, and no answer if the node answers. */
async function serveWebhooks(node: TriggerNode, context: object, closing: ReturnType<typeof createCleanup>) {
  const app = express()
  const methods = node.description.webhooks.map(({ httpMethod }) => httpMethod)
  app.use('/webhook', express.raw({ type: () => true }), async (request: Request, response: Response) => {
    if (!methods.includes(request.method)) return void response.sendStatus(404)
    const bytes = request.body
    const readRawBody = async () => void Object.assign(request, { rawBody: bytes })
    const ours = { getRequestObject: () => Object.assign(request, { readRawBody }), getResponseObject: () => response }
    expect(await node.webhook.call({ ...context, ...ours })).toEqual({ noWebhookResponse: true })
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.add(server, () => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
