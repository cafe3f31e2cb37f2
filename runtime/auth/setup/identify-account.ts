/** Identifies the account at a side that a set of credentials belongs to. */
import type { Expression } from '../../expression/expression.ts'
import { createHttpClient } from '../../http/client.ts'
import { FOREIGN_REFUSAL, isRefusal } from '../../http/error-response.ts'
import { createRateLimiter } from '../../http/rate-limiter.ts'
import { asId, isObject } from '../../lib/json.ts'
import { Fault } from '../../ports/fault.ts'
import type { ErrorExplanation } from '../../ports/source.ts'
import type { Json } from '../../ports/types.ts'
import { buildRequest } from '../../source/build-request.ts'
import { apiHost, authorizationHeaders, type Credentials, type NetworkEffects, type Side } from '../side.ts'
import type { AccountInfo } from './setup-state.ts'

/** Throws a `Fault` worded for the person who has just connected the side. */
export async function identifyAccount(
  side: Side,
  credentials: Credentials,
  effects: NetworkEffects,
  signal: AbortSignal,
): Promise<AccountInfo> {
  const { name, timeout, account, label } = side
  if (account === undefined) return { id: name }
  const windows = [{ limit: 1, interval: 1000 }]
  const explain = (status: number, answer: Json | undefined) => explainRejection(side, credentials, status, answer)
  const limiter = createRateLimiter({ windows, utilization: 1 }, effects.clock)
  const send = createHttpClient({ ...effects, timeout }, { name, limiter, explain, json: true })
  const headers = { ...side.headers, ...authorizationHeaders(side, credentials) }
  const { body = null } = await send(
    () => buildRequest(account.request, { bindings: {}, baseUrl: apiHost(side, credentials.region), headers, name }),
    { lane: 'live', signal },
  )
  const read = async (expression?: Expression) =>
    expression ? asId(await expression.evaluate(body as Json)) : undefined
  const id = await read(account.id)
  if (id === undefined) throw new Fault('config', `${name}/unknown-account`, `${label} did not name the account`)
  const about = {
    name: await read(account.name),
    region: await read(account.region),
    timezone: await read(account.timezone),
  }
  return { id, ...Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined)) }
}

function explainRejection(
  { configured, hosts, region, baseUrl, account, explainStatus }: Side,
  { kind }: Credentials,
  status: number,
  body: Json | undefined,
): ErrorExplanation {
  const key = configured === undefined ? 'the pasted credentials' : 'the configured credentials'
  const subject = kind === 'key' ? key : 'the access token it has just issued'
  const names = Object.keys(hosts)
  const isOne = (configured ?? region ?? baseUrl) !== undefined || names.length < 2
  const wasSearched = kind === 'key' && !isOne
  const searched = wasSearched ? ` (tried: ${names.map((name) => name.toUpperCase()).join(', ')})` : ''
  if (status === 401) return { message: `it rejected ${subject}: copy them in full, from the right account${searched}` }
  if (status === 403) {
    const permission = account?.permission ?? 'a permission'
    return { message: `${subject} cannot read which account they belong to: ${permission} is missing` }
  }
  const own = explainStatus?.(status)
  if (own !== undefined || !isRefusal(status)) return own ?? {}
  // No record is to blame for an account without a name.
  return isObject(body) || status === 404 ? { kind: 'config' } : FOREIGN_REFUSAL
}
