/** The credentials of a host: fixed, read from its vault, or OAuth tokens that it or we refresh. */

import { asTransientFault } from '../http/transient-faults.ts'
import { waitFor } from '../lib/abort.ts'
import type { Lock } from '../lib/lock.ts'
import type { AuthMethod, AuthProvider, RequestAuth } from '../ports/auth.ts'
import { Fault } from '../ports/fault.ts'
import { EnvironmentCredentials, type HostAuthParts } from './environment-credentials.ts'
import { credentialsRejected, noHostCredentials } from './errors.ts'
import type { OauthFlow } from './oauth.ts'
import type { SecretReader } from './secret-reader.ts'
import { identifyAccount } from './setup/identify-account.ts'
import { authorizationHeader, type Credentials, type OauthCredentials, type Side, toRequestAuth } from './side.ts'

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

/** Milliseconds before its expiry at which an access token is refreshed: a request takes time to arrive. */
const REFRESH_MARGIN = 30_000
/** Milliseconds. A rejected token younger than this is not refreshed: its age cannot be the cause. */
const MIN_AGE = 15_000
/** Milliseconds between two readings of the vault because the API rejects what it gave. */
const REJECTED_INTERVAL = 1_000
const LOCK_POLL_MS = 100

export class HostAuth implements AuthProvider {
  readonly #parts: HostCredentialsParts
  /** Of the credentials used last: other ones may belong to another account. */
  #checked: { readonly authorization: string; readonly account: EnvironmentCredentials } | undefined
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
    const account = this.#accountOf(credentials)
    await asTransientFault(() => account.check(signal), 'store/failed', 'the store failed')
    return toRequestAuth(side, credentials)
  }

  async refresh(rejected: RequestAuth, signal: AbortSignal): Promise<boolean> {
    const { side, reader, refresher, clock } = this.#parts
    const isRejected = (one: Credentials) => authorizationHeader(side, one) === rejected.headers.Authorization
    const cached = await this.#read()
    if (!isRejected(cached)) return true
    const credentials = this.#unsaved ?? (await reader.renewed(cached, REJECTED_INTERVAL))
    if (credentials === undefined) return false
    if (!isRejected(credentials)) return true
    if (refresher === undefined || credentials.kind === 'key' || credentials.refreshToken === undefined) return false
    if (clock.now() - credentials.issuedAt < MIN_AGE) return false
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
    if (credentials.kind === 'key' || credentials.expiresAt === undefined) return credentials
    const { expiresAt } = credentials
    if (clock.now() < expiresAt - REFRESH_MARGIN) return credentials
    const canRefresh = refresher !== undefined && credentials.refreshToken !== undefined
    const renewing = canRefresh
      ? this.#refreshShared(credentials, signal)
      : reader.renewed(credentials, REJECTED_INTERVAL).then((renewed) => renewed ?? credentials)
    const renewed = await renewing.catch((error: unknown) => {
      if (clock.now() < expiresAt && !(error instanceof Fault && error.kind === 'config')) return credentials
      throw error
    })
    if (renewed.kind === 'key' || clock.now() < (renewed.expiresAt ?? Number.POSITIVE_INFINITY)) return renewed
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
    const { account } = this.#checked ?? {}
    if (account !== undefined && this.#checked?.authorization === authorizationHeader(side, stale))
      this.#checked = { authorization: authorizationHeader(side, fresh), account }
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

  #accountOf(credentials: Credentials): EnvironmentCredentials {
    const { side, ...parts } = this.#parts
    const authorization = authorizationHeader(side, credentials)
    if (this.#checked?.authorization !== authorization) {
      const identify = (own: Credentials, signal: AbortSignal) => identifyAccount(side, own, parts, signal)
      this.#checked = { authorization, account: new EnvironmentCredentials({ ...parts, side, credentials, identify }) }
    }
    return this.#checked.account
  }
}

function stopped(): Fault {
  return new Fault('transient', 'auth/stopped', 'stopped while refreshing an access token')
}
