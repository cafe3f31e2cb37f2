/** The source: Intercom's hosts, credentials and errors. */

import type { AuthProvider } from '../../runtime/ports/auth.ts'
import { Fault } from '../../runtime/ports/fault.ts'
import type { Source } from '../../runtime/ports/source.ts'
import type { Spec } from '../../runtime/spec/spec.ts'
import { explainError } from './errors.ts'

/**
 * Intercom as a source, for any destination: `createConnector({ spec, source, destination, … })`. `auth` gives the host and the
 * headers of requests (`createStaticAuth`), `secrets` the client secrets that webhooks are signed with.
 */
export function createIntercomSource(auth: AuthProvider, secrets: Source['secrets']): Source {
  return { auth, secrets, explainError: (...args) => explainError(auth.method(), ...args) }
}

/** Trims the token. Throws a config `Fault` for a missing or malformed one. */
export function requireAccessToken(accessToken: string | undefined): string {
  const token = accessToken?.trim()
  const fault = (message: string) => new Fault('config', 'intercom/no-credentials', message)
  if (!token)
    throw fault(
      'no Intercom access token: set INTERCOM_ACCESS_TOKEN (Developer Hub → your app → Configure → Authentication)',
    )
  // Any other character in a header makes fetch throw an error that quotes the token.
  if (!/^[\x21-\x7e]+$/.test(token)) throw fault('INTERCOM_ACCESS_TOKEN contains invalid characters: copy it again')
  return token
}

/** The API host of a region, by default the first. Throws a config `Fault` for an unknown region. */
export function intercomHost({ hosts }: Spec['source'], region = ''): string {
  const name = region.toLowerCase()
  const host = name === '' ? Object.values(hosts)[0] : Object.hasOwn(hosts, name) ? hosts[name] : undefined
  if (host !== undefined) return host
  const message = `unknown INTERCOM_REGION "${region}": use one of ${Object.keys(hosts).join(', ')}`
  throw new Fault('config', 'intercom/region', message)
}
