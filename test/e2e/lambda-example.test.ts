/** The example for AWS Lambda on a real PostgreSQL: events as function URLs, schedules and SQS pass them. */
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { bundlePrograms } from '../helpers/processes/bundle.ts'
import { createNotification, findContact, killHost, post, startHost } from '../helpers/processes/hosts.ts'
import { startPostgres } from '../helpers/processes/postgres.ts'
import { createCleanup, startSandbox } from '../helpers/processes/processes.ts'

const cwd = fileURLToPath(new URL('../..', import.meta.url))
const modules = ['test/helpers/processes/lambda.ts', 'examples/lambda/functions.ts']

test('webhooks outlive the environment that received them, and another delivers them', async ({ onTestFinished }) => {
  const closing = createCleanup()
  onTestFinished(() => closing.close())
  const postgres = await startPostgres()
  closing.add(postgres, () => postgres.remove())
  const { klaviyo, env } = await startSandbox(closing, { conversations: 5, tickets: 5 })
  const bundleOf = await bundlePrograms(modules, closing)
  const command = [process.execPath, ...modules.map(bundleOf)] as const
  const start = () => startHost({ command, cwd, env: { ...env, DATABASE_URL: postgres.url() } }, closing)
  const invoke = async (base: string, name: string, event: object = {}) => {
    const response = await fetch(`${base}/${name}`, { method: 'POST', body: JSON.stringify(event) })
    return response.json()
  }

  const first = await start()
  expect((await fetch(first.base, { method: 'HEAD' })).status).toBe(200)
  const contact = await findContact(env.INTERCOM_BASE_URL)
  expect((await post(first.base, createNotification(contact), 'not-the-secret')).status).toBe(401)
  for (const number of [1, 2, 3]) expect((await post(first.base, createNotification(contact, number))).status).toBe(200)
  expect(klaviyo.summary().events).toBe(0)
  await killHost(first)

  const second = await start()
  expect(await invoke(second.base, 'deliver', { Records: [{ messageId: 'm1' }] })).toEqual({ batchItemFailures: [] })
  expect(klaviyo.summary().events).toBe(3)
  expect(await invoke(second.base, 'poll')).toBeNull()
  expect(await invoke(second.base, 'deliver')).toEqual({ batchItemFailures: [] })
})
