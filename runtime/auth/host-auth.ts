/** The credentials of a host: fixed, read from its vault, or OAuth tokens that it or we refresh. */

import { asTransientFault } from '../http/transient-faults.ts'
import { waitFor } from '../lib/abort.ts'
import { extend } from '../lib/extend.ts'
import type { Lock } from '../lib/lock.ts'
import type { AuthMethod, AuthProvider, RequestAuth } from '../ports/auth.ts'
import { Fault } from '../ports/fault.ts'
import { EnvironmentCredentials, type HostAuthParts } from './environment-credentials.ts'
import { credentialsRejected, noHostCredentials } from './errors.ts'
import type { OauthFlow } from './oauth.ts'
import type { SecretReader } from './secret-reader.ts'
import { identifyShared } from './setup/shared-identity.ts'
import { type Credentials, isSameAuth, type OauthCredentials, type Side, toRequestAuth } from './side.ts'
import { isExpired, isExpiring, isJustIssued, LOCK_POLL_MS, stopped } from './token-refresh.ts'

/** Refreshes tokens in place of the host. */
export interface TokenRefresher {
  readonly oauth: Pick<OauthFlow, 'refresh'>
  /** Stores the tokens in the host's vault. */
  readonly write: (tokens: OauthCredentials) => Promise<void>
  /** Held while refreshing, so that two processes do not use one refresh token. */
  readonly lock: Pick<Lock, 'acquire'>
}

export interface HostCredentialsParts extends HostAuthParts {
  readonly side: Side
  readonly reader: SecretReader<Credentials | undefined>
  /** Absent: the host refreshes its tokens. */
  readonly refresher?: TokenRefresher | undefined
}

/** Milliseconds between two readings of the vault because the API rejects what it gave. */
const REJECTED_INTERVAL = 1_000

export class HostAuth implements AuthProvider {
  readonly #parts: HostCredentialsParts
  /** Of the credentials used last: other ones may belong to another account. */
  #checked: { readonly auth: RequestAuth; readonly account: EnvironmentCredentials } | undefined
  #refreshing: Promise<Credentials> | undefined
  /** Refreshed, and not in the vault yet: the refresh token in the vault may be void. */
  #unsaved: OauthCredentials | undefined

  constructor(parts: HostCredentialsParts) {
    this.#parts = parts
  }

  method(): AuthMethod {
    return this.#parts.reader.mayChange ? 'host' : 'environment'
  }

  async current(signal: AbortSignal): Promise<RequestAuth> {
    const { side } = this.#parts
    const credentials = await this.#unexpired(await this.#read(), signal)
    const auth = toRequestAuth(side, credentials)
    const account = this.#accountOf(credentials, auth)
    await asTransientFault(() => account.check(signal), 'store/failed', 'the store failed')
    return auth
  }

  async refresh(rejected: RequestAuth, signal: AbortSignal): Promise<boolean> {
    const { side, reader, refresher, clock } = this.#parts
    const isRejected = (one: Credentials) => isSameAuth(toRequestAuth(side, one), rejected)
    const cached = await this.#read()
    if (!isRejected(cached)) return true
    const credentials = this.#unsaved ?? (await reader.renewed(cached, REJECTED_INTERVAL))
    if (credentials === undefined) return false
    if (!isRejected(credentials)) return true
    if (refresher === undefined || credentials.kind === 'key' || credentials.refreshToken === undefined) return false
    if (isJustIssued(credentials, clock.now())) return false
    await this.#refreshShared(credentials, signal)
    return true
  }

  async #read(): Promise<Credentials> {
    if (this.#unsaved !== undefined) await this.#save(this.#unsaved)
    const credentials = this.#unsaved ?? (await this.#parts.reader.current())
    if (credentials === undefined) throw noHostCredentials(this.#parts.side)
    return credentials
  }

  /** While a token cannot be refreshed, the old one serves until its expiry. */
  async #unexpired(credentials: Credentials, signal: AbortSignal): Promise<Credentials> {
    const { clock, side, reader, refresher } = this.#parts
    if (credentials.kind === 'key' || !isExpiring(credentials, clock.now())) return credentials
    const canRefresh = refresher !== undefined && credentials.refreshToken !== undefined
    const renewing = canRefresh
      ? this.#refreshShared(credentials, signal)
      : reader.renewed(credentials, REJECTED_INTERVAL).then((renewed) => renewed ?? credentials)
    const renewed = await renewing.catch((error: unknown) => {
      if (!isExpired(credentials, clock.now()) && !(error instanceof Fault && error.kind === 'config'))
        return credentials
      throw error
    })
    if (renewed.kind === 'key' || !isExpired(renewed, clock.now())) return renewed
    const message = `the access token of ${side.label} has expired, and the host has no newer one; will retry`
    throw new Fault('transient', 'auth/expired', message)
  }

  /** One refresh for all callers in this process; each may stop waiting for it. */
  #refreshShared(stale: OauthCredentials, signal: AbortSignal): Promise<Credentials> {
    this.#refreshing ??= this.#refreshExclusively(stale, signal).finally(() => {
      this.#refreshing = undefined
    })
    return waitFor(this.#refreshing, signal, stopped)
  }

  /** One refresh for all processes on the store. */
  async #refreshExclusively(stale: OauthCredentials, signal: AbortSignal): Promise<Credentials> {
    const { refresher, reader, side } = this.#parts
    if (refresher === undefined) return stale
    const vault: { tokens: Credentials } = { tokens: stale }
    const isRenewed = ({ tokens }: typeof vault) => tokens.kind === 'key' || tokens.accessToken !== stale.accessToken
    const isDone = async () => {
      vault.tokens = (await reader.renewed(stale, 0)) ?? stale
      return isRenewed(vault)
    }
    const held = await refresher.lock.acquire({ pollMs: LOCK_POLL_MS, shouldGiveUp: isDone, signal })
    if (held === undefined && signal.aborted) throw stopped()
    try {
      const { tokens } = vault
      if (held === undefined || tokens.kind === 'key' || isRenewed(vault)) return tokens
      const fresh = await refresher.oauth.refresh(tokens, signal).catch((error: unknown) => {
        const isInvalid = error instanceof Fault && error.code.endsWith('/invalid-grant')
        throw isInvalid ? credentialsRejected(side, stale, this.method()) : error
      })
      // Saved before the lock is free, and used even if that fails: the former refresh token may be void.
      this.#adopt(fresh, stale)
      await this.#save(fresh)
      return fresh
    } finally {
      await held?.release()
    }
  }

  /** The same account has them: we refreshed them ourselves. */
  #adopt(fresh: OauthCredentials, stale: OauthCredentials): void {
    const { side, reader } = this.#parts
    const checked = this.#checked
    if (checked !== undefined && isSameAuth(checked.auth, toRequestAuth(side, stale)))
      this.#checked = { ...checked, auth: toRequestAuth(side, fresh) }
    this.#unsaved = fresh
    reader.replace(fresh)
  }

  async #save(tokens: OauthCredentials): Promise<void> {
    try {
      await this.#parts.refresher?.write(tokens)
      if (this.#unsaved === tokens) this.#unsaved = undefined
    } catch {
      // They serve from memory, and the next use saves them.
    }
  }

  #accountOf(credentials: Credentials, auth: RequestAuth): EnvironmentCredentials {
    if (this.#checked !== undefined && isSameAuth(this.#checked.auth, auth)) return this.#checked.account
    const parts = this.#parts
    const identify = (own: Credentials, signal: AbortSignal) => identifyShared(parts.side, own, parts, signal)
    const account = new EnvironmentCredentials(extend(parts, { credentials, identify }))
    this.#checked = { auth, account }
    return account
  }
}
