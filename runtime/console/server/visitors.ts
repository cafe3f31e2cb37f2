/** Admits visitors whom the host has signed in. */
import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { accessFor, mayAccess } from './access.ts'
import type { MessagePage, PageRenderer } from './render.ts'
import type { ConsoleEnv, ConsoleServices } from './services.ts'

/** In place of signing in. Logs what was done by whom. */
export function admitVisitor(
  { options }: ConsoleServices,
  visitor: NonNullable<ConsoleServices['options']['visitor']>,
  renderer: PageRenderer,
): MiddlewareHandler<ConsoleEnv> {
  const { base = '', logger } = options
  return createMiddleware<ConsoleEnv>(async (c, next) => {
    const found = await visitor(c.req.raw)
    // A copy: headers of a redirect cannot be changed.
    if (found instanceof Response) return new Response(found.body, found)
    if (found === undefined) return renderer.message(c, UNKNOWN)
    c.set('visitor', found)
    const { method } = c.req
    const path = c.req.path.slice(base.length) || '/'
    if (!mayAccess(found.may, accessFor(method, path))) return renderer.message(c, NOT_ALLOWED)
    if (method === 'POST' && path !== '/find') logger.info('console: form sent', { path, visitor: found.id })
    return next()
  })
}

const UNKNOWN: MessagePage = {
  status: 403,
  title: 'Not signed in',
  text: 'Sign in to the site that this console belongs to, and load this page again.',
}

const NOT_ALLOWED: MessagePage = {
  status: 403,
  title: 'Not allowed',
  text: 'Your account may not do this. Nothing was changed. Ask the person who manages this connection.',
}
