/** Response headers that restrict what a browser may do with the console's pages. */
import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { secureHeaders } from 'hono/secure-headers'

/** `formTargets`: browsers apply `form-action` to the redirects of a form's answer as well. */
export function securityHeaders(
  formTargets: readonly string[] = [],
  frameAncestors: readonly string[] = [],
): MiddlewareHandler {
  const isFramed = frameAncestors.length > 0
  return secureHeaders({
    // Everything from ourselves, nothing inline, nothing framed.
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      scriptSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: isFramed ? frameAncestors.map(toFrameSource) : ["'none'"],
      formAction: ["'self'", ...formTargets],
    },
    // It knows no list of origins; every browser that matters reads `frame-ancestors`.
    xFrameOptions: isFramed ? false : 'DENY',
    // Not `no-referrer`: with it browsers send forms with `Origin: null`, and our own forms could not be told from
    // another site's where `Sec-Fetch-Site` is missing, which it is on plain HTTP.
    referrerPolicy: 'same-origin',
    permissionsPolicy: { camera: [], geolocation: [], microphone: [], payment: [], usb: [] },
    // It binds the whole host and its subdomains, so the operator of the host decides.
    strictTransportSecurity: false,
  })
}

/** An origin, or `self`. Throws a `TypeError` for what would change the policy. */
export function toFrameSource(ancestor: string): string {
  if (ancestor === 'self' || ancestor === "'self'") return "'self'"
  if (/^https?:\/\/[\w.*-]+(:\d+)?$/.test(ancestor)) return ancestor
  throw new TypeError(`frameAncestors: "${ancestor}" is no origin: write https://app.example, or self`)
}

/** Keeps pages out of caches and search engines. Assets set their own `Cache-Control`. */
export const keepPrivate = createMiddleware(async (c, next) => {
  await next()
  c.res.headers.set('x-robots-tag', 'noindex, nofollow')
  if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store')
})
