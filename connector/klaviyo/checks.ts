/** Checks Klaviyo's credentials: their account and their scopes. Writes nothing. */
import { getPath } from '../../runtime/lib/json.ts'
import type { CheckResult } from '../../runtime/ports/check-result.ts'
import { toFault } from '../../runtime/ports/fault.ts'
import type { Json } from '../../runtime/ports/types.ts'
import {
  endpointClient,
  type KlaviyoOptions,
  METRICS_ENDPOINT,
  rateWindows,
  type SendRequest,
  specEndpoint,
} from './client.ts'
import { checkRevision } from './revision.ts'

const ACCOUNTS = { path: '/api/accounts', windows: rateWindows(1, 15) }
/** Neither an event nor a profile: Klaviyo answers 400 (invalid) with the scope and 403 without it. */
const EMPTY = '{"data":{}}'

/**
 * Yields one result for each scope, most important first, and a warning when the revision nears its retirement. Yields
 * only the first when Klaviyo rejects the key or the revision, or is unreachable.
 */
export async function* checkKlaviyo(options: KlaviyoOptions, signal: AbortSignal): AsyncGenerator<CheckResult> {
  const accounts = endpointClient(options, ACCOUNTS, 'accounts:read')
  const account = await checkRead(accounts, 'accounts:read', signal, (body) => {
    const name = getPath(body, 'data', 0, 'attributes', 'contact_information', 'organization_name')
    return typeof name === 'string' && name !== '' ? `account of ${name}` : 'account without a name'
  })
  yield account.result
  if (account.isFatal) return
  const revision = checkRevision(options.spec.headers, options.clock.now())
  if (revision !== undefined) yield revision
  const metrics = endpointClient(options, METRICS_ENDPOINT, 'metrics:read')
  const { result } = await checkRead(metrics, 'metrics:read', signal, (body) => {
    const list = getPath(body, 'data')
    return `can read metrics${Array.isArray(list) ? ` (${list.length} on the first page)` : ''}`
  })
  yield result
  if ('profiles:read' in options.spec.permissions) {
    const profiles = specEndpoint(options, 'profiles', 'profiles:read')
    yield (await checkRead(profiles, 'profiles:read', signal, () => 'can find existing profiles')).result
  }
  yield await checkWrite(specEndpoint(options, 'event', 'events:write'), 'events:write', 'events', signal)
  yield await checkWrite(specEndpoint(options, 'profile', 'profiles:write'), 'profiles:write', 'profiles', signal)
  if ('data-privacy:write' in options.spec.permissions) {
    const deletion = specEndpoint(options, 'profileDeletion', 'data-privacy:write')
    yield await checkWrite(deletion, 'data-privacy:write', 'deletions', signal)
  }
}

/** Every further check would fail alike. */
const FATAL: ReadonlySet<string> = new Set([
  'klaviyo/no-credentials',
  'klaviyo/unauthorized',
  'klaviyo/revision',
  'klaviyo/revision-retired',
])

interface ReadCheck {
  readonly result: CheckResult
  /** The key or the revision is rejected, or Klaviyo is unreachable. */
  readonly isFatal: boolean
}

async function checkRead(
  send: SendRequest,
  scope: string,
  signal: AbortSignal,
  describe: (body: Json | undefined) => string,
): Promise<ReadCheck> {
  const name = `Klaviyo ${scope}`
  try {
    const { body } = await send('live', signal)
    return { result: { name, ok: true, detail: describe(body) }, isFatal: false }
  } catch (error) {
    const { code, kind, message } = toFault(error)
    const isFatal = kind === 'transient' || FATAL.has(code)
    return { result: { name: isFatal ? 'Klaviyo account' : name, ok: false, detail: message }, isFatal }
  }
}

async function checkWrite(send: SendRequest, scope: string, noun: string, signal: AbortSignal): Promise<CheckResult> {
  const name = `Klaviyo ${scope}`
  try {
    await send('live', signal, EMPTY)
  } catch (error) {
    const fault = toFault(error)
    if (fault.kind !== 'data') return { name, ok: false, detail: fault.message }
  }
  return { name, ok: true, detail: `can write ${noun} (checked with an empty request; wrote nothing)` }
}
