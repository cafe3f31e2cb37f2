/** Traces a connector with OpenTelemetry: spans as lines of JSON on stdout; a webhook's trace goes on after a restart. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import {
  BasicTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base'
import { intercomToKlaviyo } from 'intercom-to-klaviyo'
import { createOtelObserver } from 'intercom-to-klaviyo/otel'
import { systemClock as clock, type LogFields } from 'intercom-to-klaviyo/runtime'
import { sqliteStore } from 'intercom-to-klaviyo/store/sqlite'

const { env } = process

function log(level: string, message: string, fields?: LogFields): void {
  process.stderr.write(`${JSON.stringify({ level, message, ...fields })}\n`)
}

/** In production: `BatchSpanProcessor` and the OTLP exporter, or whatever your host has set up globally. */
const stdout: SpanExporter = {
  export(spans, done) {
    for (const span of spans) process.stdout.write(`${JSON.stringify(describe(span))}\n`)
    done({ code: 0 })
  },
  shutdown: async () => undefined,
}

function describe(span: ReadableSpan) {
  const { name, parentSpanContext, attributes, links, duration } = span
  const { traceId, spanId } = span.spanContext()
  const [seconds, nanoseconds] = duration
  const ms = Math.round(seconds * 1000 + nanoseconds / 1e6)
  return { name, traceId, spanId, parent: parentSpanContext?.spanId, ms, attributes, links: links.length }
}

const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(stdout)] })

const store = await sqliteStore(env.STORE_PATH ?? 'store.db', { clock })
const connector = await intercomToKlaviyo({
  secrets: {
    intercomAccessToken: env.INTERCOM_ACCESS_TOKEN,
    intercomClientSecret: env.INTERCOM_CLIENT_SECRET,
    klaviyoApiKey: env.KLAVIYO_API_KEY,
  },
  settings: { intercomBaseUrl: env.INTERCOM_BASE_URL, klaviyoBaseUrl: env.KLAVIYO_BASE_URL },
  observe: createOtelObserver({ tracerProvider }),
  store,
  clock,
  logger: {
    debug() {},
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields) => log('error', message, fields),
  },
})

/** `receive` checks the signature over the raw bytes, so nothing may parse the body before it. */
function toRequest(incoming: IncomingMessage): Request {
  const { method = 'GET', url = '/', headers } = incoming
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(new URL(url, `http://${headers.host ?? 'localhost'}`), {
    method,
    headers: Object.entries(headers).flatMap(([name, value]) =>
      [value ?? []].flat().map((one): [string, string] => [name, one]),
    ),
    ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' }),
  })
}

async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const path = incoming.url?.split('?')[0]
  if (path === '/healthz') return void outgoing.end('ok\n')
  if (path !== connector.spec.webhook.path) return void outgoing.writeHead(404).end()
  const response = await connector.receive(toRequest(incoming))
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  outgoing.end(await response.text())
}

const shutdown = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => shutdown.abort())

const server = createServer((incoming, outgoing) => {
  handle(incoming, outgoing).catch((error: unknown) => {
    log('error', 'request failed', { error: String(error) })
    if (!outgoing.headersSent) outgoing.writeHead(500)
    outgoing.end()
  })
})
server.listen(Number(env.PORT ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  log('info', 'listening', { port: typeof address === 'object' ? address?.port : undefined })
})

const delivery = new AbortController()
const delivering = connector.work({ signal: delivery.signal })
const retention = setInterval(() => void store.applyRetention(connector.spec.delivery.retention), 3_600_000)

try {
  await Promise.race([delivering, new Promise((resolve) => shutdown.signal.addEventListener('abort', resolve))])
} finally {
  clearInterval(retention)
  // First the requests in flight, which still append records; then the leases, which `work` settles; then the store.
  await new Promise((resolve) => server.close(resolve))
  delivery.abort()
  await delivering
  await connector.close()
  await tracerProvider.shutdown()
  await store.close()
}
