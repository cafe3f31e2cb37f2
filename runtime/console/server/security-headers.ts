/** The headers of every answer: what a browser may do with it, which is little. */

/** Everything from ourselves, nothing inline, nothing framed. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
]

const HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // Nothing to other sites. Not `no-referrer`: with it browsers send forms with `Origin: null`, and we could not tell
  // our own from another site's where `Sec-Fetch-Site` is missing, as it is on plain HTTP.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'x-robots-tag': 'noindex, nofollow',
}

/** The same answer, with them. `formsLeadTo`: browsers hold `form-action` against where a form's answer redirects to. */
export function withSecurityHeaders(response: Response, formsLeadTo: readonly string[] = []): Response {
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value)
  headers.set('content-security-policy', [...POLICY, ['form-action', "'self'", ...formsLeadTo].join(' ')].join('; '))
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
  return new Response(response.body, { status: response.status, headers })
}
