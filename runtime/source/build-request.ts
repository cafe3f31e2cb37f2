/** From a request in the spec to a Request on the wire. */
import type { Bindings } from '../expression/expression.ts'
import { Fault } from '../ports/fault.ts'
import type { Json } from '../ports/types.ts'
import type { RequestSpec } from '../spec/spec.ts'

/** Makes the request. What evaluates to nothing is left out of the query and the body. */
export async function buildRequest(
  spec: RequestSpec,
  bindings: Bindings,
  baseUrl: string,
  headers: Readonly<Record<string, string>>,
): Promise<Request> {
  const url = new URL(baseUrl.replace(/\/$/, '') + fill(spec.path, bindings))
  for (const [name, expression] of spec.query) {
    const value = await expression.evaluate(null, bindings)
    if (value !== undefined && value !== null && value !== '') url.searchParams.set(name, String(value))
  }
  const body = await spec.body?.evaluate(null, bindings)
  // Not followed: what another host answers is not the source's, and a redirected POST becomes a GET.
  const asked = { method: spec.method, redirect: 'manual' } as const
  if (body === undefined) return new Request(url, { ...asked, headers })
  return new Request(url, {
    ...asked,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

/** Replaces `{name}` by the binding of that name, percent-encoded. */
function fill(path: string, bindings: Bindings): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value: Json | undefined = bindings[name]
    if (typeof value !== 'string' && typeof value !== 'number')
      throw new Fault('bug', 'bug/unbound-path', `the path ${path} needs a value for {${name}}`)
    return encodeURIComponent(value)
  })
}
