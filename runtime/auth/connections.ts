/** The accounts a connector works for: log-ins in use, set-up, removal. One for each store; nothing here is global. */

import { claims } from '../lib/lock.ts'
import type { Gate, Logins } from '../ports/auth.ts'
import { toFault } from '../ports/fault.ts'
import type { Clock, Fetch, Logger, Random, Store } from '../ports/ports.ts'
import type { ConnectParts, Entrance } from './connect.ts'
import { doubt } from './credential-check.ts'
import { gate as makeGate } from './delivery-gate.ts'
import { given } from './environment-credentials.ts'
import { identify } from './identify-account.ts'
import { oauth } from './oauth.ts'
import { tickets } from './oauth-state.ts'
import { Keeper } from './refreshing-auth.ts'
import { type Setup, setup } from './setup.ts'
import { loadProgress, stepOf } from './setup-state.ts'
import type { Credentials, Side, SideName } from './side.ts'
import { type Key, vault } from './vault.ts'

export interface AccountOptions {
  readonly source: Side
  readonly destination: Side
  readonly store: Store
  /** Seals what is stored. Asked for when there is something to seal. */
  readonly key: Key
  readonly fetch: Fetch
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

export interface Account {
  readonly source: Logins
  readonly destination: Logins
  /** Delivery waits while it is shut. */
  readonly gate: Gate
  /** Any of these may have signed a webhook. None before somebody said yes to what is shared, or once both sides were removed. */
  secrets(): Promise<readonly string[]>
  readonly setup: Setup
  /** Signs the cookies of those who set up, the same as long as the key is. Throws when that cannot be used. */
  readonly cookieKey: Key
  close(): void
}

/** Reads how far set-up has come, and how the log-ins are. Throws only when the store cannot be read. */
export async function account(options: AccountOptions): Promise<Account> {
  const { source, destination, store, logger, ...effects } = options
  const ending = new AbortController()
  const safe = vault(store, options.key)
  const claim = claims(store, options.clock, ending.signal)
  const enter = (side: Side): Entrance => {
    const way = oauth(side, effects)
    const { clock } = options
    const whose = (credentials: Credentials, signal: AbortSignal) => identify(side, credentials, effects, signal)
    const asked = { side, vault: safe, store, clock, identify: whose, onForeign: () => gate.look() }
    const known = side.given && given({ ...asked, credentials: side.given })
    const parts = { side, vault: safe, claims: claim, oauth: way, given: known, clock, signal: ending.signal }
    const doubts = doubt({ side, clock, ask: (credentials) => whose(credentials, ending.signal) })
    const keeper = new Keeper({ ...parts, doubt: doubts, onChange: () => gate.look() })
    return { side, oauth: way, given: known, keeper }
  }
  const sides: Readonly<Record<SideName, Entrance>> = { source: enter(source), destination: enter(destination) }
  const gate = makeGate({ why: () => whyShut(sides, store), clock: options.clock, logger })
  const parts: ConnectParts = { ...effects, store, logger, tickets: tickets(safe, options.clock) }
  await gate.look()

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
    setup: setup({ ...parts, sides, look: gate.look, gate }),
    cookieKey: () => safe.subkey('cookies'),
    close: () => ending.abort(),
  }
}

/** A reason not to deliver that a person can do something about. */
async function whyShut(sides: Readonly<Record<SideName, Entrance>>, store: Store): Promise<string | undefined> {
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
    stepOf(
      progress,
      connected,
      both.every(({ given }) => given),
    ) !== 'done'
  )
    return 'set-up is not finished: go on with it on the console'
  const troubles = [await sides.source.keeper.trouble(), await sides.destination.keeper.trouble()]
  return troubles.find((trouble) => trouble !== undefined)?.message
}
