/** The connector under Deno: `Deno.serve` speaks web-standard requests, as `receive` does. */
import process from 'node:process'
import { intercomToKlaviyo, optionsFromEnv } from 'intercom-to-klaviyo'
import { systemClock as clock } from 'intercom-to-klaviyo/runtime'
import { sqliteStore } from 'intercom-to-klaviyo/store/sqlite'

const { env } = process
const store = await sqliteStore(env.STORE_PATH ?? 'store.db', { clock })
const connector = await intercomToKlaviyo({ ...optionsFromEnv(env), store, clock, logger: console })
const { path } = connector.spec.webhook

const server = Deno.serve(
  {
    port: Number(env.PORT ?? 3000),
    hostname: '127.0.0.1',
    onListen: ({ port }) => console.info(`listening on http://127.0.0.1:${port}`),
  },
  (request) =>
    new URL(request.url).pathname === path ? connector.receive(request) : new Response('not found\n', { status: 404 }),
)

// On SIGTERM: answer the requests in flight, settle what is being delivered, close.
const delivery = new AbortController()
const { signal } = delivery
for (const name of ['SIGINT', 'SIGTERM'] as const)
  Deno.addSignalListener(name, () => void server.shutdown().then(() => delivery.abort()))
await Promise.all([connector.work({ signal }), connector.pollChanges({ signal })])
await connector.close()
await store.close()
Deno.exit()
