/** What `start` answers: the webhook, what machines ask, and for people the console. */
import type { Connections } from '../../auth/connections.ts'
import type { Connector } from '../../connector.ts'
import type { Console } from '../../console/index.ts'
import { isLoopback, nonLocalReason } from '../../console/server/request-origin.ts'
import type { Clock, Logger } from '../../ports/effects.ts'
import type { Json } from '../../ports/types.ts'
import type { CliApp } from '../app.ts'
import { explain } from '../errors.ts'
import { METRICS_TYPE, metricsText } from './metrics.ts'
import { statusText } from './status.ts'

export interface RoutesParts {
  readonly app: Pick<CliApp, 'name' | 'version' | 'summary'>
  readonly connector: Pick<Connector, 'receive' | 'spec' | 'store' | 'gate'>
  readonly console: Console
  /** Log-ins that the source may tell us to forget. */
  readonly account?: Connections | undefined
  /** Aborted when the end begins. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly logger: Logger
  /** Reasons why no traffic should come here, e.g. that the process is stopping. */
  readonly notReadyReasons: () => readonly string[]
}

/** A store that takes longer than this to write is not ready. */
const READY_WITHIN = 5_000

type Page = (request: Request, address?: string) => Promise<Response>

/** Answers one request, of somebody at `address`, and never throws. A web-standard function: it needs no port. */
export function routes(parts: RoutesParts): (request: Request, address?: string) => Promise<Response> {
  const { app, connector, clock } = parts
  const { path: webhook, uninstall } = connector.spec.webhook
  const status: Page = async (request, address) =>
    text(200, isNear(request, address) ? await statusText(app, connector, clock) : `${app.name} ${app.version}\n`)
  const pages: Readonly<Record<string, Page>> = {
    '/healthz': async () => text(200, 'ok\n'),
    '/readyz': (request, address) => ready(parts, isNear(request, address)),
    '/metrics': async () => text(200, await metricsText(app, connector.store, clock), METRICS_TYPE),
  }
  return async (request, address) => {
    const path = new URL(request.url).pathname
    try {
      // `receive` answers every method itself: it knows which ones its source uses.
      if (path === webhook) return await connector.receive(request)
      if (path === uninstall?.path) return await noticed(request, parts)
      const page = path === '/' && !wantsPage(request) ? status : Object.hasOwn(pages, path) ? pages[path] : undefined
      if (page === undefined) return await parts.console.fetch(request, address)
      if (request.method === 'GET' || request.method === 'HEAD') return await page(request, address)
      return text(405, 'only GET and HEAD\n', undefined, { allow: 'GET, HEAD' })
    } catch (error) {
      // Its body never came to an end, so nothing was stored, and nobody is left to hear the answer.
      if (request.signal.aborted) return text(400, 'the request broke off\n')
      parts.logger.error(`request failed: ${explain(error)}`, { path })
      return text(500, 'something went wrong; the log says what\n')
    }
  }
}

/** A notice that we were removed. Answered alike whatever comes of it: who sends it need not know. */
async function noticed(request: Request, { account, connector, signal }: RoutesParts): Promise<Response> {
  if (request.method === 'HEAD') return text(200, '')
  if (request.method !== 'POST') return text(405, 'only HEAD and POST\n', undefined, { allow: 'HEAD, POST' })
  const { maxBodySize, uninstall } = connector.spec.webhook
  if (Number(request.headers.get('content-length') ?? Number.NaN) <= maxBodySize) {
    const body = parsed(await request.text())
    if (uninstall && body !== undefined)
      await account?.setup.handleUninstall({ body, workspace: uninstall.workspace }, signal)
  }
  return text(200, 'ok\n')
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** A browser asks for HTML; `curl` takes anything, and is told how things stand in a few lines of text. */
function wantsPage(request: Request): boolean {
  return request.headers.get('accept')?.includes('text/html') === true
}

/** From this machine, and not by way of a proxy or a tunnel: how things stand is nobody else's business. */
function isNear(request: Request, address = '127.0.0.1'): boolean {
  return nonLocalReason(request) === undefined && isLoopback(address.replace(/^::ffff:/, ''))
}

/**
 * 200 when a record could be stored now: webhooks must come in while delivery waits. The reason to wait may name an
 * account, so only this machine reads it.
 */
async function ready({ connector, clock, notReadyReasons }: RoutesParts, near: boolean): Promise<Response> {
  const reasons = [...notReadyReasons()]
  const waited = new AbortController()
  const wrote = connector.store.writeCheckpoints([{ name: 'ready', value: clock.now() }]).then(
    () => undefined,
    (error: unknown) => `the store cannot be written: ${explain(error)}`,
  )
  const late = clock.sleep(READY_WITHIN, waited.signal).then(() => 'the store takes too long to write')
  const failed = await Promise.race([wrote, late])
  waited.abort()
  if (failed !== undefined) reasons.push(failed)
  const shut = connector.gate.pausedReason()
  const waits = shut === undefined ? '' : `delivery waits${near ? `: ${shut}` : ''}\n`
  return reasons.length === 0 ? text(200, `ready\n${waits}`) : text(503, `${reasons.join('\n')}\n`)
}

function text(
  status: number,
  body: string,
  type = 'text/plain; charset=utf-8',
  headers: Record<string, string> = {},
): Response {
  return new Response(body, { status, headers: { 'content-type': type, 'cache-control': 'no-store', ...headers } })
}
