/** Admits visitors whom the host has signed in. */
import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { ConsoleOptions } from '../types.ts'
import type { MessagePage } from './render.ts'
import type { ConsoleEnv } from './services.ts'

/** In place of signing in. `refuse` answers those whom the host does not know. */
export function admitVisitor(
  visitor: NonNullable<ConsoleOptions['visitor']>,
  refuse: (c: Context<ConsoleEnv>, page: MessagePage) => Promise<Response>,
): MiddlewareHandler<ConsoleEnv> {
  return createMiddleware<ConsoleEnv>(async (c, next) => {
    const found = await visitor(c.req.raw)
    // A copy: headers of a redirect cannot be changed.
    if (found instanceof Response) return new Response(found.body, found)
    if (found === undefined) return refuse(c, UNKNOWN)
    c.set('visitor', found)
    return next()
  })
}

const UNKNOWN: MessagePage = {
  status: 403,
  title: 'Not signed in',
  text: 'Sign in to the site that this console belongs to, and load this page again.',
}
