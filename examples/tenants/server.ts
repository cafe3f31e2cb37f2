/** Many tenants: one store for all their records, one spec, a webhook address for each, and a page that lists them. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import {
  type Connector,
  type CredentialsEnv,
  intercomToKlaviyo,
  loadConnectorSpec,
  optionsFromEnv,
} from 'intercom-to-klaviyo'
import { createTenantsConsole } from 'intercom-to-klaviyo/console'
import { systemClock as clock, type LogFields, systemRandom as random, runTenants } from 'intercom-to-klaviyo/runtime'
import { sqliteStores } from 'intercom-to-klaviyo/store/sqlite'

const { env } = process

/** The credentials of each tenant, by its name. In your host: from your vault. */
const tenants: Record<string, CredentialsEnv> = JSON.parse(await readFile(env.TENANTS ?? 'tenants.json', 'utf8'))
const spec = await loadConnectorSpec()
const stores = await sqliteStores(env.STORE_PATH ?? 'store.db', { clock })

const log = (level: string, tenant?: string) => (message: string, fields?: LogFields) =>
  void process.stderr.write(`${JSON.stringify({ level, tenant, message, ...fields })}\n`)
const loggerOf = (tenant?: string) => ({
  debug() {},
  info: log('info', tenant),
  warn: log('warn', tenant),
  error: log('error', tenant),
})

function createTenant(tenant: string): Promise<Connector> {
  const { secrets, settings } = optionsFromEnv(tenants[tenant] ?? {})
  const logger = loggerOf(tenant)
  return intercomToKlaviyo({
    secrets,
    settings: { ...settings, spec },
    store: stores.of(tenant),
    clock,
    logger,
    tenant,
  })
}

/** These receive. Those that deliver are created when a tenant has work, and closed half a minute after. */
const receivers = new Map<string, Connector>()
for (const name of Object.keys(tenants)) receivers.set(name, await createTenant(name))

const claims = stores.claims()
// Its polls begin before any webhook comes.
for (const name of receivers.keys()) await claims.wake(name)

/** `/tenants`: the state of each. In your host: who is signed in there. */
const { OPERATOR_PASSWORD } = env
const login = `Basic ${btoa(`operator:${OPERATOR_PASSWORD}`)}`
const unauthorized = () => new Response(null, { status: 401, headers: { 'www-authenticate': 'Basic' } })
const page = createTenantsConsole({
  app: { name: 'Shops', version: '1.0.0' },
  tenants: stores,
  base: '/tenants',
  clock,
  logger: loggerOf(),
  visitor: ({ headers }) =>
    OPERATOR_PASSWORD && headers.get('authorization') === login ? { id: 'operator' } : unauthorized(),
})
const showTenants = getRequestListener((request) => page.fetch(request))

/** `/webhooks/TENANT` */
const server = createServer(async (request, response) => {
  if (/^\/tenants(?![^/?])/.test(request.url ?? '')) return showTenants(request, response)
  const receiver = receivers.get(request.url?.replace('/webhooks/', '') ?? '')
  if (receiver === undefined) return void response.writeHead(404).end()
  const { method, headers } = request
  const answer = await receiver.receive({ method, headers, body: request })
  response.writeHead(answer.status, answer.headers).end(answer.body)
})
server.listen(Number(env.PORT ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  console.info(`listening on http://127.0.0.1:${typeof address === 'object' && address?.port}`)
})

const working = new AbortController()
const { signal } = working
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => server.close(() => working.abort()))

// A tenant that fails is tried again later, and holds up no other.
await runTenants({ claims, connectorOf: createTenant, signal, clock, random, logger: loggerOf() })
await Promise.all([...receivers.values()].map((connector) => connector.close()))
await stores.close()
