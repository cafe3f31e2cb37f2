/** Whose account is it? One request, by what the spec says, with credentials that nobody relies on yet. */

import type { Expression } from '../expression/expression.ts'
import { createHttpClient } from '../http/client.ts'
import { createRateLimiter } from '../http/rate-limiter.ts'
import { asId } from '../lib/json.ts'
import { Fault } from '../ports/fault.ts'
import type { ErrorExplanation } from '../ports/source.ts'
import type { Json } from '../ports/types.ts'
import { buildRequest } from '../source/build-request.ts'
import type { OauthParts } from './oauth.ts'
import type { AccountInfo } from './setup-state.ts'
import { type Credentials, headersOf, hostOf, type Side } from './side.ts'

/** Throws a `Fault` in words for the person who has just logged in or pasted a key. */
export async function identify(
  side: Side,
  credentials: Credentials,
  parts: OauthParts,
  signal: AbortSignal,
): Promise<AccountInfo> {
  const { name, timeout, headers, party, label } = side
  if (party === undefined) return { id: name }
  const windows = [{ limit: 1, interval: 1000 }]
  const explain = (status: number) => explained(side, credentials, status)
  const ask = createHttpClient(
    { ...parts, timeout },
    { name, limiter: createRateLimiter({ windows, utilization: 1 }, parts.clock), explain },
  )
  const all = { ...headers, ...headersOf(side, credentials) }
  const { body = null } = await ask(() => buildRequest(party.request, {}, hostOf(side, credentials.region), all), {
    lane: 'live',
    signal,
  })
  const part = async (expression?: Expression) =>
    expression ? asId(await expression.evaluate(body as Json)) : undefined
  const id = await part(party.id)
  if (id === undefined) throw new Fault('config', `${name}/no-account`, `${label} did not say whose account this is`)
  const told = { name: await part(party.name), region: await part(party.region), timezone: await part(party.timezone) }
  return { id, ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) }
}

function explained({ given, hosts, party }: Side, { kind }: Credentials, status: number): ErrorExplanation {
  const pasted = given === undefined ? 'what you pasted' : 'the configured credentials'
  const what = kind === 'key' ? pasted : 'the log-in it gave a moment ago'
  const region = kind === 'key' && Object.keys(hosts).length > 1 ? ', and choose its region' : ''
  if (status === 401)
    return { message: `it does not know ${what}: copy the whole of it, from the right account${region}` }
  if (status === 403) {
    const permission = party?.permission ?? 'a permission'
    return { message: `it knows ${what}, but may not tell whose account it is: ${permission} is missing` }
  }
  return {}
}
