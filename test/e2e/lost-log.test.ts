/** The reader of the log goes away or stands still, or its disk is full: the receiver goes on. Real processes. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { createCleanup, postSigned, startSandbox, waitUntil } from '../helpers/processes/processes.ts'
import { findContact, replyNotification } from '../helpers/processes/replies.ts'

const closing = createCleanup()
afterEach(() => closing.close())

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const main = fileURLToPath(new URL('../../connector/main.ts', import.meta.url))

interface Loss {
  readonly stderr: () => 'pipe' | number
  readonly lose: (child: ChildProcess) => void
}

const LOSSES: readonly (readonly [string, Loss])[] = [
  [
    'the reader goes away',
    {
      stderr: () => 'pipe',
      lose: ({ stdout, stderr }) => {
        stdout?.destroy()
        stderr?.destroy()
      },
    },
  ],
  ['the reader stands still', { stderr: () => 'pipe', lose: () => undefined }],
  ['the disk is full', { stderr: () => openSync('/dev/full', 'w'), lose: () => undefined }],
]

test.each(LOSSES)(
  '%s: webhooks are taken and delivered, SIGTERM ends with 0',
  async (_, { stderr, lose }) => {
    const { klaviyo, env } = await startSandbox(closing, { conversations: 5, tickets: 5, limits: false })
    const contact = await findContact(env.INTERCOM_BASE_URL)
    const settings = { ...env, PATH: process.env.PATH ?? '', LOG_LEVEL: 'debug' }
    const args = ['--import', tsx, main, 'start', '--port', '0', '--store', 'memory:', '--json']
    const child = spawn(process.execPath, args, { env: settings, stdio: ['ignore', 'pipe', stderr()] })
    closing.add(child, () => child.kill('SIGKILL'))
    const exited = once(child, 'exit')
    const [first] = await once(child.stdout ?? process.stdin, 'data')
    const { webhook } = JSON.parse(String(first)) as { webhook: string }
    lose(child)

    // A pipe holds 64 KiB: more than that is logged.
    const events = 400
    for (let n = 0; n < events; n += 20)
      expect(
        await Promise.all(
          Array.from({ length: 20 }, (_, at) => postSigned(webhook, replyNotification(n + at, contact))),
        ),
      ).toEqual(Array.from({ length: 20 }, () => true))
    await waitUntil('all are delivered', () => klaviyo.events().length === events, 60_000)
    child.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
  },
  120_000,
)
