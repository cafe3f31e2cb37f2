/** Several `start` processes on one store: all receive, one delivers, and another takes over when it dies or stops. Real processes. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PostgresServer, startPostgres } from '../helpers/processes/postgres.ts'
import {
  createCleanup,
  postSigned,
  type RunningProcess,
  startProcess,
  startSandbox,
  temporaryFolder,
  waitUntil,
} from '../helpers/processes/processes.ts'
import { findContact, replyNotification } from '../helpers/processes/replies.ts'

const closing = createCleanup()
let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(async () => {
  await closing.close()
  await server?.remove()
})

// A pid namespace of its own is what a container gives a process: from outside no one can tell whether it has exited.
const unshare = ['unshare', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'])]
const container = [...unshare, '--pid', '--fork', '--kill-child', '--mount-proc']
const hasNamespaces = spawnSync(container[0] ?? '', [...container.slice(1), 'true']).status === 0

interface Started {
  readonly process: RunningProcess
  readonly url: string
  readonly webhook: string
}

async function createWorld(store: string) {
  const { klaviyo, env } = await startSandbox(closing, { conversations: 5, tickets: 5, limits: false })
  const contact = await findContact(env.INTERCOM_BASE_URL)
  // A public address: without one, and without a webhook, no process is healthy.
  const settings = { ...env, CONNECTOR_STORE: store, CONNECTOR_URL: 'https://connector.example.com' }
  const acknowledged: number[] = []

  async function start(through: readonly string[] = []): Promise<Started> {
    const started = startProcess(['start', '--port', '0', '--json'], settings, closing, through)
    const { url = '', webhook = '' } = await started.firstOutput
    return { process: started, url, webhook }
  }
  async function send({ webhook }: Started, count = 5): Promise<void> {
    for (let i = 0; i < count; i++) {
      const n = acknowledged.length
      expect(await postSigned(webhook, replyNotification(n, contact))).toBe(true)
      acknowledged.push(n)
    }
  }
  const numbers = () =>
    klaviyo.events({ metric: 'Replied to Conversation' }).map(({ key }) => Number(key?.split(':').at(-1)) - 9_000_000)
  const allArrive = () => waitUntil('all arrive', () => new Set(numbers()).size === acknowledged.length)
  return { start, send, numbers, allArrive, acknowledged }
}

const read = async ({ url }: Started, path: string) => (await fetch(new URL(path, url))).text()
const delivers = async (one: Started) => (await read(one, '/metrics')).includes('connector_delivers 1\n')
const standsBy = async (one: Started) => (await read(one, '/readyz')).includes('standby: delivery runs in')

/** As a container is stopped: the command that made the namespace ignores the signal. */
async function stop({ process: started }: Started): Promise<void> {
  const { pid = 0 } = started.child
  const [inner] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')
  process.kill(Number(inner || pid), 'SIGTERM')
  expect(await started.exitCode).toBe(0)
}

/** Of two processes, the one that delivers comes first. */
async function endure(store: string, through: readonly string[]): Promise<void> {
  const { start, send, numbers, allArrive, acknowledged } = await createWorld(store)
  const first = await start(through)
  await waitUntil('the first delivers', () => delivers(first))
  const second = await start(through)
  await waitUntil('the second stands by', () => standsBy(second))
  expect(await delivers(second)).toBe(false)
  const status = (await (await fetch(new URL('/status', second.url))).json()) as Record<string, unknown>
  expect(status).toMatchObject({ state: 'healthy', standby: true })
  await send(second)
  await send(first)
  await allArrive()

  // It may die with what it leased.
  await send(first)
  await first.process.kill('SIGKILL')
  await send(second)
  await waitUntil('the second takes over', () => delivers(second))
  await allArrive()
  expect(await standsBy(second)).toBe(false)

  const third = await start(through)
  await waitUntil('the third stands by', () => standsBy(third))
  await stop(second)
  await send(third)
  await waitUntil('the third takes over', () => delivers(third))
  await allArrive()
  expect(numbers().length).toBe(acknowledged.length)
  await stop(third)
}

test.skipIf(!hasNamespaces && !process.env.CI)(
  'containers on PostgreSQL: one that is killed is replaced when its claim has ended',
  () => endure(server.url('containers'), container),
  120_000,
)

test('processes of one machine on a file: one that is killed is replaced at once', async () => {
  await endure(`sqlite:${join(temporaryFolder(closing), 'store.db')}`, [])
}, 120_000)
