/** Credentials that a host passes in: they never change, and are held to the account that the store is pinned to. */
import { orWait } from '../http/transient-on-throw.ts'
import type { Logins } from '../ports/auth.ts'
import type { Store } from '../ports/ports.ts'
import { given } from './environment-credentials.ts'
import { identify } from './identify-account.ts'
import type { OauthParts } from './oauth.ts'
import { type KeyCredentials, loginOf, type Side } from './side.ts'

export interface CheckedLoginsParts extends OauthParts {
  readonly store: Pick<Store, 'checkpoint' | 'saveCheckpoints'>
}

/** The first use asks the side whose account it is. Throws a config `Fault` for another one than the store's. */
export function checkedLogins(side: Side, credentials: KeyCredentials, parts: CheckedLoginsParts): Logins {
  const whose = given({
    ...parts,
    side,
    credentials,
    identify: (key, signal) => identify(side, key, parts, signal),
  })
  return {
    by: () => 'environment',
    async current(signal) {
      await orWait(() => whose.check(signal), 'store/failed', 'the store failed')
      return loginOf(side, credentials)
    },
    renew: async () => false,
  }
}
