/** The connector under Bun: `Bun.serve` speaks web-standard requests, as `receive` does. */
import { intercomToKlaviyo, optionsFromEnv } from 'intercom-to-klaviyo'
import { systemClock as clock } from 'intercom-to-klaviyo/runtime'
import { sqliteStore } from 'intercom-to-klaviyo/store/sqlite'

const { env } = process
const store = await sqliteStore(env.STORE_PATH ?? 'store.db', { clock })
const connector = await intercomToKlaviyo({ ...optionsFromEnv(env), store, clock, logger: console })

const server = Bun.serve({
  port: Number(env.PORT ?? 3000),
  hostname: '127.0.0.1',
  routes: { [connector.spec.webhook.path]: (request) => connector.receive(request) },
  fetch: () => new Response('not found\n', { status: 404 }),
})
console.info(`listening on http://127.0.0.1:${server.port}`)

// On SIGTERM: answer the requests in flight, settle what is being delivered, close.
const delivery = new AbortController()
const { signal } = delivery
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => void server.stop().then(() => delivery.abort()))
await Promise.all([connector.work({ signal }), connector.pollChanges({ signal })])
await connector.close()
await store.close()
