/** Credentials that a host passes in: they never change, and are held to the account that the store is pinned to. */
import { asTransientFault } from '../http/transient-on-throw.ts'
import type { AuthProvider } from '../ports/auth.ts'
import type { Store } from '../ports/store.ts'
import { environmentCredentials } from './environment-credentials.ts'
import { identify } from './identify-account.ts'
import type { OauthParts } from './oauth.ts'
import { type KeyCredentials, requestAuthOf, type Side } from './side.ts'

export interface CheckedAuthParts extends OauthParts {
  readonly store: Pick<Store, 'readCheckpoint' | 'writeCheckpoints'>
}

/** The first use asks the side whose account it is. Throws a config `Fault` for another one than the store's. */
export function checkedAuth(side: Side, credentials: KeyCredentials, parts: CheckedAuthParts): AuthProvider {
  const whose = environmentCredentials({
    ...parts,
    side,
    credentials,
    identify: (key, signal) => identify(side, key, parts, signal),
  })
  return {
    method: () => 'environment',
    async current(signal) {
      await asTransientFault(() => whose.check(signal), 'store/failed', 'the store failed')
      return requestAuthOf(side, credentials)
    },
    refresh: async () => false,
  }
}
