/** Asks the source: one request of the spec, logged in, paced, retried for seconds, answered as JSON. */
import type { Bindings } from '../expression/expression.ts'
import { Fault } from '../fault.ts'
import type { Source, Store } from '../ports.ts'
import type { RequestSpec, SourceSpec } from '../spec/spec.ts'
import type { Json, Lane } from '../types.ts'
import { text } from './envelope.ts'
import type { Http, MakeRequest } from './http.ts'
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
    const ask = async (once: MakeRequest): Promise<Json> => {
      const { body } = await http(once, { lane, signal })
      if (body !== undefined) return body
      // A proxy's page is no empty list: taken for one, it would end a history early without a word.
      throw new Fault('transient', `${spec.name}/not-json`, `${spec.name} answered, but not in JSON; tried again`)
    }
    try {
      return await ask(make)
    } catch (error) {
      const path = error instanceof Fault ? error.details.movedTo : undefined
      if (path === undefined) throw error
      const moved: RequestSpec = { method: 'GET', path, query: new Map() }
      return ask(() => buildRequest(moved, {}, source.baseUrl, headers))
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
