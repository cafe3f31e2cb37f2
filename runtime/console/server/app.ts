/** The console as a Hono app: its middleware, then one route for each page and action. */
import { Hono } from 'hono'
import { html } from 'hono/html'
import { HTTPException } from 'hono/http-exception'
import { type Fault, toFault } from '../../ports/fault.ts'
import { serveAsset } from '../assets.ts'
import { bugReportLink, faultCode } from '../fault-link.ts'
import { actions, pages } from '../pages.ts'
import type { ConsoleOptions } from '../types.ts'
import { accessOfAction, accessOfPage } from './access.ts'
import { authorize, EXPIRED_FORM } from './authorize.ts'
import { compressOwn } from './compress-own.ts'
import { invitationRoutes } from './invitation.ts'
import { CHANGES_PATH } from './live-updates.ts'
import { loginRoutes } from './login.ts'
import { type MessagePage, PageRenderer } from './render.ts'
import { keepPrivate, securityHeaders } from './security-headers.ts'
import type { ConsoleEnv, ConsoleServices } from './services.ts'

export function createApp(services: ConsoleServices): Hono<ConsoleEnv> {
  const { options, updates } = services
  const { base = '', logger } = options
  const renderer = new PageRenderer(services)
  // `/t/42` and `/t/42/` are one page.
  const app = new Hono<ConsoleEnv>({ strict: false })
  const routes = base === '' ? app : app.basePath(base)

  app.use(compressOwn)
  app.use(securityHeaders(options.allowedFormTargets, options.frameAncestors), keepPrivate)
  // The sign-in page needs them as well.
  routes.get('/assets/:name', serveAsset)
  app.use(...authorize(services, renderer))

  routes.get(CHANGES_PATH, (c) => {
    const lastId = c.req.header('last-event-id') ?? c.req.query('seen') ?? ''
    return updates.subscribe(c, { lastId, browser: c.var.session?.id ?? '' })
  })
  if (options.visitor === undefined)
    routes.route('/', loginRoutes(services, renderer)).route('/', invitationRoutes(services, renderer))
  for (const page of pages)
    routes.get(page.path, (c) =>
      renderer.allows(c, accessOfPage(page)) ? renderer.page(c, page) : renderer.message(c, NOT_ALLOWED),
    )
  for (const action of actions)
    routes.post(action.path, (c) =>
      renderer.allows(c, accessOfAction(action)) ? renderer.action(c, action) : renderer.message(c, NOT_ALLOWED),
    )

  app.notFound((c) => renderer.message(c, NOT_FOUND))
  app.onError((error, c) => {
    // From `hono/csrf`.
    if (error instanceof HTTPException && error.status === 403) return renderer.message(c, EXPIRED_FORM)
    const fault = toFault(error)
    logger.error(`console: request failed: ${fault.message}`, { path: c.req.path, code: fault.code })
    return renderer.message(c, failurePage(fault, options))
  })
  return app
}

const NOT_ALLOWED: MessagePage = {
  status: 403,
  title: 'Not allowed',
  text: 'Your account may not do this. Nothing was changed. Ask the person who manages this connection.',
}

const NOT_FOUND: MessagePage = { status: 404, title: 'Page not found', text: 'This page does not exist.' }

/** The message of a bug may quote data of the request, so the page refers to the log. */
function failurePage(fault: Fault, options: ConsoleOptions): MessagePage {
  const reason = fault.kind === 'bug' ? 'an unexpected error, see the log for details' : fault.message
  const text = html`The request failed: ${reason} (${faultCode(fault.code, options)}). Stored records are unchanged. Go back and try again.${bugReportLink(fault, options)}`
  return { status: 500, title: 'Something went wrong', text }
}
