/** Each example runs as its README says, a spec with `connector start`: a signed webhook becomes an event in Klaviyo, and SIGTERM ends it cleanly. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundlePrograms } from '../helpers/processes/bundle.ts'
import { expectCleanEnd, expectDelivery, startHost } from '../helpers/processes/hosts.ts'
import { type Cleanup, createCleanup, startSandbox, temporaryFolder } from '../helpers/processes/processes.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const examples = readdirSync(join(root, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
/** Programs for Node, and folders of a spec. Others have tests of their own: in test/hosts those with a manifest. */
const runnable = examples.flatMap((name) => {
  const files = readdirSync(join(root, 'examples', name))
  if (files.includes('package.json') || existsSync(join(root, `test/e2e/${name}-example.test.ts`))) return []
  const programs = files.filter((file) => /^server.*\.ts$/.test(file)).map((file) => `${name}/${file}`)
  return files.includes('connector.yaml') ? [...programs, name] : programs
})
const isProgram = (path: string) => path.endsWith('.ts')

const shared = createCleanup()
let bundleOf: (path: string) => string
beforeAll(async () => {
  const programs = runnable.filter(isProgram).map((path) => join('examples', path))
  bundleOf = await bundlePrograms(programs, shared)
})
afterAll(() => shared.close())

test.each(examples)('%s has a page, listed among the examples', (name) => {
  expect(existsSync(join(root, 'examples', name, 'README.md'))).toBe(true)
  expect(readFileSync(join(root, 'examples/README.md'), 'utf8')).toContain(`](${name}/)`)
})

test.concurrent.for(runnable)('%s', async (path, { onTestFinished }) => {
  const closing = createCleanup()
  onTestFinished(() => closing.close())
  const sandbox = await startSandbox(closing, { conversations: 5, tickets: 5 })
  const host = await start(path, sandbox.env, closing)
  await expectDelivery(`${host.base}/webhooks/intercom`, sandbox)
  if (!isProgram(path)) expect(sandbox.klaviyo.events()).toMatchObject([{ properties: { Title: 'Hello' } }])
  await expectCleanEnd(host)
})

test('the console of the Hono example answers on its base path', async ({ onTestFinished }) => {
  const closing = createCleanup()
  onTestFinished(() => closing.close())
  const { env } = await startSandbox(closing, { conversations: 5, tickets: 5 })
  const { base } = await start('hono/server.ts', env, closing)
  const page = await fetch(new URL('/connector', base), { headers: { accept: 'text/html' } })
  expect(await page.text()).toContain('<title>')
  expect((await fetch(new URL('/', base))).status).toBe(200)
})

function start(path: string, env: Readonly<Record<string, string>>, closing: Cleanup) {
  const store = join(temporaryFolder(closing), 'store.db')
  return startHost(
    {
      command: isProgram(path)
        ? [process.execPath, bundleOf(join('examples', path))]
        : [process.execPath, 'scripts/source.mjs', 'start'],
      cwd: root,
      env: {
        ...env,
        ...(isProgram(path)
          ? { STORE_PATH: store }
          : { CONNECTOR_STORE: `sqlite:${store}`, CONNECTOR_SPEC: join('examples', path) }),
      },
    },
    closing,
  )
}
