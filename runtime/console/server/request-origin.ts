/** Whether a form was sent by our own pages or by another site. */
import type { Context } from 'hono'

/**
 * The origin rule for `hono/csrf`, which accepts a request if either `Sec-Fetch-Site` or `Origin` is right. Ours is
 * stricter: where a browser sends `Sec-Fetch-Site`, it decides alone. Hosts are compared without the scheme, because a
 * TLS proxy in front of us changes it.
 */
export function isOwnOrigin(origin: string, c: Context): boolean {
  if (c.req.header('sec-fetch-site') !== undefined) return false
  return URL.canParse(origin) && new URL(origin).host === new URL(c.req.url).host
}
