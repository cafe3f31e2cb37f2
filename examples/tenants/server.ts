/** Many tenants in one process: one file for all their records, one spec, a webhook address for each. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import {
  type Connector,
  type CredentialsEnv,
  intercomToKlaviyo,
  loadConnectorSpec,
  optionsFromEnv,
} from 'intercom-to-klaviyo'
import { systemClock as clock, type LogFields } from 'intercom-to-klaviyo/runtime'
import { sqliteStores } from 'intercom-to-klaviyo/store/sqlite'

const { env } = process

/** The credentials of each tenant, by its name. In your host: from your vault. */
const tenants: Record<string, CredentialsEnv> = JSON.parse(await readFile(env.TENANTS ?? 'tenants.json', 'utf8'))
const spec = await loadConnectorSpec()
const stores = await sqliteStores(env.STORE_PATH ?? 'store.db', { clock })

function createTenant(tenant: string, credentials: CredentialsEnv): Promise<Connector> {
  const log = (level: string) => (message: string, fields?: LogFields) =>
    void process.stderr.write(`${JSON.stringify({ level, tenant, message, ...fields })}\n`)
  const logger = { debug() {}, info: log('info'), warn: log('warn'), error: log('error') }
  const { secrets, settings } = optionsFromEnv(credentials)
  return intercomToKlaviyo({
    secrets,
    settings: { ...settings, spec },
    store: stores.of(tenant),
    clock,
    logger,
    tenant,
  })
}

const connectors = new Map<string, Connector>()
for (const [name, credentials] of Object.entries(tenants)) connectors.set(name, await createTenant(name, credentials))

/** `/webhooks/TENANT` */
const server = createServer(async (request, response) => {
  const connector = connectors.get(request.url?.replace('/webhooks/', '') ?? '')
  if (connector === undefined) return void response.writeHead(404).end()
  const { method, headers } = request
  const answer = await connector.receive({ method, headers, body: request })
  response.writeHead(answer.status, answer.headers).end(answer.body)
})
server.listen(Number(env.PORT ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  console.info(`listening on http://127.0.0.1:${typeof address === 'object' && address?.port}`)
})

const delivery = new AbortController()
const { signal } = delivery
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => server.close(() => delivery.abort()))

/** A tenant whose spec is refused or whose store is broken stops alone. */
async function run(name: string, connector: Connector): Promise<void> {
  try {
    await Promise.all([connector.work({ signal }), connector.pollChanges({ signal })])
  } catch (error) {
    console.error(`tenant ${name} stopped: ${error}`)
  } finally {
    await connector.close()
  }
}
await Promise.all([...connectors].map(([name, connector]) => run(name, connector)))
await stores.close()
