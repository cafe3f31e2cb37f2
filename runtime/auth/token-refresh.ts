/** When an access token is refreshed, and the lock for it: for tokens in the store and in a host's vault. */
import { credentialsLockCheckpoint } from '../lib/checkpoint-names.ts'
import { ageOf } from '../lib/iso-time.ts'
import { Lock } from '../lib/lock.ts'
import type { Clock } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import type { OauthCredentials, Side } from './side.ts'

/** Milliseconds before its expiry at which an access token is refreshed: a request takes time to arrive. */
const REFRESH_MARGIN = 30_000
/** Milliseconds. A rejected token younger than this is not refreshed: its age cannot be the cause. */
const MIN_AGE = 15_000
/** Milliseconds. Longer than the one request that the lock protects. */
const LOCK_LEASE_MS = 45_000
export const LOCK_POLL_MS = 100

export const isExpiring = ({ expiresAt = Number.POSITIVE_INFINITY }: OauthCredentials, now: number): boolean =>
  now >= expiresAt - REFRESH_MARGIN

export const isExpired = ({ expiresAt = Number.POSITIVE_INFINITY }: OauthCredentials, now: number): boolean =>
  now >= expiresAt

export const isJustIssued = ({ issuedAt }: OauthCredentials, now: number): boolean => ageOf(issuedAt, now) < MIN_AGE

/** Held while refreshing, so that two processes do not use one refresh token. */
export const createRefreshLock = (
  { side }: Pick<Side, 'side'>,
  {
    store,
    clock,
  }: { readonly store: Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>; readonly clock: Clock },
): Lock => new Lock({ store, clock, name: credentialsLockCheckpoint(side), leaseMs: LOCK_LEASE_MS })

export function stopped(): Fault {
  return new Fault('transient', 'auth/stopped', 'stopped while refreshing an access token')
}
