/** Cookies as this console sets them: unreadable to scripts, and never sent along from another site's forms. */

export interface Cookie {
  readonly name: string
  readonly value: string
  /** Where the console is mounted: the cookie goes nowhere else. */
  readonly base: string
  /** 0 takes it away. */
  readonly seconds: number
}

export function cookieOf(request: Request, name: string): string | undefined {
  const prefix = `${nameFor(request, name)}=`
  const pairs = request.headers.get('cookie')?.split(/;\s*/) ?? []
  return pairs.find((pair) => pair.startsWith(prefix))?.slice(prefix.length)
}

/**
 * `SameSite=Lax`, not `Strict`: a log-in at the other side comes back as a link from there, and must find the session
 * it began in. No change can be made by a link, and forms carry a token besides.
 */
export function setCookie(request: Request, { name, value, base, seconds }: Cookie): string {
  const secure = isSecure(request) ? '; Secure' : ''
  return `${nameFor(request, name)}=${value}; Path=${base || '/'}; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`
}

/** Cookies do not tell ports apart, and two connectors on one machine would end each other's sessions. */
function nameFor(request: Request, name: string): string {
  return `connector-${name}-${new URL(request.url).port || 'web'}`
}

/** A proxy that speaks TLS says so. Whoever forges that only keeps his own cookie from himself. */
export function isSecure(request: Request): boolean {
  return new URL(request.url).protocol === 'https:' || request.headers.get('x-forwarded-proto') === 'https'
}
