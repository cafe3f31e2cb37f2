/** Asks the source: one request of the spec, logged in, paced, retried for seconds, answered as JSON. */

import type { Bindings } from '../expression/expression.ts'
import type { HttpClient } from '../http/client.ts'
import { withAuth } from '../http/with-auth.ts'
import { WORKSPACE_CHECKPOINT } from '../lib/checkpoint-names.ts'
import { capitalize } from '../lib/format.ts'
import { asId } from '../lib/json.ts'
import { Fault, toFault } from '../ports/fault.ts'
import type { Source } from '../ports/source.ts'
import type { Store } from '../ports/store.ts'
import type { Json, Lane } from '../ports/types.ts'
import type { RequestSpec, SourceSpec } from '../spec/spec.ts'
import { buildRequest } from './build-request.ts'

export interface SourceClient {
  /**
   * Throws a `Fault`. Follows a thing that was merged into another to where it is now.
   * `fits` looks at any other answer: one that is not of what was asked for is asked for again.
   */
  request(
    spec: RequestSpec,
    bindings: Bindings,
    lane: Lane,
    signal: AbortSignal,
    fits?: (answer: Json) => boolean,
  ): Promise<Json>
  /** The source's account. Throws a config `Fault` if the store holds another one's records. */
  workspace(signal: AbortSignal): Promise<string>
}

export function createSourceClient(
  spec: SourceSpec,
  parts: { readonly source: Source; readonly http: HttpClient; readonly store: Store },
): SourceClient {
  const { source, http, store } = parts

  const request: SourceClient['request'] = async (wanted, bindings, lane, signal, fits = () => true) => {
    const ask = (asked: RequestSpec, bound: Bindings) =>
      withAuth(source.auth, signal, ({ baseUrl, headers }) =>
        // Made anew for every try: a Request's body can be read only once.
        http(() => buildRequest(asked, bound, baseUrl, { ...spec.headers, ...headers }), { lane, signal }),
      )
    try {
      const body = acceptableBody((await ask(wanted, bindings)).body)
      if (body !== undefined && fits(body)) return body
      throw wrongAnswer(spec.name)
    } catch (error) {
      const path = error instanceof Fault ? error.details.movedTo : undefined
      if (path === undefined) throw error
      const moved = acceptableBody((await ask({ method: 'GET', path, query: new Map() }, {})).body)
      if (moved !== undefined) return moved
      throw wrongAnswer(spec.name)
    }
  }

  async function workspace(signal: AbortSignal): Promise<string> {
    const known = asId(await store.readCheckpoint(WORKSPACE_CHECKPOINT))
    const id = await asked(signal).catch((error: unknown) => {
      // Falls back to the pinned account in transient trouble only: a refusal may come from another account.
      if (known === undefined || signal.aborted || toFault(error).kind !== 'transient') throw error
      return known
    })
    if (known !== undefined && known !== id) throw otherAccount(spec.name)
    await store.append([], { name: WORKSPACE_CHECKPOINT, value: id })
    return id
  }

  async function asked(signal: AbortSignal): Promise<string> {
    const answer = await request(spec.workspace.request, {}, 'live', signal)
    const id = asId(await spec.workspace.id.evaluate(answer))
    if (id !== undefined) return id
    throw new Fault('config', 'source/unknown-account', `${spec.name} did not say which account this is`)
  }

  return { request, workspace }
}

/** A thing or a list: neither an error under a 200, which would pass for a thing without anything in it, nor a mere value. */
function acceptableBody(body: Json | undefined): Json | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  return 'errors' in body && Array.isArray(body.errors) ? undefined : body
}

function wrongAnswer(name: string): Fault {
  const message = `${capitalize(name)} answered 200, but not with what was asked for; tried again`
  return new Fault('transient', `${name}/unexpected-response`, message)
}

function otherAccount(name: string): Fault {
  const message = `the store belongs to another account of ${capitalize(name)}: use its credentials, or another store`
  return new Fault('config', 'source/other-account', message)
}
