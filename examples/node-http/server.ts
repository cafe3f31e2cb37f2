/** The connector behind `node:http`: receives webhooks, delivers them, and loses nothing on SIGTERM. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { intercomToKlaviyo, optionsFromEnv } from 'intercom-to-klaviyo'
import { systemClock as clock, type LogFields } from 'intercom-to-klaviyo/runtime'
import { sqliteStore } from 'intercom-to-klaviyo/store/sqlite'

const { env } = process

const log = (level: string) => (message: string, fields?: LogFields) =>
  void process.stderr.write(`${JSON.stringify({ level, message, ...fields })}\n`)
const logger = { debug() {}, info: log('info'), warn: log('warn'), error: log('error') }

const store = await sqliteStore(env.STORE_PATH ?? 'store.db', { clock })
const connector = await intercomToKlaviyo({ ...optionsFromEnv(env), store, clock, logger })

async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const path = incoming.url?.split('?')[0]
  if (path === '/healthz') return void outgoing.end('ok\n')
  if (path !== connector.spec.webhook.path) return void outgoing.writeHead(404).end()
  // The request itself is the body: `receive` checks the signature over the raw bytes, so nothing may parse them before it.
  const { method, headers } = incoming
  const answer = await connector.receive({ method, headers, body: incoming })
  outgoing.writeHead(answer.status, answer.headers).end(answer.body)
}

const server = createServer((incoming, outgoing) => void handle(incoming, outgoing))
server.listen(Number(env.PORT ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  logger.info('listening', { port: typeof address === 'object' ? address?.port : undefined })
})

const delivery = new AbortController()
const { signal } = delivery
// Requests in flight still append records: only after them delivery ends.
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => server.close(() => delivery.abort()))
const retention = setInterval(() => void store.applyRetention(connector.spec.delivery.retention), 3_600_000)

// Delivers, and polls for what no webhook reported. Both return once they have settled what they hold.
await Promise.all([connector.work({ signal }), connector.pollChanges({ signal })])
clearInterval(retention)
await connector.close()
await store.close()
