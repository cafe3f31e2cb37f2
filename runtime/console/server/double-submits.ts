/** Gives a form that is sent twice at once one effect and one answer. */
import { createHash } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { ConsoleEnv } from './services.ts'

/**
 * The same form of the same session, sent again while the first is handled, gets the first one's answer, cookies
 * included, and is not handled: a one-time code, for example, would be refused the second time. One that is sent again
 * later finds nothing left to do: that is up to each action.
 */
export function joinDoubleSubmits(): MiddlewareHandler<ConsoleEnv> {
  const running = new Map<string, Promise<Response>>()
  return createMiddleware<ConsoleEnv>(async (c, next) => {
    const { form, session } = c.var
    if (form === undefined || session === undefined) return next()
    // Without the token, which each page masks anew.
    const fields = [...form].filter(([name]) => name !== 'csrf')
    // A digest, because forms hold passwords and keys.
    const key = createHash('sha256')
      .update(JSON.stringify([session.id, c.req.path, fields]))
      .digest('base64')
    const first = running.get(key)
    if (first !== undefined) return (await first).clone()
    const handled = next()
    // Cloned before the server reads it.
    const answer = handled.then(() => c.res.clone())
    running.set(key, answer)
    try {
      await handled
      await answer
    } finally {
      running.delete(key)
    }
  })
}
