/**
 * The examples for Cloudflare in workerd, the runtime of Workers: typed, bundled as wrangler does, ten webhooks and more,
 * delivered by alarms from the SQL database of the object, which survives a kill.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import {
  createNotification,
  expectDelivery,
  findContact,
  killHost,
  post,
  startHost,
} from '../helpers/processes/hosts.ts'
import { createCleanup, startSandbox, temporaryFolder, waitUntil } from '../helpers/processes/processes.ts'
import { installExample } from './install-example.ts'

const call = promisify(execFile)

test.each([
  ['durable-object', 'CONNECTOR', 'ConnectorObject'],
  ['cloudflare-worker', 'RECORDS', 'RecordsObject'],
])('%s', async (name, binding, className) => {
  const closing = createCleanup()
  try {
    const { klaviyo, env } = await startSandbox(closing, { conversations: 5, tickets: 5 })
    const cwd = await installExample(name)
    await call('npm', ['run', 'spec'], { cwd })
    await call('npm', ['run', 'types'], { cwd })
    await build({
      ...{ absWorkingDir: cwd, entryPoints: ['worker.ts'], outfile: 'worker.js', bundle: true, format: 'esm' },
      ...{ external: ['node:*', 'cloudflare:*'], conditions: ['workerd', 'worker', 'browser'], logLevel: 'error' },
    })
    const disk = join(temporaryFolder(closing), 'objects')
    mkdirSync(disk)
    writeFileSync(join(cwd, 'config.capnp'), configOf({ binding, className, disk, env }))
    const command = [join(cwd, 'node_modules/.bin/workerd'), 'serve', 'config.capnp', '--control-fd=1'] as const
    const start = () => startHost({ command, cwd, env: {} }, closing)

    const first = await start()
    await expectDelivery(`${first.base}/webhooks/intercom`, { klaviyo, env })
    const contact = await findContact(env.INTERCOM_BASE_URL)
    const send = (base: string, number: number) =>
      post(`${base}/webhooks/intercom`, createNotification(contact, number))
    for (let number = 2; number <= 11; number++) expect((await send(first.base, number)).status).toBe(200)
    const atOnce = await Promise.all([12, 13, 14, 15, 16].map((number) => send(first.base, number)))
    expect(atOnce.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    await killHost(first)

    const second = await start()
    expect((await send(second.base, 17)).status).toBe(200)
    await waitUntil('all events arrive', () => klaviyo.summary().events === 17)
    expect(klaviyo.summary()).toMatchObject({ events: 17, refused: 0 })
  } finally {
    await closing.close()
  }
})

interface Config {
  readonly binding: string
  readonly className: string
  /** The folder of the objects' databases. */
  readonly disk: string
  readonly env: Readonly<Record<string, string>>
}

/** What wrangler makes of wrangler.jsonc. */
function configOf({ binding, className, disk, env }: Config): string {
  const texts = Object.entries(env).map(([name, value]) => `(name = "${name}", text = "${value}"),`)
  return `
    using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [
        (name = "main", worker = .worker),
        (name = "internet", network = (allow = ["public", "private"])),
        (name = "disk", disk = (path = "${disk}", writable = true)),
      ],
      sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
    );
    const worker :Workerd.Worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = "2026-01-01",
      compatibilityFlags = ["nodejs_compat"],
      durableObjectNamespaces = [(className = "${className}", uniqueKey = "connector", enableSql = true)],
      durableObjectStorage = (localDisk = "disk"),
      bindings = [(name = "${binding}", durableObjectNamespace = "${className}"), ${texts.join(' ')}],
    );`
}
