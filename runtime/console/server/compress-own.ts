/** Compresses pages and assets, but not for a navigation that another site began. */
import { compress } from 'hono/compress'
import { createMiddleware } from 'hono/factory'

const compressed = compress()

/**
 * The length of a compressed page tells whether it repeats a guessed text (BREACH). Tokens of forms are masked, and a page
 * that another site asked for, with a text of its choice in the address, is sent as it is. The event stream is never
 * compressed: it would wait in the buffer.
 */
export const compressOwn = createMiddleware(async (c, next) => {
  const site = c.req.header('sec-fetch-site')
  return site === 'cross-site' || site === 'same-site' ? next() : compressed(c, next)
})
