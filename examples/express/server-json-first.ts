/** The connector inside an Express app that parses all JSON before its routes, as many do: the parser keeps the raw bytes. */
import express from 'express'
import { intercomToKlaviyo, optionsFromEnv } from 'intercom-to-klaviyo'
import { systemClock as clock } from 'intercom-to-klaviyo/runtime'
import { sqliteStore } from 'intercom-to-klaviyo/store/sqlite'

const { env } = process
const store = await sqliteStore(env.STORE_PATH ?? 'store.db', { clock })
const connector = await intercomToKlaviyo({ ...optionsFromEnv(env), store, clock, logger: console })
const { path, maxBodySize } = connector.spec.webhook

const app = express()
const rawBodies = new WeakMap<object, Buffer>()
app.use(express.json({ limit: maxBodySize, verify: (request, _, bytes) => void rawBodies.set(request, bytes) }))

app.all(path, async (request, response) => {
  const { method, headers } = request
  const answer = await connector.receive({ method, headers, body: rawBodies.get(request) })
  response.status(answer.status).set(answer.headers).send(answer.body)
})
app.post('/orders', (request, response) => void response.json({ received: request.body }))

const server = app.listen(Number(env.PORT ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  console.info(`listening on http://127.0.0.1:${typeof address === 'object' && address?.port}`)
})

const delivery = new AbortController()
const { signal } = delivery
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => server.close(() => delivery.abort()))
await Promise.all([connector.work({ signal }), connector.pollChanges({ signal })])
await connector.close()
await store.close()
