/** The accounts a connector works for: log-ins in use, set-up, removal. One for each store; nothing here is global. */

import { locks } from '../lib/lock.ts'
import type { AuthProvider, DeliveryGate } from '../ports/auth.ts'
import type { Clock, Fetch, Logger, Random } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import type { ConnectParts, SideConnection } from './connect.ts'
import { credentialCheck } from './credential-check.ts'
import { deliveryGate as makeGate } from './delivery-gate.ts'
import { environmentCredentials } from './environment-credentials.ts'
import { identify } from './identify-account.ts'
import { oauth } from './oauth.ts'
import { oauthStates } from './oauth-state.ts'
import { RefreshingAuth } from './refreshing-auth.ts'
import { type Setup, setup } from './setup.ts'
import { currentStep, loadProgress } from './setup-state.ts'
import type { Credentials, Side, SideName } from './side.ts'
import { type EncryptionKey, vault } from './vault.ts'

export interface AccountOptions {
  readonly source: Side
  readonly destination: Side
  readonly store: Store
  /** Seals what is stored. Asked for when there is something to seal. */
  readonly key: EncryptionKey
  readonly fetch: Fetch
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

export interface Connections {
  readonly source: AuthProvider
  readonly destination: AuthProvider
  /** Delivery waits while it is shut. */
  readonly gate: DeliveryGate
  /** Any of these may have signed a webhook. None before somebody said yes to what is shared, or once both sides were removed. */
  secrets(): Promise<readonly string[]>
  readonly setup: Setup
  /** Signs the cookies of those who set up, the same as long as the key is. Throws when that cannot be used. */
  readonly cookieKey: EncryptionKey
  close(): void
}

/** Reads how far set-up has come, and how the log-ins are. Throws only when the store cannot be read. */
export async function createConnections(options: AccountOptions): Promise<Connections> {
  const { source, destination, store, logger, ...effects } = options
  const ending = new AbortController()
  const safe = vault(store, options.key)
  const claim = locks(store, options.clock, ending.signal)
  const enter = (side: Side): SideConnection => {
    const way = oauth(side, effects)
    const { clock } = options
    const whose = (credentials: Credentials, signal: AbortSignal) => identify(side, credentials, effects, signal)
    const asked = { side, vault: safe, store, clock, identify: whose, onForeign: () => gate.refresh() }
    const known = side.given && environmentCredentials({ ...asked, credentials: side.given })
    const parts = { side, vault: safe, claims: claim, oauth: way, given: known, clock, signal: ending.signal }
    const doubts = credentialCheck({ side, clock, ask: (credentials) => whose(credentials, ending.signal) })
    const keeper = new RefreshingAuth({ ...parts, doubt: doubts, onChange: () => gate.refresh() })
    return { side, oauth: way, given: known, keeper }
  }
  const sides: Readonly<Record<SideName, SideConnection>> = { source: enter(source), destination: enter(destination) }
  const gate = makeGate({ findReason: () => pausedReason(sides, store), clock: options.clock, logger })
  const parts: ConnectParts = { ...effects, store, logger, tickets: oauthStates(safe, options.clock) }
  await gate.refresh()

  return {
    source: sides.source.keeper,
    destination: sides.destination.keeper,
    gate,
    async secrets() {
      const { allowed, removed } = await loadProgress(store)
      const given = source.given !== undefined && destination.given !== undefined
      if (removed !== undefined || (allowed === undefined && !given)) return []
      // What cannot be unsealed verifies nothing; the gate says why.
      const ofBoth = [sides.source, sides.destination].map(({ keeper }) => keeper.signing().catch(() => []))
      const stored = await Promise.all(ofBoth)
      return [...(source.signingSecrets ?? []), ...(destination.signingSecrets ?? []), ...stored.flat()]
    },
    setup: setup({ ...parts, sides, look: gate.refresh, gate }),
    cookieKey: () => safe.subkey('cookies'),
    close: () => ending.abort(),
  }
}

/** A reason not to deliver that a person can do something about. */
async function pausedReason(
  sides: Readonly<Record<SideName, SideConnection>>,
  store: Store,
): Promise<string | undefined> {
  const progress = await loadProgress(store)
  if (progress.removed !== undefined) return 'both sides were disconnected: set up again on the console'
  const held = [sides.source, sides.destination].map(async ({ side, keeper }) => {
    const it = await keeper.credentials()
    return { side, given: side.given !== undefined, it }
  })
  const both = await Promise.all(held).catch((error: unknown) => toFault(error).message)
  if (typeof both === 'string') return both
  const [from, to] = both
  const connected = { source: from?.it !== undefined, destination: to?.it !== undefined }
  if (
    currentStep(
      progress,
      connected,
      both.every(({ given }) => given),
    ) !== 'done'
  )
    return 'set-up is not finished: go on with it on the console'
  const troubles = [await sides.source.keeper.blockingFault(), await sides.destination.keeper.blockingFault()]
  return troubles.find((trouble) => trouble !== undefined)?.message
}
