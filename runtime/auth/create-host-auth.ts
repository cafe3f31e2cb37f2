/** Provides the credentials that a host passes: a key, a function that reads one, or tokens in its vault. */

import { extend } from '../lib/extend.ts'
import type { AuthProvider } from '../ports/auth.ts'
import type { HostAuthParts } from './environment-credentials.ts'
import { missingOauthClient } from './errors.ts'
import { HostAuth, type TokenRefresher } from './host-auth.ts'
import { SecretReader, type SecretSource } from './secret-reader.ts'
import type { Credentials, OauthClient, Side } from './side.ts'
import { createRefreshLock } from './token-refresh.ts'

export interface HostCredentials {
  readonly source: SecretSource<Credentials | undefined>
  /** With `write`: we refresh the tokens in place of the host. */
  readonly client?: OauthClient | undefined
  readonly write?: TokenRefresher['write'] | undefined
}

/** Throws a config `Fault` for a client of a side that has no OAuth. */
export function createHostAuth(
  side: Side,
  { source, client, write }: HostCredentials,
  parts: HostAuthParts,
): AuthProvider {
  // The environment's remedies are for a key that never changes.
  const own: Side = typeof source !== 'function' && source?.kind === 'key' ? extend(side, { configured: source }) : side
  const reader = new SecretReader(source, parts.clock)
  const refresher = client && write && { ...createRefresher({ ...own, client }, parts), write }
  return new HostAuth(extend(parts, { side: own, reader, refresher }))
}

function createRefresher(side: Side, parts: HostAuthParts): Pick<TokenRefresher, 'oauth' | 'lock'> {
  if (side.oauth === undefined || side.client === undefined) throw missingOauthClient(side)
  const oauth: TokenRefresher['oauth'] = {
    async refresh(...args) {
      // Imported here: a host with keys, or with tokens that it refreshes itself, needs no OAuth.
      const { createOauthFlow } = await import('./oauth.ts')
      const flow = createOauthFlow(side, parts)
      if (flow === undefined) throw missingOauthClient(side)
      return flow.refresh(...args)
    },
  }
  return { oauth, lock: createRefreshLock(side, parts) }
}
