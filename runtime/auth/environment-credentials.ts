/** Whose account the credentials of the environment or a host are: asked once for each key, and held against the store's. */

import { asId } from '../lib/json.ts'
import type { Clock } from '../ports/effects.ts'
import { type Fault, toFault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import type { Json } from '../ports/types.ts'
import { accountMismatch } from './errors.ts'
import { type AccountInfo, accountOf } from './setup-state.ts'
import { hostOf, type KeyCredentials, type Side } from './side.ts'
import type { Vault } from './vault.ts'

export interface EnvironmentCredentials {
  /** As far as is known without asking. */
  known(): Promise<AccountInfo | undefined>
  /** Asks if need be, and binds the store to it. Throws a `Fault`: also when the store belongs to another account. */
  identify(signal: AbortSignal): Promise<AccountInfo>
  /**
   * Throws when the store belongs to another account, or when nobody could be asked just now. A side that does not say
   * whose account it is (a permission is missing) is taken as it is.
   */
  check(signal: AbortSignal): Promise<void>
  /** What `check` found, if it found the account of somebody else. */
  mismatch(): Fault | undefined
}

export interface EnvironmentCredentialsParts {
  readonly side: Side
  readonly credentials: KeyCredentials
  /** Remembers whose key it is, by a keyed hash. Absent: each process asks. */
  readonly vault?: Pick<Vault, 'derive'>
  readonly store: Pick<Store, 'readCheckpoint' | 'writeCheckpoints'>
  readonly clock: Clock
  readonly identify: (credentials: KeyCredentials, signal: AbortSignal) => Promise<AccountInfo>
  /** Called when the store belongs to another account. */
  readonly onForeign?: () => Promise<void>
}

/** A side that does not say who it is is asked again after this, milliseconds. */
const AGAIN = 60_000

export function environmentCredentials({
  side,
  credentials,
  vault,
  store,
  clock,
  identify,
  onForeign,
}: EnvironmentCredentialsParts): EnvironmentCredentials {
  const name = `account.given.${side.side}`
  let party: AccountInfo | undefined
  let foreign: Fault | undefined
  let next = 0
  let checking: Promise<void> | undefined

  /** Tells one key from another, and nothing else about it. Undefined where there is no key of ours to do that with. */
  const mark = async () =>
    vault?.derive('given', JSON.stringify([side.side, credentials.key, hostOf(side)])).then(
      (hash) => Buffer.from(hash).toString('base64url'),
      () => undefined,
    )

  async function known(): Promise<AccountInfo | undefined> {
    const kept = (await store.readCheckpoint(name)) as
      | { readonly mark: string; readonly party: AccountInfo }
      | undefined
    if (party === undefined && kept !== undefined && kept.mark === (await mark())) party = kept.party
    return party
  }

  async function learn(signal: AbortSignal): Promise<AccountInfo> {
    const found = (await known()) ?? (await identify(credentials, signal))
    const bound = asId(await store.readCheckpoint(accountOf(side)))
    foreign = bound === undefined || bound === found.id ? undefined : accountMismatch(side, found)
    if (foreign !== undefined) {
      await onForeign?.()
      throw foreign
    }
    if (party === undefined) {
      const hash = await mark()
      const kept = hash === undefined ? undefined : (JSON.parse(JSON.stringify({ mark: hash, party: found })) as Json)
      await store.writeCheckpoints([
        { name: accountOf(side), value: found.id },
        { name, value: kept },
      ])
    }
    party = found
    return found
  }

  async function checked(signal: AbortSignal): Promise<void> {
    try {
      await learn(signal)
      next = Number.POSITIVE_INFINITY
    } catch (error) {
      const fault = toFault(error)
      if (fault === foreign || fault.kind !== 'config') throw error
      next = clock.now() + AGAIN
    }
  }

  return {
    known,
    identify: learn,
    mismatch: () => foreign,
    async check(signal) {
      if (foreign !== undefined) throw foreign
      if (clock.now() < next) return
      checking ??= checked(signal).finally(() => {
        checking = undefined
      })
      await checking
    },
  }
}
