/** Admits visitors whom the host has signed in. */
import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { MessagePage, PageRenderer } from './render.ts'
import type { ConsoleEnv, ConsoleServices } from './services.ts'

/** In place of signing in. */
export function admitVisitor(
  visitor: NonNullable<ConsoleServices['options']['visitor']>,
  renderer: PageRenderer,
): MiddlewareHandler<ConsoleEnv> {
  return createMiddleware<ConsoleEnv>(async (c, next) => {
    const found = await visitor(c.req.raw)
    // A copy: headers of a redirect cannot be changed.
    if (found instanceof Response) return new Response(found.body, found)
    if (found === undefined) return renderer.message(c, UNKNOWN)
    c.set('visitor', found)
    return next()
  })
}

const UNKNOWN: MessagePage = {
  status: 403,
  title: 'Not signed in',
  text: 'Sign in to the site that this console belongs to, and load this page again.',
}
