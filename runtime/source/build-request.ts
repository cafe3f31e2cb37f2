/** Builds a Request from a request of the spec. */
import type { Bindings } from '../expression/expression.ts'
import { capitalize } from '../lib/format.ts'
import { Fault } from '../ports/fault.ts'
import type { Json } from '../ports/types.ts'
import type { RequestSpec } from '../spec/spec.ts'

export interface RequestContext {
  readonly bindings: Bindings
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
  /** Of the source, for faults. */
  readonly name: string
}

/** Omits query parameters and a body that evaluate to nothing. */
export async function buildRequest(
  spec: RequestSpec,
  { bindings, baseUrl, headers, name: source }: RequestContext,
): Promise<Request> {
  const url =
    spec.url === undefined
      ? new URL(baseUrl.replace(/\/$/, '') + fillPath(spec.path, bindings))
      : sameOrigin(spec.url, baseUrl, source)
  for (const [name, expression] of spec.query) {
    const value = await expression.evaluate(null, bindings)
    if (value !== undefined && value !== null && value !== '') url.searchParams.set(name, String(value))
  }
  const body = await spec.body?.evaluate(null, bindings)
  // Redirects are not followed: another host's answer is not the source's, and a redirected POST becomes a GET.
  const init = { method: spec.method, redirect: 'manual' } as const
  if (body === undefined) return new Request(url, { ...init, headers })
  return new Request(url, {
    ...init,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

/** An address that the source gave. Credentials go to the API's own host alone. */
function sameOrigin(address: string, baseUrl: string, source: string): URL {
  const base = new URL(baseUrl)
  const url = URL.canParse(address, base.href) ? new URL(address, base) : undefined
  if (url?.origin === base.origin) return url
  const message = `${capitalize(source)} names a next page that is not on ${base.host}; its page was not requested, since the request would carry the credentials there`
  throw new Fault('config', 'stream/foreign-page', message)
}

/** Replaces `{name}` by the binding of that name, percent-encoded. */
function fillPath(path: string, bindings: Bindings): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value: Json | undefined = bindings[name]
    if (typeof value !== 'string' && typeof value !== 'number')
      throw new Fault('bug', 'bug/unbound-path', `the path ${path} needs a value for {${name}}`)
    return encodeURIComponent(value)
  })
}
