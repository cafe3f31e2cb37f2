/** The example of a host's queue: nothing is lost when its process is killed, and no event counts twice. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { bundlePrograms } from '../helpers/processes/bundle.ts'
import {
  createNotification,
  expectCleanEnd,
  findContact,
  killHost,
  post,
  startHost,
} from '../helpers/processes/hosts.ts'
import { createCleanup, startSandbox, temporaryFolder, waitUntil } from '../helpers/processes/processes.ts'

const cwd = fileURLToPath(new URL('../..', import.meta.url))

test('a kill loses no webhook that was answered, and counts none twice', async ({ onTestFinished }) => {
  const closing = createCleanup()
  onTestFinished(() => closing.close())
  const { klaviyo, env } = await startSandbox(closing, { conversations: 5, tickets: 5 })
  const settings = { ...env, STORE_PATH: join(temporaryFolder(closing), 'store.db') }
  const program = 'examples/own-queue/server.ts'
  const bundleOf = await bundlePrograms([program], closing)
  const start = () => startHost({ command: [process.execPath, bundleOf(program)], cwd, env: settings }, closing)
  const contact = await findContact(env.INTERCOM_BASE_URL)
  const send = async (base: string, numbers: readonly number[]) => {
    const bodies = numbers.map((number) => createNotification(contact, number))
    const answers = await Promise.all(bodies.map((body) => post(`${base}/webhooks/intercom`, body)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  }

  const first = await start()
  await send(first.base, [1, 2, 3, 4, 5])
  await killHost(first)
  const second = await start()
  await send(second.base, [4, 5, 6]) // as Intercom does after an answer that it did not see
  await waitUntil('all events arrive', () => klaviyo.summary().events >= 6)
  await expectCleanEnd(second)
  expect(klaviyo.summary().events).toBe(6)
})
