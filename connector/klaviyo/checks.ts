/** Tries a log-in to Klaviyo: whose account it is, and which scopes it has. Writes nothing. */

import { getPath } from '../../runtime/lib/json.ts'
import type { CheckResult } from '../../runtime/ports/check-result.ts'
import { toFault } from '../../runtime/ports/fault.ts'
import type { Json } from '../../runtime/ports/types.ts'
import {
  endpointClient,
  type KlaviyoOptions,
  METRICS_ENDPOINT,
  type SendRequest,
  specEndpoint,
  windows,
} from './client.ts'

const ACCOUNTS = { path: '/api/accounts', windows: windows(1, 15) }

/** No event and no profile: whoever may write is told it is invalid (400), whoever may not is told that (403). */
const EMPTY = '{"data":{}}'

/** Yields one line a permission, in the order a person would mend them; one line alone if there is no way in. */
export async function* klaviyoChecks(options: KlaviyoOptions, signal: AbortSignal): AsyncGenerator<CheckResult> {
  const account = await read(endpointClient(options, ACCOUNTS, 'accounts:read'), 'accounts:read', signal, (body) => {
    const name = getPath(body, 'data', 0, 'attributes', 'contact_information', 'organization_name')
    return typeof name === 'string' && name !== '' ? `the account of ${name}` : 'an account without a name'
  })
  yield account.result
  if (account.hopeless) return

  const metrics = await read(
    endpointClient(options, METRICS_ENDPOINT, 'metrics:read'),
    'metrics:read',
    signal,
    (body) => {
      const list = getPath(body, 'data')
      return `metrics can be read${Array.isArray(list) ? ` (${list.length} on the first page)` : ''}`
    },
  )
  yield metrics.result
  yield await mayWrite(specEndpoint(options, 'event', 'events:write'), 'events:write', 'events', signal)
  yield await mayWrite(specEndpoint(options, 'profile', 'profiles:write'), 'profiles:write', 'profiles', signal)
}

interface Reading {
  readonly result: CheckResult
  /** No way in, or nobody there: there is no use in asking further. */
  readonly hopeless: boolean
}

async function read(
  ask: SendRequest,
  scope: string,
  signal: AbortSignal,
  say: (body: Json | undefined) => string,
): Promise<Reading> {
  const name = `Klaviyo ${scope}`
  try {
    const { body } = await ask('live', signal)
    return { result: { name, ok: true, detail: say(body) }, hopeless: false }
  } catch (error) {
    const { code, kind, message } = toFault(error)
    const hopeless = kind === 'transient' || code === 'klaviyo/no-credentials' || code === 'klaviyo/unauthorized'
    return { result: { name: hopeless ? 'Klaviyo account' : name, ok: false, detail: message }, hopeless }
  }
}

async function mayWrite(ask: SendRequest, scope: string, what: string, signal: AbortSignal): Promise<CheckResult> {
  const name = `Klaviyo ${scope}`
  try {
    await ask('live', signal, EMPTY)
  } catch (error) {
    const fault = toFault(error)
    if (fault.kind !== 'data') return { name, ok: false, detail: fault.message }
  }
  return { name, ok: true, detail: `${what} may be written (tried with an empty request; nothing was written)` }
}
