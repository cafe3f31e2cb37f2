/** The example of many tenants: two with the same ids, each delivered with its own credentials to its own account, and listed. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { bundlePrograms } from '../helpers/processes/bundle.ts'
import { createNotification, expectCleanEnd, expectDelivery, post, startHost } from '../helpers/processes/hosts.ts'
import { createCleanup, startSandbox, temporaryFolder } from '../helpers/processes/processes.ts'

const cwd = fileURLToPath(new URL('../..', import.meta.url))

test('two tenants share a process, a file and ids, and nothing else', async ({ onTestFinished }) => {
  const closing = createCleanup()
  onTestFinished(() => closing.close())
  const options = { conversations: 5, tickets: 5 }
  const [one, two] = [await startSandbox(closing, options), await startSandbox(closing, options)]
  const folder = temporaryFolder(closing)
  const tenants = join(folder, 'tenants.json')
  writeFileSync(tenants, JSON.stringify({ one: one.env, two: { ...two.env, INTERCOM_CLIENT_SECRET: 'another' } }))
  const env = { STORE_PATH: join(folder, 'store.db'), TENANTS: tenants, OPERATOR_PASSWORD: 'secret' }
  const program = 'examples/tenants/server.ts'
  const bundleOf = await bundlePrograms([program], closing)
  const host = await startHost({ command: [process.execPath, bundleOf(program)], cwd, env }, closing)

  await expectDelivery(`${host.base}/webhooks/one`, one)
  expect((await post(`${host.base}/webhooks/two`, createNotification('x'))).status).toBe(401)
  expect((await post(`${host.base}/webhooks/two`, createNotification('x'), 'another')).status).toBe(200)
  expect((await post(`${host.base}/webhooks/three`, createNotification('x'))).status).toBe(404)
  expect(two.klaviyo.summary().events).toBe(0)

  const read = (password: string) =>
    fetch(`${host.base}/tenants`, { headers: { authorization: `Basic ${btoa(`operator:${password}`)}` } })
  expect([(await fetch(`${host.base}/tenants`)).status, (await read('guess')).status]).toEqual([401, 401])
  await expect.poll(async () => (await read('secret')).text(), { timeout: 30_000 }).toMatch(/Healthy <span[^>]*>2</)
  await expectCleanEnd(host)
})
