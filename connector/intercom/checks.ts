/** Checks Intercom's credentials and the permissions a connection needs, by reading. */
import type { Bindings } from '../../runtime/expression/expression.ts'
import { isObject } from '../../runtime/lib/json.ts'
import type { CheckResult } from '../../runtime/ports/check-result.ts'
import type { Clock } from '../../runtime/ports/effects.ts'
import { type Fault, toFault } from '../../runtime/ports/fault.ts'
import type { Json } from '../../runtime/ports/types.ts'
import type { SourceClient } from '../../runtime/source/client.ts'
import type { RequestSpec, Spec } from '../../runtime/spec/spec.ts'

/** Yields one result for each permission, by its name in the Developer Hub's list. */
export async function* checkIntercom(
  client: SourceClient,
  spec: Spec,
  clock: Clock,
  signal: AbortSignal,
): AsyncIterable<CheckResult> {
  const send = (request: RequestSpec, bindings: Bindings = {}) =>
    client.request(request, { bindings, lane: 'live', signal })
  const get = (path: string): RequestSpec => ({ method: 'GET', path, query: new Map() })
  let unreachable = false
  const account = async () => describeWorkspace(await send(spec.source.workspace.request))
  yield await runCheck('Intercom account', account, ({ kind }) => {
    unreachable = kind === 'transient'
  })
  // Every further check would wait for the same timeout, and so would the person who started them.
  if (unreachable) return
  for (const [permission, path] of Object.entries(READ_PATHS)) {
    yield await runCheck(`Intercom: ${permission}`, async () => allowed(await send(get(path))))
  }
  const page = { pageSize: 1, until: Math.floor(clock.now() / 1000) }
  for (const stream of spec.streams.values()) {
    const permission = spec.resources.get(stream.resource)?.permission ?? `read ${stream.name}`
    yield await runCheck(`Intercom: ${permission}`, async () => allowed(await send(stream.request, page)))
  }
}

const READ_PATHS: Readonly<Record<string, string>> = {
  'Read admins': '/admins',
  'Read admins (teams)': '/teams',
  'Read tags': '/tags',
}

const allowed = (_: Json) => 'allowed'

/** From `GET /me`, so that a person notices a wrong workspace at once. */
function describeWorkspace(me: Json): string {
  const app = isObject(me) && isObject(me.app) ? me.app : {}
  return `workspace ${app.name ?? '?'} (${app.id_code ?? '?'}), region ${app.region ?? '?'}`
}

async function runCheck(
  name: string,
  attempt: () => Promise<string>,
  onFault: (fault: Fault) => void = () => undefined,
): Promise<CheckResult> {
  try {
    return { name, ok: true, detail: await attempt() }
  } catch (error) {
    const fault = toFault(error)
    onFault(fault)
    return { name, ok: false, detail: fault.message }
  }
}
