/** When credentials end that do not renew themselves: tokens that cannot be refreshed, or were not for long. */
import type { Credentials, Side } from './side.ts'

export interface CredentialEnd {
  /** Milliseconds since 1970. */
  readonly at: number
  /** When they were issued or last renewed. */
  readonly renewedAt: number
  /** `expiry`: only a person can connect the side again. `disuse`: the next request renews them. */
  readonly cause: 'expiry' | 'disuse'
}

/** Undefined: no end is known, or it has come already. Keys have none, and a rejected token is past it. */
export function findCredentialEnd(credentials: Credentials, { oauth }: Pick<Side, 'oauth'>): CredentialEnd | undefined {
  // A token without an expiry is not renewed by its use, so that nothing tells when it was last used.
  if (credentials.kind === 'key' || credentials.rejectedAt !== undefined || credentials.expiresAt === undefined)
    return undefined
  const { issuedAt, expiresAt, refreshToken } = credentials
  if (refreshToken === undefined) return { at: expiresAt, renewedAt: issuedAt, cause: 'expiry' }
  const idleLifetime = oauth?.refreshTokenIdleLifetime
  return idleLifetime === undefined ? undefined : { at: issuedAt + idleLifetime, renewedAt: issuedAt, cause: 'disuse' }
}
