/** Spans and metrics of a whole connector: one trace from the webhook to the requests of its delivery. */
import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { afterEach, expect, test } from 'vitest'
import { signedWebhook } from '../../../runtime/conformance/signed-webhook.ts'
import { createOtelObserver } from '../../../runtime/otel/index.ts'
import { findContactWithEmail, type HarnessOptions, startConnector } from '../../helpers/connector-harness.ts'

const never = new AbortController().signal
const TOPIC = 'conversation.user.created'
const METRIC = 'Created Conversation'

async function tracedConnector(options: HarnessOptions = {}) {
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 2 ** 31 - 1 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  const observe = createOtelObserver({ tracerProvider, meterProvider })
  const shop = await startConnector({ ...options, connector: { observe, tenant: 'shop-1', ...options.connector } })
  const { id } = await findContactWithEmail(shop.intercom)
  const contacts = { type: 'contact.list', contacts: [{ type: 'contact', id }] }
  const source = { type: 'conversation', author: { type: 'user', id } }
  const conversation = { type: 'conversation', id: '1', created_at: shop.clock.now() / 1000, source, contacts }
  const spans = async () => {
    await shop.connector.close()
    return exporter.getFinishedSpans()
  }
  const metrics = async () => {
    await reader.forceFlush()
    await meterProvider.shutdown()
    const all = metricExporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
    return new Map(all.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints]))
  }
  return { ...shop, notify: () => shop.notify(TOPIC, conversation), spans, metrics, exporter, tracerProvider }
}

const named = (spans: readonly ReadableSpan[], name: string) => {
  const found = spans.find((span) => span.name === name)
  if (found === undefined) throw new Error(`no span ${name} among ${spans.map((span) => span.name).join(', ')}`)
  return found
}
const isChild = (child: ReadableSpan, parent: ReadableSpan) =>
  child.parentSpanContext?.spanId === parent.spanContext().spanId &&
  child.spanContext().traceId === parent.spanContext().traceId

test("a webhook's trace goes on through its delivery", async () => {
  const { notify, work, spans } = await tracedConnector()
  await notify()
  await work()
  const all = await spans()
  const [receive, process] = [named(all, `receive ${TOPIC}`), named(all, `process ${TOPIC}`)]
  const [lookup, send] = [named(all, 'lookup contact'), named(all, `send ${METRIC}`)]
  expect(receive.parentSpanContext).toBeUndefined()
  expect([receive.kind, process.kind, send.kind]).toEqual([SpanKind.SERVER, SpanKind.CONSUMER, SpanKind.PRODUCER])
  const tree: readonly (readonly [string, ReadableSpan])[] = [
    [`process ${TOPIC}`, receive],
    ['map', process],
    ['lookup contact', process],
    [`send ${METRIC}`, process],
    ['GET /contacts/{key}', lookup],
    ['POST /api/events', send],
  ]
  for (const [child, parent] of tree) expect(isChild(named(all, child), parent), child).toBe(true)
  expect(process.attributes).toMatchObject({
    'messaging.system': 'connector',
    'messaging.operation.type': 'process',
    'messaging.destination.name': TOPIC,
    'connector.tenant': 'shop-1',
    'connector.attempt': 1,
    'connector.outcome': 'delivered',
  })
  expect(named(all, 'POST /api/events').attributes).toMatchObject({
    'http.request.method': 'POST',
    'http.response.status_code': 202,
    'server.address': 'a.klaviyo.com',
    'url.template': '/api/events',
  })
})

test('the trace of the request goes on, if its header is valid', async () => {
  const { connector, spans, secret, clock } = await tracedConnector()
  const body = JSON.stringify({
    type: 'notification_event',
    app_id: 'sandbox1',
    id: 'n1',
    topic: TOPIC,
    created_at: clock.now() / 1000,
    data: { item: { type: 'conversation', id: '1' } },
  })
  const request = signedWebhook({ notification: body, secret, now: clock.now() }, connector.spec.webhook)
  request.headers.set('traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')
  expect((await connector.receive(request)).status).toBe(200)
  const receive = named(await spans(), `receive ${TOPIC}`)
  expect(receive.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c')
  expect(receive.parentSpanContext).toMatchObject({ spanId: 'b7ad6b7169203331', isRemote: true })
})

/** Those of the contrib packages do the same. */
class StorageContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>()
  active = () => this.#storage.getStore() ?? ROOT_CONTEXT
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    active: Context,
    fn: F,
    self?: ThisParameterType<F>,
    ...args: A
  ) {
    return this.#storage.run(active, () => fn.apply(self, args))
  }
  bind = <T>(_: Context, target: T) => target
  enable = () => this
  disable = () => this
}

afterEach(() => context.disable())

test("a webhook within a span of the host's server is its child", async () => {
  context.setGlobalContextManager(new StorageContextManager())
  const { notify, spans, tracerProvider } = await tracedConnector()
  const server = tracerProvider.getTracer('host').startSpan('POST /webhooks')
  await context.with(trace.setSpan(ROOT_CONTEXT, server), notify)
  server.end()
  const all = await spans()
  const receive = named(all, `receive ${TOPIC}`)
  expect(isChild(receive, named(all, 'POST /webhooks'))).toBe(true)
  expect(receive.kind).toBe(SpanKind.INTERNAL)
})

test('a bulk request links to the attempts of its events, and they to it', async () => {
  const { connector, clock, spans } = await tracedConnector()
  const read = async () => {
    for await (const { phase } of connector.backfill({ signal: never })) if (phase === 'done') return
  }
  await clock.until(read())
  const all = await spans()
  const bulk = all.filter(({ name }) => name === 'send bulk')
  const attempts = new Map(
    all.filter(({ name }) => name.startsWith('process ')).map((span) => [span.spanContext().spanId, span]),
  )
  expect(bulk.length).toBeGreaterThan(0)
  for (const span of bulk) {
    expect(span.parentSpanContext).toBeUndefined()
    expect(span.links.length).toBeGreaterThan(0)
    for (const { context: linked } of span.links)
      expect(attempts.get(linked.spanId)?.links.map((link) => link.context.spanId)).toContain(span.spanContext().spanId)
    expect(
      all.filter((child) => child.name === 'POST /api/event-bulk-create-jobs').some((child) => isChild(child, span)),
    ).toBe(true)
  }
  const page = named(all, 'read conversations')
  expect(all.some((child) => child.name === 'POST /conversations/search' && isChild(child, page))).toBe(true)
})

test('a failed attempt has the code of its fault, and the retries of its request', async () => {
  const intercept = (request: Request) =>
    request.url.endsWith('/api/events') ? new Response('{}', { status: 503 }) : undefined
  const { notify, work, spans } = await tracedConnector({ intercept })
  await notify()
  await work(4_000)
  const all = await spans()
  const process = named(all, `process ${TOPIC}`)
  expect(process.status).toMatchObject({ code: SpanStatusCode.ERROR })
  expect(process.attributes).toMatchObject({ 'error.type': 'klaviyo/unavailable', 'connector.outcome': 'deferred' })
  const send = named(all, `send ${METRIC}`)
  expect(send.events.filter(({ name }) => name === 'retried')).toHaveLength(3)
  const tries = all.filter((span) => span.name === 'POST /api/events')
  expect(tries.every((span) => isChild(span, send))).toBe(true)
  expect(tries.map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([undefined, 1, 2, 3])
})

test('metrics count what arrives and what it becomes', async () => {
  const { notify, work, connector, metrics } = await tracedConnector()
  await notify()
  await notify()
  await work()
  await connector.close()
  const all = await metrics()
  const values = (name: string) => all.get(name)?.map(({ attributes, value }) => ({ ...attributes, value }))
  expect(values('connector.webhooks')).toMatchObject([
    { 'connector.outcome': 'stored', 'messaging.destination.name': TOPIC, 'connector.tenant': 'shop-1', value: 1 },
    { 'connector.outcome': 'duplicate', value: 1 },
  ])
  expect(values('connector.events')).toMatchObject([
    { 'connector.metric': METRIC, 'connector.outcome': 'delivered', value: 1 },
  ])
  expect(values('messaging.process.duration')).toMatchObject([
    { 'connector.outcome': 'delivered', value: { count: 1 } },
  ])
  expect(values('http.client.request.duration')?.map((one) => Reflect.get(one, 'url.template'))).toEqual(
    expect.arrayContaining(['/contacts/{key}', '/api/events']),
  )
})

test('without an SDK nothing is recorded, and delivery is the same', async () => {
  const { notify, work, klaviyo, connector } = await startConnector({
    connector: { observe: createOtelObserver() },
  }).then(async (shop) => {
    const { id } = await findContactWithEmail(shop.intercom)
    const contacts = { type: 'contact.list', contacts: [{ type: 'contact', id }] }
    const item = {
      type: 'conversation',
      id: '1',
      created_at: shop.clock.now() / 1000,
      source: { author: { type: 'user', id } },
      contacts,
    }
    return { ...shop, notify: () => shop.notify(TOPIC, item) }
  })
  await notify()
  await work()
  await connector.close()
  expect(klaviyo.events()).toHaveLength(1)
})
