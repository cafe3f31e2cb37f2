/**
 * A machine for tests of many: receives records over HTTP for any tenant, and delivers those of the tenants that it owns
 * to a destination over HTTP. Prints its port. Its connectors are plain: what is tested is who works for whom.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { delivered, event, record, settlement } from '../../../runtime/conformance/contracts/store/fixtures.ts'
import type { LeasedRecord } from '../../../runtime/ports/types.ts'
import { postgresStores } from '../../../runtime/store/postgres/store.ts'
import { silentLogger, systemClock, systemRandom } from '../../../runtime/system.ts'
import { runTenants } from '../../../runtime/tenants/run-tenants.ts'
import type { TenantConnector } from '../../../runtime/tenants/tasks.ts'

const [url = '', destination = '', name = '', claimMs = '20000'] = process.argv.slice(2)
const stores = await postgresStores(url)

function connectorOf(tenant: string): TenantConnector {
  const store = stores.of(tenant)
  const closing = new AbortController()
  // A lease whose answer was lost with the database ends by expiry alone: shorter than the test waits.
  const request = { lane: 'live', limit: 100, leaseMs: 10_000 } as const
  const leaseAny = async (): Promise<readonly LeasedRecord[]> => {
    const fresh = await store.lease(request)
    if (fresh.length > 0 || (await store.mostCutOffs('live')) === 0) return fresh
    return [
      ...(await store.lease({ ...request, cutOff: 'once' })),
      ...(await store.lease({ ...request, cutOff: 'repeatedly' })),
    ]
  }
  async function send(batch: readonly LeasedRecord[]): Promise<void> {
    const known = await store.filterDelivered(batch.map(({ id }) => id))
    const keys = batch.map(({ id }) => id).filter((id) => !known.has(id))
    const body = JSON.stringify({ tenant, machine: name, keys })
    await fetch(destination, { method: 'POST', body, signal: closing.signal })
  }
  const work = async ({ signal }: { readonly signal: AbortSignal }) => {
    for (let leased = 0; ; ) {
      if (signal.aborted || closing.signal.aborted) return { ended: 'stopped', leased, remaining: 0, nextAt: 0 }
      const batch = await leaseAny()
      if (batch.length === 0) return { ended: 'idle', leased, remaining: 0, nextAt: await store.nextDue?.('live') }
      await send(batch)
      await store.settle(batch.map((one) => settlement(one, delivered(event('Metric', { key: one.id })))))
      leased += batch.length
    }
  }
  const connector = {
    spec: {},
    store,
    gate: { pausedReason: () => undefined },
    work,
    close: async () => closing.abort(),
  }
  return connector as unknown as TenantConnector
}

const server = createServer(async (incoming, answer) => {
  try {
    const { tenant, ids } = (await json(incoming)) as { readonly tenant: string; readonly ids: readonly string[] }
    await stores.of(tenant).append(ids.map((id) => record(id, { orderingKey: id, body: 'x'.repeat(500) })))
    answer.writeHead(200).end()
  } catch (error) {
    answer.writeHead(503).end(String(error))
  }
})
const stop = new AbortController()
const options = {
  claims: stores.claims({ claimMs: Number(claimMs) }),
  connectorOf: async (it: string) => connectorOf(it),
}
const running = runTenants({
  ...options,
  signal: stop.signal,
  clock: systemClock,
  random: systemRandom,
  logger: silentLogger,
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
process.once('SIGTERM', async () => {
  stop.abort()
  await running
  await stores.close()
  process.exit(0)
})
