/** The connector in a Fastify app: the webhook is an encapsulated plugin that keeps bodies raw. */
import Fastify, { type FastifyInstance } from 'fastify'
import { type Connector, intercomToKlaviyo, optionsFromEnv } from 'intercom-to-klaviyo'
import { systemClock as clock, type LogFields } from 'intercom-to-klaviyo/runtime'
import { sqliteStore } from 'intercom-to-klaviyo/store/sqlite'

const { env } = process

async function webhooks(app: FastifyInstance, { connector }: { readonly connector: Connector }): Promise<void> {
  const { path, maxBodySize } = connector.spec.webhook
  // In this plugin only, bodies stay raw bytes: Intercom signs them. The other routes of the app read JSON as before.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body))
  app.route({
    method: ['HEAD', 'POST'],
    url: path,
    bodyLimit: maxBodySize,
    async handler(request, reply) {
      const { method, headers } = request
      const answer = await connector.receive({ method, headers, body: request.body as Buffer | undefined })
      return reply.code(answer.status).headers(answer.headers).send(answer.body)
    },
  })
}

const app = Fastify({ logger: true })
app.post('/orders', async (request) => ({ received: request.body }))

/** Pino takes the fields first. */
const log = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: LogFields) =>
  app.log[level]({ ...fields }, message)
const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }

const store = await sqliteStore(env.STORE_PATH ?? 'store.db', { clock })
const connector = await intercomToKlaviyo({ ...optionsFromEnv(env), store, clock, logger })
await app.register(webhooks, { connector })
await app.listen({ port: Number(env.PORT ?? 3000), host: '127.0.0.1' })

// `app.close()` answers the requests in flight; only then does delivery end.
const delivery = new AbortController()
const { signal } = delivery
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => void app.close().then(() => delivery.abort()))
await Promise.all([connector.work({ signal }), connector.pollChanges({ signal })])
await connector.close()
await store.close()
