/** Tenants of one process: the same ids, addresses and activity in each, and a mark on every other text of its own. */
import { createHmac } from 'node:crypto'
import { formatStatus } from '../../runtime/cli/server/status.ts'
import type { VirtualClock } from '../../runtime/conformance/virtual-clock.ts'
import { metricsText } from '../../runtime/metrics-text.ts'
import type { LogFields, Logger } from '../../runtime/ports/effects.ts'
import type { Store } from '../../runtime/ports/store.ts'
import type { Json } from '../../runtime/ports/types.ts'
import { openConsoleWithConnector, tokenIn } from './console.ts'

const SECRET = 'test-client-secret'
/** Texts of a workspace, its people and its Klaviyo account. Addresses and numbers stay equal in all tenants. */
const OWN =
  /^(name|body|subject|title|remark|value|organization_name|default_sender_name|_default_(title|description)_)$/
/** Every so many requests one is rejected for good. */
const REJECTED = 11

export interface TenantOptions {
  /** No text of another tenant holds it. */
  readonly mark: string
  readonly clock: VirtualClock
  readonly store: Store
}

type Parts = Awaited<ReturnType<typeof openConsoleWithConnector>>

export async function startTenant({ mark, clock, store }: TenantOptions) {
  /** All that leaves the connector, by where it goes. */
  const output = { sent: [] as string[], logged: [] as string[], stored: [] as string[], pages: [] as string[] }
  const line = (message: string, fields: LogFields = {}) =>
    void output.logged.push(`${message} ${JSON.stringify(fields)}`)
  const logger: Logger = { debug: line, info: line, warn: line, error: line }
  let posts = 0

  async function intercept(request: Request): Promise<Response> {
    if (!request.url.startsWith('https://a.klaviyo.com')) return marked(await tenant.intercom.fetch(request), mark)
    output.sent.push(`${request.url} ${await request.clone().text()}`)
    const isRejected = request.method === 'POST' && ++posts % REJECTED === 0
    return isRejected ? rejection() : marked(await tenant.klaviyo.fetch(request), mark)
  }

  async function receive(request: Request): Promise<Response> {
    const body = JSON.stringify(markTexts((await request.json()) as Json, mark))
    const signature = `sha1=${createHmac('sha1', SECRET).update(body).digest('hex')}`
    const { url, method } = request
    return tenant.connector.receive(new Request(url, { method, body, headers: { 'X-Hub-Signature': signature } }))
  }

  const tenant: Parts = await openConsoleWithConnector(
    { logger },
    {
      clock,
      conversations: 24,
      tickets: 16,
      workspace: `workspace-${mark}`,
      webhookUrl: () => 'http://localhost/webhooks/intercom',
      fetch: receive,
      intercept,
      connector: { logger, store: recordCalls(store, output.stored) },
    },
  )
  return { ...tenant, mark, output, readPages: () => crawl(tenant, output.pages), texts: () => texts(tenant, clock) }
}

export type Tenant = Awaited<ReturnType<typeof startTenant>>

const rejection = () =>
  new Response(JSON.stringify({ errors: [{ id: 'e1', status: 400, code: 'invalid', detail: 'rejected' }] }), {
    status: 400,
    headers: { 'content-type': 'application/vnd.api+json' },
  })

async function marked(response: Response, mark: string): Promise<Response> {
  const text = await response.text()
  const { status, headers } = response
  if (!headers.get('content-type')?.includes('json') || text === '')
    return new Response(text || null, { status, headers })
  return new Response(JSON.stringify(markTexts(JSON.parse(text) as Json, mark)), { status, headers })
}

function markTexts(value: Json, mark: string, key = ''): Json {
  if (typeof value === 'string') return OWN.test(key) && value !== '' ? `${value} ${mark}` : value
  if (Array.isArray(value)) return value.map((one: Json) => markTexts(one, mark))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, markTexts(one as Json, mark, name)]))
}

/** Records the arguments and the results of every call. */
function recordCalls(store: Store, calls: string[]): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...args: readonly unknown[]) => {
        calls.push(JSON.stringify([name, args.filter((arg) => !(arg instanceof AbortSignal))]))
        const result: unknown = Reflect.apply(value, target, args)
        if (result instanceof Promise) void result.then((it) => calls.push(JSON.stringify([name, it]) ?? ''))
        return result
      }
    },
  })
}

const MAX_PAGES = 150

/** Reads every page that links lead to, personal data shown, and what a search for each person finds. */
async function crawl(tenant: Parts, pages: string[]): Promise<void> {
  const browser = tenant.browser()
  const seen = new Set<string>()
  const queue = ['/']
  for (let path = queue.shift(); path !== undefined && seen.size < MAX_PAGES; path = queue.shift()) {
    if (seen.has(path)) continue
    seen.add(path)
    const response = await browser.get(path)
    const page = await response.text()
    pages.push(`${path}\n${page}`)
    const base = new URL(path, 'http://localhost:3000')
    for (const [, href = ''] of page.matchAll(/href="([^"#]+)/g)) {
      const url = new URL(href.replaceAll('&amp;', '&'), base)
      if (url.host === base.host && !url.pathname.startsWith('/assets/')) queue.push(url.pathname + url.search)
    }
  }
  const csrf = tokenIn(await browser.text('/find'))
  for (const { email, id } of await people(tenant)) {
    for (const what of [email, id]) {
      const found = await browser.post('/find', { csrf, what }, { from: '/find' })
      const location = found.headers.get('location')
      pages.push(`/find ${what}\n${location === null ? await found.text() : await browser.text(location)}`)
    }
  }
}

async function people({ intercom }: Pick<Parts, 'intercom'>): Promise<readonly { id: string; email: string }[]> {
  const headers = { Authorization: 'Bearer test-token' }
  const response = await intercom.fetch(new Request('https://api.intercom.io/contacts?per_page=50', { headers }))
  const { data } = (await response.json()) as { data: readonly { id: string; email: string | null }[] }
  return data.flatMap(({ id, email }) => (email === null ? [] : [{ id, email }])).slice(0, 12)
}

/** What a host and the command line show: metrics, the status, the ledger's view of each person. */
async function texts(
  { connector, store, intercom }: Pick<Parts, 'connector' | 'store' | 'intercom'>,
  clock: VirtualClock,
) {
  const app = { name: 'connector', version: '1.2.3', summary: 'A test.' }
  const traces = (await people({ intercom })).map(({ id }) => store.trace(id))
  return {
    metrics: await metricsText({ store }, { clock }),
    status: await formatStatus({ app, connector, clock, details: { proxy: undefined } }),
    traces: JSON.stringify(await Promise.all(traces)),
    state: JSON.stringify([connector.webhookStats(), connector.connectionStats(), connector.gate.pausedReason()]),
  }
}
