/** The log-in of one side in use: kept in memory, renewed in time by one caller for all, also across processes. */

import { onAbort } from '../lib/abort.ts'
import type { Locks } from '../lib/lock.ts'
import type { AuthMethod, AuthProvider, RequestAuth } from '../ports/auth.ts'
import type { Clock } from '../ports/effects.ts'
import { Fault, toFault } from '../ports/fault.ts'
import type { CredentialCheck } from './credential-check.ts'
import type { EnvironmentCredentials } from './environment-credentials.ts'
import { loginRequired, missingOauthClient, notConnected } from './errors.ts'
import type { Oauth } from './oauth.ts'
import {
  asCredentials,
  asJson,
  type Credentials,
  type OauthCredentials,
  requestAuthOf,
  type Side,
  secretName,
} from './side.ts'
import type { SealedValue, Vault } from './vault.ts'

export interface KeeperParts {
  readonly side: Side
  readonly vault: Vault
  readonly claims: Locks
  readonly oauth: Oauth | undefined
  readonly clock: Clock
  /** Of what the environment gave. */
  readonly given: EnvironmentCredentials | undefined
  readonly doubt: CredentialCheck
  /** Called when what is known of the log-in has changed. */
  readonly onChange: () => Promise<void>
  /** Ends what is under way for all callers. */
  readonly signal: AbortSignal
}

/** A token is renewed so long before it ends, milliseconds: a request takes its time to arrive. */
const EARLY = 30_000
/** A token younger than this that is refused is not renewed again: the reason is another one. Milliseconds. */
const YOUNG = 15_000

export class RefreshingAuth implements AuthProvider {
  readonly #parts: KeeperParts
  #known: SealedValue | undefined
  #renewing: Promise<void> | undefined

  constructor(parts: KeeperParts) {
    this.#parts = parts
  }

  method(): AuthMethod {
    return this.#parts.side.given === undefined ? (this.#held()?.kind ?? 'key') : 'environment'
  }

  /** What is stored now, or given by the environment; undefined when nobody has connected this side. */
  async credentials(): Promise<Credentials | undefined> {
    const { side, vault } = this.#parts
    if (side.given !== undefined) return side.given
    this.#known = await vault.read(secretName(side.side))
    return this.#held()
  }

  /** A person has logged in. */
  async replace(credentials: Credentials): Promise<void> {
    const { side, vault, onChange } = this.#parts
    await vault.put(secretName(side.side), asJson(credentials))
    this.#known = undefined
    await onChange()
  }

  /** What signs webhooks, of what is stored. */
  async signing(): Promise<readonly string[]> {
    const held = this.#held() ?? (await this.credentials())
    return held?.kind === 'key' ? (held.signing ?? []) : []
  }

  /** Another may have written: the next look is at the store. */
  async forget(): Promise<void> {
    this.#known = undefined
    await this.#parts.onChange()
  }

  /** Why nobody can use it before a person has done something. */
  async blockingFault(): Promise<Fault | undefined> {
    const { side, doubt, given } = this.#parts
    const held = await this.credentials()
    if (held === undefined) return undefined
    if (held.kind === 'oauth' && held.refused !== undefined) return loginRequired(side)
    if (doubt.isRevoked(held)) await doubt.recheck(held)
    return doubt.isRevoked(held) ? loginRequired(side) : given?.mismatch()
  }

  async current(signal: AbortSignal): Promise<RequestAuth> {
    const { side, doubt, given } = this.#parts
    // The environment may have changed since the store was last used.
    await given?.check(signal)
    const held = side.given ?? this.#held() ?? (await this.credentials())
    if (held === undefined) throw notConnected(side)
    if (doubt.isRevoked(held)) throw loginRequired(side)
    if (held.kind === 'key') return requestAuthOf(side, held)
    return requestAuthOf(side, await this.#lasting(held, signal))
  }

  async refresh(refused: RequestAuth, signal: AbortSignal): Promise<boolean> {
    const { side, clock } = this.#parts
    const held = await this.credentials()
    if (held === undefined) return false
    if (requestAuthOf(side, held).headers.Authorization !== refused.headers.Authorization) return true
    if (held.kind === 'key' || held.refresh === undefined) {
      await this.recheck(held)
      return false
    }
    if (clock.now() - held.at < YOUNG) return false
    await this.#renewed(held, signal)
    return true
  }

  /** It was refused: asks the side whether it still counts, and says so if not. */
  async recheck(held: Credentials): Promise<void> {
    const { doubt, onChange } = this.#parts
    await doubt.recheck(held)
    if (doubt.isRevoked(held)) await onChange()
  }

  #held(): Credentials | undefined {
    return this.#known && asCredentials(this.#known.value)
  }

  /** With time left, or renewed; the old one while it still counts and renewing has to wait. */
  async #lasting(held: OauthCredentials, signal: AbortSignal): Promise<Credentials> {
    const { clock, side } = this.#parts
    // Somebody may have logged in through another process: the store is asked before a person is.
    const token = held.refused === undefined ? held : ((await this.credentials()) ?? held)
    if (token.kind === 'key') return token
    if (token.refused !== undefined) throw loginRequired(side)
    const ends = token.expires ?? Number.POSITIVE_INFINITY
    if (clock.now() < ends - EARLY) return token
    try {
      await this.#renewed(token, signal)
    } catch (error) {
      if (toFault(error).kind !== 'transient' || clock.now() >= ends) throw error
      return token
    }
    return this.#held() ?? token
  }

  /** One renewal for all callers; each may stop waiting for it. */
  async #renewed(stale: OauthCredentials, signal: AbortSignal): Promise<void> {
    this.#renewing ??= this.#renewOnce(stale).finally(() => {
      this.#renewing = undefined
    })
    const stopped = new Promise<never>((_, reject) => {
      const fault = () => reject(new Fault('transient', 'account/stopped', 'stopped while a log-in was renewed'))
      const off = onAbort(signal, fault)
      if (signal.aborted) fault()
      this.#renewing?.then(off, off)
    })
    await Promise.race([this.#renewing, stopped])
  }

  async #renewOnce(stale: OauthCredentials): Promise<void> {
    const { claims, side } = this.#parts
    const newer = async () => {
      const stored = await this.credentials()
      return stored?.kind !== 'oauth' || stored.access !== stale.access || stored.refused !== undefined
    }
    await claims.runExclusive(secretName(side.side), newer, () => this.#refresh())
    const held = this.#held()
    if (held === undefined) throw notConnected(side)
    if (held.kind === 'oauth' && held.refused !== undefined) throw loginRequired(side)
  }

  /** Asks for a new token with what is stored, and stores it before anybody uses it. */
  async #refresh(): Promise<void> {
    const { oauth, vault, side, clock, onChange, signal } = this.#parts
    const kept = this.#known
    const held = this.#held()
    if (kept === undefined || held?.kind !== 'oauth') return
    if (oauth === undefined) throw missingOauthClient(side)
    let next: OauthCredentials
    try {
      next = await oauth.refresh(held, signal)
    } catch (error) {
      const fault = toFault(error)
      if (!fault.code.endsWith('/invalid-grant')) throw fault
      next = { ...held, refused: clock.now() }
    }
    // Lost only to a person who logged in or removed it meanwhile: theirs counts.
    const stored = await vault.swap(secretName(side.side), kept, asJson(next))
    await this.credentials()
    if (!stored || next.refused === undefined) return
    await onChange()
  }
}
