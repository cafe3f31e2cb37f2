/**
 * A machine for tests of many: the whole connector for any number of tenants. Receives their webhooks over HTTP at
 * `/TENANT`, and works by `runTenants` for those that it owns. Prints its port.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { preloadFunctions } from '../../../connector/functions/index.ts'
import { connectorFromSpec } from '../../../connector/index.ts'
import { loadConnectorSpec } from '../../../connector/spec.ts'
import type { Connector } from '../../../runtime/connector.ts'
import type { Fetch, ProcessIdentity } from '../../../runtime/ports/effects.ts'
import { postgresStores } from '../../../runtime/store/postgres/store.ts'
import { silentLogger, systemClock, systemFetch, systemRandom, systemSelf } from '../../../runtime/system.ts'
import { runTenants } from '../../../runtime/tenants/run-tenants.ts'

export interface MachineSettings {
  readonly store: string
  readonly intercom: string
  readonly klaviyo: string
  /** The machine's name, and the address that it listens on. */
  readonly name: string
  readonly host: string
  readonly claimMs: number
  /** Whether the others take it for a process of another machine: it runs on this one, as they do. */
  readonly isRemote: boolean
  readonly token: string
  readonly secret: string
  readonly key: string
}

const given = JSON.parse(process.argv[2] ?? '{}') as MachineSettings
const remote: ProcessIdentity = { id: `${process.pid}.${given.name}@${given.name}/0`, hasExited: () => false }
const stores = await postgresStores(given.store, { self: given.isRemote ? remote : systemSelf })
const spec = await loadConnectorSpec()
await preloadFunctions(silentLogger)

/** The destination sees which machine works. */
const fetch: Fetch = (request) => {
  const { headers } = request
  headers.set('x-machine', given.name)
  return systemFetch(request)
}

const open = (tenant: string): Connector =>
  connectorFromSpec(spec, stores.of(tenant), {
    secrets: { intercomAccessToken: given.token, intercomClientSecret: given.secret, klaviyoApiKey: given.key },
    settings: { intercomBaseUrl: given.intercom, klaviyoBaseUrl: given.klaviyo },
    fetch,
    tenant,
  })

/** Those that receive are kept, whichever machine delivers. */
const receivers = new Map<string, Connector>()

const server = createServer(async (incoming, answer) => {
  const tenant = incoming.url?.slice(1) ?? ''
  const receiver = receivers.get(tenant) ?? open(tenant)
  receivers.set(tenant, receiver)
  const { method = '', headers } = incoming
  const { status, body } = await receiver.receive({ method, headers, body: await text(incoming) })
  answer.writeHead(status).end(body)
})

const stop = new AbortController()
const running = runTenants({
  claims: stores.claims({ claimMs: given.claimMs }),
  connectorOf: async (tenant) => open(tenant),
  signal: stop.signal,
  clock: systemClock,
  random: systemRandom,
  logger: silentLogger,
})
server.listen(0, given.host, () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
process.once('SIGTERM', async () => {
  stop.abort()
  await running
  await stores.close()
  process.exit(0)
})
