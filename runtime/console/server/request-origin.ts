/** Where a request comes from: this machine, a proxy, our own pages or another site. */
import type { Context } from 'hono'

/** Headers that a reverse proxy or a tunnel adds. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip']

/**
 * Why a request is refused when no password protects the console, or undefined.
 *
 * A page of another site can point its own name at 127.0.0.1 (DNS rebinding), and a tunnel opened for webhooks exposes
 * the console to the internet. The host name reveals the first, the headers the second.
 */
export function nonLocalReason(request: Request): string | undefined {
  const { hostname } = new URL(request.url)
  if (!isLoopback(hostname)) return `this request was sent to "${hostname}", which is not a name of this machine`
  if (FORWARDED.some((name) => request.headers.has(name))) return 'this request came through a proxy'
  return undefined
}

/** `localhost` and its subdomains, 127.0.0.0/8, ::1: names that resolve to this machine only. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname)
}

/**
 * The origin rule for `hono/csrf`, which accepts a request if either `Sec-Fetch-Site` or `Origin` is right. Ours is
 * stricter: where a browser sends `Sec-Fetch-Site`, it decides alone. Hosts are compared without the scheme, because a
 * TLS proxy in front of us changes it.
 */
export function isOwnOrigin(origin: string, c: Context): boolean {
  if (c.req.header('sec-fetch-site') !== undefined) return false
  return URL.canParse(origin) && new URL(origin).host === new URL(c.req.url).host
}
