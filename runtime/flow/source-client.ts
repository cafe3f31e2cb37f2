/** Asks the source: one request of the spec, logged in, paced, retried for seconds, answered as JSON. */
import type { Bindings } from '../expression/expression.ts'
import { Fault } from '../fault.ts'
import type { Source, Store } from '../ports.ts'
import type { RequestSpec, SourceSpec } from '../spec/spec.ts'
import type { Json, Lane } from '../types.ts'
import { text } from './envelope.ts'
import type { Http } from './http.ts'
import { buildRequest } from './request.ts'

export interface SourceClient {
  /** Throws a `Fault`. Follows a thing that was merged into another to where it is now. */
  request(spec: RequestSpec, bindings: Bindings, lane: Lane, signal: AbortSignal): Promise<Json>
  /** The source's account, asked once and remembered in the store. */
  workspace(signal: AbortSignal): Promise<string>
}

export function sourceClient(
  spec: SourceSpec,
  parts: { readonly source: Source; readonly http: Http; readonly store: Store },
): SourceClient {
  const { source, http, store } = parts

  async function request(wanted: RequestSpec, bindings: Bindings, lane: Lane, signal: AbortSignal): Promise<Json> {
    const headers = { ...spec.headers, ...source.authorization() }
    // Made anew for every try: a Request's body can be read only once.
    const make = () => buildRequest(wanted, bindings, source.baseUrl, headers)
    try {
      return (await http(make, { lane, signal })).body ?? null
    } catch (error) {
      const path = error instanceof Fault ? error.details.movedTo : undefined
      if (path === undefined) throw error
      const moved: RequestSpec = { method: 'GET', path, query: new Map() }
      const again = await http(() => buildRequest(moved, {}, source.baseUrl, headers), { lane, signal })
      return again.body ?? null
    }
  }

  async function workspace(signal: AbortSignal): Promise<string> {
    const known = text(await store.checkpoint('workspace'))
    if (known !== undefined) return known
    const answer = await request(spec.workspace.request, {}, 'live', signal)
    const id = text(await spec.workspace.value.evaluate(answer))
    if (id === undefined)
      throw new Fault('config', 'source/no-workspace', `${spec.name} did not say which account this is`)
    await store.append([], { name: 'workspace', value: id })
    return id
  }

  return { request, workspace }
}
