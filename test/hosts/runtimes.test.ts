/** Other runtimes than Node run the examples: a signed webhook becomes an event in Klaviyo, and SIGTERM ends them cleanly. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  createNotification,
  expectCleanEnd,
  expectDelivery,
  findContact,
  post,
  startHost,
} from '../helpers/processes/hosts.ts'
import { createCleanup, startSandbox, temporaryFolder, waitUntil } from '../helpers/processes/processes.ts'
import { installExample } from './install-example.ts'

test.each(['bun', 'deno'])('%s', async (name) => {
  const closing = createCleanup()
  try {
    const sandbox = await startSandbox(closing, { conversations: 5, tickets: 5 })
    const cwd = await installExample(name)
    const bin = join(cwd, 'node_modules/.bin')
    const { scripts } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'))
    const [program, ...args] = scripts.start.split(' ')
    const env = { ...sandbox.env, STORE_PATH: join(temporaryFolder(closing), 'store.db') }
    const host = await startHost({ command: [join(bin, program), ...args], cwd, env }, closing)
    const url = `${host.base}/webhooks/intercom`
    await expectDelivery(url, sandbox)
    const contact = await findContact(sandbox.env.INTERCOM_BASE_URL)
    const answers = await Promise.all([2, 3, 4, 5].map((n) => post(url, createNotification(contact, n))))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    await waitUntil('all events arrive', () => sandbox.klaviyo.summary().events === 5)
    await expectCleanEnd(host)
  } finally {
    await closing.close()
  }
})
