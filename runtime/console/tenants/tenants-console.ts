/** The page of all tenants of a host, beside the consoles of each: `createTenantsConsole(options).fetch(request)`. */
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Clock, Logger } from '../../ports/effects.ts'
import { toFault } from '../../ports/fault.ts'
import { serveAsset } from '../assets.ts'
import { icon } from '../icons.ts'
import { normalizeBase } from '../normalize-base.ts'
import { compressOwn } from '../server/compress-own.ts'
import { htmlDocument } from '../server/document.ts'
import { localizeTimes, viewerZone } from '../server/local-times.ts'
import { keepPrivate, securityHeaders } from '../server/security-headers.ts'
import type { ConsoleEnv } from '../server/services.ts'
import { admitVisitor } from '../server/visitors.ts'
import type { ConsoleOptions, Html } from '../types.ts'
import { type TenantsPageOptions, tenantsPage } from './tenants-page.ts'

export interface TenantsConsoleOptions extends TenantsPageOptions, Pick<ConsoleOptions, 'frameAncestors'> {
  readonly app: Pick<ConsoleOptions['app'], 'name' | 'version'>
  readonly clock: Clock
  readonly logger: Logger
  /** As of `createConsole`. Every visitor whom it admits sees all tenants. */
  readonly visitor: NonNullable<ConsoleOptions['visitor']>
}

export interface TenantsConsole {
  /** Answers one request and never throws. */
  readonly fetch: (request: Request) => Promise<Response>
}

/** Reads from the store alone: it may run in a process that works for no tenant. */
export function createTenantsConsole(options: TenantsConsoleOptions): TenantsConsole {
  const base = normalizeBase(options.base)
  const app = new Hono<ConsoleEnv>({ strict: false })
  const routes = base === '' ? app : app.basePath(base)
  const message = async (c: Context<ConsoleEnv>, { status, title, text }: Message) =>
    respond(c, { title, status, body: html`<p>${text}</p>` })

  app.use(compressOwn, securityHeaders([], options.frameAncestors), keepPrivate)
  routes.get('/assets/:name', serveAsset)
  app.use(admitVisitor(options.visitor, message))
  routes.get('/', async (c) => respond(c, { title: TITLE, body: await tenantsPage(new URL(c.req.url), options) }))
  app.notFound((c) => message(c, { status: 404, title: 'Page not found', text: 'This page does not exist.' }))
  app.onError((error, c) => {
    const fault = toFault(error)
    options.logger.error(`console: request failed: ${fault.message}`, { path: c.req.path, code: fault.code })
    return message(c, FAILED)
  })

  async function respond(
    c: Context<ConsoleEnv>,
    { title, body, status = 200 }: { title: string; body: Html; status?: ContentfulStatusCode },
  ): Promise<Response> {
    const { name, version } = options.app
    const timeZone = viewerZone(c)
    const who = c.var.visitor?.name
    const page = htmlDocument({
      ...{
        title: `${title} · ${name}`,
        link: (path) => `${base}${path}`,
        timeZone,
        shape: status === 200 ? 'wide' : 'narrow',
      },
      header: html`<header class="bar"><p class="brand"><a href="${base}/"><span class="mark healthy" aria-hidden="true">${icon('arrow-right')}</span>${name}</a></p>${who && html`<p class="soft" dir="auto">${who}</p>`}</header>`,
      main: html`<h1>${title}</h1>${body}`,
      footer: html`<p><span>${name} ${version}</span><span class="soft">Times in <span data-zone-name>${timeZone ?? 'UTC'}</span></span></p>`,
    })
    const text = `${await page}`
    return c.html(timeZone === undefined ? text : localizeTimes(text, timeZone, options.clock.now()), status)
  }

  return { fetch: async (request) => app.fetch(request) }
}

interface Message {
  readonly status: ContentfulStatusCode
  readonly title: string
  readonly text: string | Html
}

const TITLE = 'Tenants'

const FAILED: Message = {
  status: 500,
  title: 'Something went wrong',
  text: 'The tenants cannot be read, see the log for details. Nothing was changed. Load this page again.',
}
