/** Routes of `start`: webhook, health checks, metrics, status and console. */
import type { Connections } from '../../auth/connections.ts'
import type { Connector } from '../../connector.ts'
import type { Console } from '../../console/index.ts'
import { READINESS_CHECKPOINT } from '../../lib/checkpoint-names.ts'
import { parseJson } from '../../lib/json.ts'
import { METRICS_TYPE, metricsText } from '../../metrics-text.ts'
import type { Clock, Logger } from '../../ports/effects.ts'
import type { Json } from '../../ports/types.ts'
import { openEnvelope } from '../../source/envelope.ts'
import { UnverifiedBodies } from '../../source/unverified-bodies.ts'
import type { CliApp } from '../app.ts'
import { describeError } from '../errors.ts'
import { healthBadge, healthJson, healthLines, healthMetrics, standbyLine } from './health-text.ts'
import { type MayRead, mayRead, type ReaderOptions } from './reader.ts'
import { formatStatus } from './status.ts'

export interface RoutesOptions {
  readonly app: Pick<CliApp, 'name' | 'version' | 'summary'>
  readonly connector: Pick<Connector, 'receive' | 'reportMisdirected' | 'spec' | 'store' | 'gate' | 'connectionStats'>
  readonly console: Console
  /** Disconnects on an uninstall notice of the source. */
  readonly connections?: Connections | undefined
  /** Aborted when the shutdown begins. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly logger: Logger
  /** The proxy that requests go through, for people. */
  readonly proxy?: string | undefined
  /** Lines of output that could not be written. */
  readonly droppedLines?: (() => number) | undefined
  /** The process that delivers in place of this one. */
  readonly otherOwner?: (() => string | undefined) | undefined
  /** Who may read metrics and status. */
  readonly readers: ReaderOptions
  /** Reasons why the process takes no traffic, such as its shutdown. */
  readonly notReadyReasons: () => readonly string[]
}

/** A store that takes longer to write is not ready. */
const READY_TIMEOUT_MS = 5_000

type RouteHandler = (request: Request) => Promise<Response>

/** Answers one request from the client at `address`, without a listener. Never throws. */
export function createRoutes(options: RoutesOptions): (request: Request, address?: string) => Promise<Response> {
  const { connector, clock, readers } = options
  const { path: webhook, uninstall, maxBodySize } = connector.spec.webhook
  const bodies = new UnverifiedBodies(clock, maxBodySize)
  const status: RouteHandler = async (request) => {
    const may = mayRead(request, readers)
    return text(
      200,
      may === 'nothing' ? `${options.app.name} ${options.app.version}\n` : await statusText(options, may),
    )
  }
  const pages: Readonly<Record<string, RouteHandler>> = {
    '/healthz': async () => text(200, 'ok\n'),
    '/readyz': (request) => readiness(options, mayRead(request, readers)),
    '/metrics': async (request) =>
      mayRead(request, readers) === 'nothing'
        ? text(401, TOKEN_NEEDED, undefined, { 'www-authenticate': 'Bearer' })
        : text(200, await metricsWithHealth(options), METRICS_TYPE),
    // The state alone is no secret: a public status page may show it.
    '/status': async (request) => {
      const health = await options.console.health()
      return text(
        health.state === 'stopped' ? 503 : 200,
        healthJson(health, mayRead(request, readers), options.otherOwner?.()),
        JSON_TYPE,
      )
    },
    '/status/badge.svg': async () => text(200, healthBadge(await options.console.health()), 'image/svg+xml'),
  }
  return async (request, address) => {
    const path = new URL(request.url).pathname
    const endpoint = withoutTrailingSlash(path)
    try {
      // `receive` answers every method: it knows those of its source.
      if (endpoint === withoutTrailingSlash(webhook)) return await connector.receive(request)
      if (uninstall && endpoint === withoutTrailingSlash(uninstall.path))
        return await receiveUninstall(request, path, { ...options, bodies })
      if (isSignedPost(request, connector)) return rejectMisdirected(path, connector)
      // The source tests an address by HEAD, so a page must not pass for a webhook address.
      if (request.method === 'HEAD' && !Object.hasOwn(pages, path)) return text(404, '')
      const page = path === '/' && !acceptsHtml(request) ? status : Object.hasOwn(pages, path) ? pages[path] : undefined
      if (page === undefined) return await options.console.fetch(request, address)
      if (request.method === 'GET' || request.method === 'HEAD') return await page(request)
      return text(405, 'only GET and HEAD\n', undefined, { allow: 'GET, HEAD' })
    } catch (error) {
      // The client aborted its request: nothing was stored, and no one reads the response.
      if (request.signal.aborted) return text(400, 'request aborted\n')
      options.logger.error(`request failed: ${describeError(error)}`, { path })
      return text(500, 'internal error; see the log\n')
    }
  }
}

/** An uninstall notice of the source. The response is always the same, so that a forged one reveals nothing. */
async function receiveUninstall(
  request: Request,
  path: string,
  { connections, connector, signal, bodies }: RoutesOptions & { readonly bodies: UnverifiedBodies },
): Promise<Response> {
  if (request.method === 'HEAD') return text(200, '')
  if (request.method !== 'POST') return text(405, 'only HEAD and POST\n', undefined, { allow: 'HEAD, POST' })
  const { uninstall } = connector.spec.webhook
  const bytes = await bodies.read(request)
  if (typeof bytes !== 'string') {
    const body = parseJson(new TextDecoder().decode(bytes))
    if (isSignedPost(request, connector) && (await isNotification(body, connector)))
      return rejectMisdirected(path, connector)
    if (uninstall && body !== undefined)
      await connections?.setup.handleUninstall({ body, workspace: uninstall.workspace }, signal)
  }
  return text(200, 'ok\n')
}

/** `/webhooks/` and `/webhooks` are the same address. */
const withoutTrailingSlash = (path: string): string => path.replace(/\/+$/, '')

const isSignedPost = ({ method, headers }: Request, { spec }: Pick<Connector, 'spec'>): boolean =>
  method === 'POST' && spec.webhook.signature !== undefined && headers.has(spec.webhook.signature.header)

/** A webhook, sent to the uninstall address by mistake. An uninstall notice has no topic. */
async function isNotification(body: Json | undefined, { spec }: Pick<Connector, 'spec'>): Promise<boolean> {
  return body !== undefined && (await openEnvelope(body, spec).then(Boolean, () => false))
}

function rejectMisdirected(path: string, connector: Pick<Connector, 'reportMisdirected' | 'spec'>): Response {
  connector.reportMisdirected(path)
  return text(404, `webhooks go to ${connector.spec.webhook.path}\n`)
}

/** Browsers accept HTML; `curl` and monitors get the status text. */
function acceptsHtml(request: Request): boolean {
  return request.headers.get('accept')?.includes('text/html') === true
}

const TOKEN_NEEDED = 'send the value of CONNECTOR_METRICS_TOKEN as a bearer token\n'

const JSON_TYPE = 'application/json'

async function metricsWithHealth(options: RoutesOptions): Promise<string> {
  const { app, connector, clock, droppedLines = () => 0, otherOwner, console: pages } = options
  const info = { name: app.name, version: app.version }
  const [metrics, health] = await Promise.all([metricsText(connector, { clock, info, droppedLines }), pages.health()])
  return metrics + healthMetrics(health, otherOwner?.())
}

const statusText = ({ app, connector, clock, proxy, otherOwner }: RoutesOptions, may: MayRead): Promise<string> =>
  formatStatus({ app, connector, clock, owner: otherOwner?.(), details: may === 'all' ? { proxy } : undefined })

/** 200 if a record can be stored now, even while delivery is paused: webhooks must still arrive. */
async function readiness(
  { connector, clock, notReadyReasons, otherOwner, console: pages }: RoutesOptions,
  may: MayRead,
): Promise<Response> {
  const reasons = [...notReadyReasons()]
  const timer = new AbortController()
  const write = connector.store.writeCheckpoints([{ name: READINESS_CHECKPOINT, value: clock.now() }]).then(
    () => undefined,
    (error: unknown) => `cannot write to the store: ${describeError(error)}`,
  )
  const timeout = clock.sleep(READY_TIMEOUT_MS, timer.signal).then(() => 'the store takes too long to write')
  const failure = await Promise.race([write, timeout])
  timer.abort()
  if (failure !== undefined) reasons.push(failure)
  if (reasons.length > 0) return text(503, `${reasons.join('\n')}\n`)
  return text(200, `ready\n${standbyLine(otherOwner?.(), may)}${healthLines(await pages.health(), may)}`)
}

function text(
  status: number,
  body: string,
  type = 'text/plain; charset=utf-8',
  headers: Record<string, string> = {},
): Response {
  return new Response(body, { status, headers: { 'content-type': type, 'cache-control': 'no-store', ...headers } })
}
