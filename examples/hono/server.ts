/** The connector inside a Hono app: the webhook on its path, the console under `/connector`. */
import { serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { Hono } from 'hono'
import { logger as requestLog } from 'hono/logger'
import { intercomToKlaviyo, optionsFromEnv } from 'intercom-to-klaviyo'
import { createConsole } from 'intercom-to-klaviyo/console'
import { systemClock as clock } from 'intercom-to-klaviyo/runtime'
import { sqliteStore } from 'intercom-to-klaviyo/store/sqlite'

const { env } = process
const logger = console

const store = await sqliteStore(env.STORE_PATH ?? 'store.db', { clock })
const connector = await intercomToKlaviyo({
  ...optionsFromEnv(env),
  store,
  clock,
  logger,
})

const shutdown = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => shutdown.abort())

const pages = createConsole({
  app: { name: 'shop', version: '1.0.0', summary: 'Intercom events for the shop' },
  base: '/connector',
  connector,
  clock,
  logger,
  signal: shutdown.signal,
  password: env.CONNECTOR_PASSWORD,
})
// Without a password: a link that signs in once.
pages.printSignInPath((path) => void process.stderr.write(`Console: http://127.0.0.1:${env.PORT ?? 3000}${path}\n`))

const app = new Hono()
app.use(requestLog((line) => void process.stderr.write(`${line}\n`)))
app.get('/', (context) => context.text('the shop\n'))
app.all(connector.spec.webhook.path, (context) => connector.receive(context.req.raw))
app.on(['GET', 'POST'], ['/connector', '/connector/*'], (context) =>
  pages.fetch(context.req.raw, getConnInfo(context).remote.address),
)

const server = serve({ fetch: app.fetch, port: Number(env.PORT ?? 3000), hostname: '127.0.0.1' }, ({ port }) =>
  process.stderr.write(`${JSON.stringify({ message: 'listening', port })}\n`),
)
const delivery = new AbortController()
const { signal } = delivery
const delivering = Promise.all([connector.work({ signal }), connector.pollChanges({ signal })])
void pages.resume() // continues an import that the previous process left

try {
  await Promise.race([delivering, new Promise((resolve) => shutdown.signal.addEventListener('abort', resolve))])
} finally {
  await new Promise((resolve) => server.close(resolve))
  delivery.abort()
  await delivering
  await pages.drained()
  await connector.close()
  await store.close()
}
