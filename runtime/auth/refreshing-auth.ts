/** Holds the credentials of one side and refreshes them before they expire: once for all callers and processes. */

import { waitFor } from '../lib/abort.ts'
import { credentialsCheckpoint } from '../lib/checkpoint-names.ts'
import type { Lock } from '../lib/lock.ts'
import type { AuthMethod, AuthProvider, RequestAuth } from '../ports/auth.ts'
import type { Clock } from '../ports/effects.ts'
import { type Fault, toFault } from '../ports/fault.ts'
import type { CredentialCheck } from './credential-check.ts'
import type { EnvironmentCredentials } from './environment-credentials.ts'
import { credentialsRejected, missingOauthClient, notConnected } from './errors.ts'
import type { OauthAccess } from './oauth-access.ts'
import {
  asCredentials,
  asJson,
  type Credentials,
  isSameAuth,
  type OauthCredentials,
  type Side,
  toRequestAuth,
} from './side.ts'
import { isExpired, isExpiring, isJustIssued, LOCK_POLL_MS, stopped } from './token-refresh.ts'
import type { EncryptedValue, Vault } from './vault.ts'

export interface RefreshingAuthParts {
  readonly side: Side
  readonly vault: Vault
  /** Held while refreshing, so that two processes do not use one refresh token. */
  readonly lock: Lock
  readonly oauth: Pick<OauthAccess, 'flow'>
  readonly clock: Clock
  /** Undefined unless the environment holds the credentials of this side. */
  readonly environment: EnvironmentCredentials | undefined
  readonly credentialCheck: CredentialCheck
  /** Called when the credentials or their verdict have changed. */
  readonly onChange: () => Promise<void>
  /** Aborts a refresh for all callers. */
  readonly signal: AbortSignal
}

export class RefreshingAuth implements AuthProvider {
  readonly #parts: RefreshingAuthParts
  #stored: EncryptedValue | undefined
  #refreshing: Promise<void> | undefined

  constructor(parts: RefreshingAuthParts) {
    this.#parts = parts
  }

  method(): AuthMethod {
    return this.#parts.side.configured === undefined ? (this.#cached()?.kind ?? 'key') : 'environment'
  }

  /** Reads the stored credentials, or those of the environment; undefined when this side is not connected. */
  async credentials(): Promise<Credentials | undefined> {
    const { side, vault } = this.#parts
    if (side.configured !== undefined) return side.configured
    this.#stored = await vault.read(credentialsCheckpoint(side.side))
    return this.#cached()
  }

  /** Stores the credentials of a new connection. */
  async replace(credentials: Credentials): Promise<void> {
    const { side, vault, onChange } = this.#parts
    await vault.put(credentialsCheckpoint(side.side), asJson(credentials))
    this.#stored = undefined
    await onChange()
  }

  /** The stored secrets that verify webhooks. */
  async signingSecrets(): Promise<readonly string[]> {
    const credentials = this.#cached() ?? (await this.credentials())
    return credentials?.kind === 'key' ? (credentials.signingSecrets ?? []) : []
  }

  /** Drops the cached credentials, so that the next use reads the store. */
  async invalidate(): Promise<void> {
    this.#stored = undefined
    await this.#parts.onChange()
  }

  /** The fault that only a person can resolve, if there is one. */
  async blockingFault(): Promise<Fault | undefined> {
    const { side, credentialCheck, environment } = this.#parts
    const credentials = await this.credentials()
    if (credentials === undefined) return undefined
    if (credentials.kind === 'oauth' && credentials.rejectedAt !== undefined)
      return credentialsRejected(side, credentials)
    if (credentialCheck.isRevoked(credentials)) await credentialCheck.recheck(credentials)
    return credentialCheck.isRevoked(credentials) ? credentialsRejected(side, credentials) : environment?.mismatch()
  }

  async current(signal: AbortSignal): Promise<RequestAuth> {
    const { side, credentialCheck, environment } = this.#parts
    // The environment may have changed since the store was last used.
    await environment?.check(signal)
    const credentials = side.configured ?? this.#cached() ?? (await this.credentials())
    if (credentials === undefined) throw notConnected(side)
    if (credentialCheck.isRevoked(credentials)) throw credentialsRejected(side, credentials)
    if (credentials.kind === 'key') return toRequestAuth(side, credentials)
    return toRequestAuth(side, await this.#unexpired(credentials, signal))
  }

  async refresh(rejected: RequestAuth, signal: AbortSignal): Promise<boolean> {
    const { side, clock } = this.#parts
    const credentials = await this.credentials()
    if (credentials === undefined) return false
    if (!isSameAuth(toRequestAuth(side, credentials), rejected)) return true
    if (credentials.kind === 'key' || credentials.refreshToken === undefined) {
      await waitFor(this.recheck(credentials), signal, stopped)
      return false
    }
    if (isJustIssued(credentials, clock.now())) return false
    await this.#refreshShared(credentials, signal)
    return true
  }

  /** After a 401: probes whether the side has revoked these credentials, and reports it if so. */
  async recheck(credentials: Credentials): Promise<void> {
    const { credentialCheck, onChange } = this.#parts
    await credentialCheck.recheck(credentials)
    if (credentialCheck.isRevoked(credentials)) await onChange()
  }

  #cached(): Credentials | undefined {
    return this.#stored && asCredentials(this.#stored.value)
  }

  /** Refreshes a token about to expire. While the side cannot refresh it, the old one serves until its expiry. */
  async #unexpired(cached: OauthCredentials, signal: AbortSignal): Promise<Credentials> {
    const { clock, side } = this.#parts
    // Another process may have connected this side again: reads the store before reporting the rejection.
    const credentials = cached.rejectedAt === undefined ? cached : ((await this.credentials()) ?? cached)
    if (credentials.kind === 'key') return credentials
    if (credentials.rejectedAt !== undefined) throw credentialsRejected(side, credentials)
    if (!isExpiring(credentials, clock.now())) return credentials
    try {
      await this.#refreshShared(credentials, signal)
    } catch (error) {
      if (toFault(error).kind !== 'transient' || isExpired(credentials, clock.now())) throw error
      return credentials
    }
    return this.#cached() ?? credentials
  }

  /** One refresh for all callers in this process; each may stop waiting for it. */
  async #refreshShared(stale: OauthCredentials, signal: AbortSignal): Promise<void> {
    this.#refreshing ??= this.#refreshExclusively(stale).finally(() => {
      this.#refreshing = undefined
    })
    await waitFor(this.#refreshing, signal, stopped)
  }

  /** One refresh for all processes on the store. */
  async #refreshExclusively(stale: OauthCredentials): Promise<void> {
    const { lock, side, signal } = this.#parts
    const isDone = async () => {
      const stored = await this.credentials()
      return stored?.kind !== 'oauth' || stored.accessToken !== stale.accessToken || stored.rejectedAt !== undefined
    }
    const held = await lock.acquire({ pollMs: LOCK_POLL_MS, shouldGiveUp: isDone, signal })
    if (held === undefined && signal.aborted) throw stopped()
    try {
      // Another process may have refreshed between the check and the lock.
      if (held !== undefined && !(await isDone())) await this.#refreshStored()
    } finally {
      await held?.release()
    }
    const credentials = this.#cached()
    if (credentials === undefined) throw notConnected(side)
    if (credentials.kind === 'oauth' && credentials.rejectedAt !== undefined)
      throw credentialsRejected(side, credentials)
  }

  /** Requests a new token and stores it before anyone uses it: a rotated refresh token must not be lost. */
  async #refreshStored(): Promise<void> {
    const { oauth, vault, side, clock, onChange, signal } = this.#parts
    const stored = this.#stored
    const credentials = this.#cached()
    if (stored === undefined || credentials?.kind !== 'oauth') return
    const flow = await oauth.flow()
    if (flow === undefined) throw missingOauthClient(side)
    let next: OauthCredentials
    try {
      next = await flow.refresh(credentials, signal)
    } catch (error) {
      const fault = toFault(error)
      if (!fault.code.endsWith('/invalid-grant')) throw fault
      next = { ...credentials, rejectedAt: clock.now() }
    }
    // The swap fails only when a person connected or disconnected this side meanwhile: that takes precedence.
    const swapped = await vault.swap(credentialsCheckpoint(side.side), stored, asJson(next))
    await this.credentials()
    if (swapped && next.rejectedAt !== undefined) await onChange()
  }
}
