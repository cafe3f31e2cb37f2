/** Credentials from the environment or a host: identifies their account once for each key and pins the store to it. */
import { waitFor } from '../lib/abort.ts'
import { environmentKeyCheckpoint } from '../lib/checkpoint-names.ts'
import { MonotonicClock } from '../lib/monotonic-clock.ts'
import type { Clock } from '../ports/effects.ts'
import { Fault, toFault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import type { Json } from '../ports/types.ts'
import { claimAccount } from '../source/claim-account.ts'
import { accountMismatch } from './errors.ts'
import { type AccountInfo, accountCheckpoint } from './setup/setup-state.ts'
import { apiHost, type Credentials, type NetworkEffects, type Side } from './side.ts'
import type { Vault } from './vault.ts'

type CheckpointStore = Pick<Store, 'readCheckpoint' | 'writeCheckpoints' | 'compareAndSwapCheckpoint'>

export interface EnvironmentCredentialsParts {
  readonly side: Side
  readonly credentials: Credentials
  /** Derives the keyed hash by which a later process recognises the key. Absent: each process identifies the account anew. */
  readonly vault?: Pick<Vault, 'derive'>
  readonly store: CheckpointStore
  readonly clock: Clock
  readonly identify: (credentials: Credentials, signal: AbortSignal) => Promise<AccountInfo>
  /** Called when the store belongs to another account. */
  readonly onMismatch?: () => Promise<void>
}

interface IdentifiedKey {
  readonly keyHash: string
  readonly account: AccountInfo
}

/** Milliseconds until a side that refused to name the account is queried again. */
const RETRY_INTERVAL = 60_000

export class EnvironmentCredentials {
  readonly #parts: EnvironmentCredentialsParts
  readonly #checkpoint: string
  #account: AccountInfo | undefined
  #mismatch: Fault | undefined
  readonly #time: MonotonicClock
  #nextCheck = Number.NEGATIVE_INFINITY
  #checking: Promise<void> | undefined

  constructor(parts: EnvironmentCredentialsParts) {
    this.#parts = parts
    this.#time = new MonotonicClock(parts.clock)
    this.#checkpoint = environmentKeyCheckpoint(parts.side.side)
  }

  /** The account, if this or an earlier process has identified it. Makes no request. */
  async knownAccount(): Promise<AccountInfo | undefined> {
    if (this.#account !== undefined) return this.#account
    const stored = (await this.#parts.store.readCheckpoint(this.#checkpoint)) as IdentifiedKey | undefined
    if (stored !== undefined && stored.keyHash === (await this.#keyHash())) this.#account = stored.account
    return this.#account
  }

  /** Identifies the account and pins the store to it. Throws a `Fault`, also when the store belongs to another account. */
  async identify(signal: AbortSignal): Promise<AccountInfo> {
    const { side, credentials, store, identify, onMismatch } = this.#parts
    const account = (await this.knownAccount()) ?? (await identify(credentials, signal))
    const pinned = await claimAccount(store, accountCheckpoint(side), account.id)
    this.#mismatch = pinned === account.id ? undefined : accountMismatch(side, account)
    if (this.#mismatch !== undefined) {
      await onMismatch?.()
      throw this.#mismatch
    }
    if (this.#account === undefined) await this.#remember(account)
    this.#account = account
    return account
  }

  /**
   * Throws when the store belongs to another account, or when the side is unavailable. Passes when the side refuses
   * to name the account, for which the key may lack the permission.
   */
  async check(signal: AbortSignal): Promise<void> {
    if (this.#mismatch !== undefined) throw this.#mismatch
    if (this.#time.now() < this.#nextCheck) return
    this.#checking ??= this.#checkNow(signal).finally(() => {
      this.#checking = undefined
    })
    // The request is the first caller's; each may stop waiting for it.
    await waitFor(this.#checking, signal, stopped)
  }

  /** The fault of the last check, if the store belongs to another account. */
  mismatch(): Fault | undefined {
    return this.#mismatch
  }

  async #checkNow(signal: AbortSignal): Promise<void> {
    try {
      await this.identify(signal)
      this.#nextCheck = Number.POSITIVE_INFINITY
    } catch (error) {
      const fault = toFault(error)
      if (fault === this.#mismatch || fault.kind !== 'config') throw error
      this.#nextCheck = this.#time.now() + RETRY_INTERVAL
    }
  }

  /** Saves whose key it is, so that the next process need not ask. */
  async #remember(account: AccountInfo): Promise<void> {
    const keyHash = await this.#keyHash()
    const value =
      keyHash === undefined
        ? undefined
        : (JSON.parse(JSON.stringify({ keyHash, account } satisfies IdentifiedKey)) as Json)
    await this.#parts.store.writeCheckpoints([{ name: this.#checkpoint, value }])
  }

  /** Tells one key from another and reveals nothing else. Undefined without a usable encryption key. */
  async #keyHash(): Promise<string | undefined> {
    const { vault, side, credentials } = this.#parts
    return vault?.derive('environment', JSON.stringify([side.side, secretOf(credentials), apiHost(side)])).then(
      (hash) => Buffer.from(hash).toString('base64url'),
      () => undefined,
    )
  }
}

const secretOf = (credentials: Credentials): string =>
  credentials.kind === 'key' ? credentials.key : credentials.accessToken

function stopped(): Fault {
  return new Fault('transient', 'auth/stopped', 'stopped while identifying an account; will retry')
}

export interface HostAuthParts extends NetworkEffects {
  readonly store: CheckpointStore
}
