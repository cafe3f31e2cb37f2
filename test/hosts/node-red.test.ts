/** The example node in a real Node-RED: registered, configured by a flow and its credentials, wired to another node. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { expectCleanEnd, expectDelivery, startHost } from '../helpers/processes/hosts.ts'
import { createCleanup, startSandbox, temporaryFolder, waitUntil } from '../helpers/processes/processes.ts'
import { installExample } from './install-example.ts'

const harness = fileURLToPath(new URL('node-red.mjs', import.meta.url))

test('delivers webhooks and emits a message for each record', async () => {
  const closing = createCleanup()
  try {
    const sandbox = await startSandbox(closing, { conversations: 5, tickets: 5 })
    const cwd = await installExample('node-red')
    const userDir = temporaryFolder(closing)
    mkdirSync(userDir, { recursive: true })
    const write = (name: string, value: unknown) => writeFileSync(join(userDir, name), JSON.stringify(value))
    const out = join(userDir, 'messages.jsonl')
    const at = { z: 'tab', x: 100, y: 100 } // without a place it would be a configuration node
    write('flows.json', [
      { id: 'tab', type: 'tab' },
      { id: 'connector', type: 'intercom-to-klaviyo', ...at, name: '', wires: [['json']] },
      { id: 'json', type: 'json', ...at, action: 'str', property: 'payload', wires: [['file']] },
      {
        id: 'file',
        type: 'file',
        ...at,
        filename: out,
        filenameType: 'str',
        appendNewline: true,
        overwriteFile: 'false',
        wires: [[]],
      },
    ])
    write('flows_cred.json', {
      connector: {
        intercomAccessToken: sandbox.env.INTERCOM_ACCESS_TOKEN,
        intercomClientSecret: sandbox.env.INTERCOM_CLIENT_SECRET,
        klaviyoApiKey: sandbox.env.KLAVIYO_API_KEY,
        intercomBaseUrl: sandbox.env.INTERCOM_BASE_URL,
        klaviyoBaseUrl: sandbox.env.KLAVIYO_BASE_URL,
      },
    })
    const command = [process.execPath, harness] as const
    const host = await startHost({ command, cwd, env: { USER_DIR: userDir, HOME: userDir } }, closing)
    const answers = () => fetch(`${host.base}/intercom-to-klaviyo/connector`, { method: 'HEAD' })
    await waitUntil('the flow runs', async () => (await answers()).status === 200)
    expect((await fetch(`${host.base}/intercom-to-klaviyo/other`, { method: 'POST' })).status).toBe(503)
    await expectDelivery(`${host.base}/intercom-to-klaviyo/connector`, sandbox)
    const messages = () => readFileSync(out, { encoding: 'utf8', flag: 'a+' }).trim().split('\n')
    await waitUntil('the flow receives a message', () => messages()[0] !== '')
    expect(JSON.parse(messages()[0] ?? '')).toMatchObject([{ metric: 'Created Conversation', outcome: 'delivered' }])
    await expectCleanEnd(host)
  } finally {
    await closing.close()
  }
})
