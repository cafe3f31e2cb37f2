/** Pins a store to one account of each side before the first delivery: one webhook address may serve many accounts. */

import { getCurrentAuth } from '../http/with-auth.ts'
import { onAbort, untilAborted } from '../lib/abort.ts'
import {
  DESTINATION_ACCOUNT_CHECKPOINT,
  WORKSPACE_CHECKPOINT,
  WORKSPACE_IN_WEBHOOKS_CHECKPOINT,
} from '../lib/checkpoint-names.ts'
import { capitalize } from '../lib/format.ts'
import { asId } from '../lib/json.ts'
import type { AuthProvider, DeliveryGate } from '../ports/auth.ts'
import type { Clock, Logger } from '../ports/effects.ts'
import { Fault, toFault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import { backoffDelay } from './backoff-delay.ts'
import { type AccountNames, claimAccount } from './claim-account.ts'
import type { SourceClient } from './client.ts'

/** The accounts to which the store is pinned from the first start. */
export interface NamedAccounts {
  /** At the source. */
  readonly workspace?: string | undefined
  /** At the destination. */
  readonly account?: string | undefined
}

export interface AccountPinParts extends NamedAccounts {
  /** Of the source and of the destination, for messages. */
  readonly names: Readonly<Record<keyof NamedAccounts, string>>
  readonly client: Pick<SourceClient, 'workspace'>
  /** Whether webhooks name the account otherwise than the API. */
  readonly hasNameInWebhooks: boolean
  readonly source: AuthProvider
  /** Absent: the destination's account stays unknown. */
  readonly destination: AuthProvider | undefined
  readonly store: Pick<Store, 'readCheckpoint' | 'compareAndSwapCheckpoint'>
  /** The host's own gate. */
  readonly gate: DeliveryGate | undefined
  readonly clock: Clock
  readonly logger: Logger
}

/** A record without a workspace counts as ours: its signature was verified. So does any until the account is known. */
export const isForeign = (workspace: string, { id, inWebhooks }: AccountNames): boolean =>
  workspace !== '' && id !== undefined && workspace !== id && workspace !== inWebhooks

export class AccountPin {
  readonly #parts: AccountPinParts
  readonly #gate: PinGate
  #workspace: string | undefined
  #inWebhooks: string | undefined
  #pinned = false
  #hasClaimed = false

  constructor(parts: AccountPinParts) {
    this.#parts = parts
    this.#gate = new PinGate(parts.gate, parts.logger)
  }

  /** Shut while the host's own gate is shut, or while `waitUntilPinned` fails to pin. */
  get gate(): DeliveryGate {
    return this.#gate
  }

  /** The names of the pinned source account, from memory. Without an id until this process has read them. */
  cachedNames(): AccountNames {
    // Without its name in webhooks, none of them can be told from those of other accounts.
    const isKnown = !this.#parts.hasNameInWebhooks || this.#inWebhooks !== undefined
    return { id: isKnown ? this.#workspace : undefined, inWebhooks: this.#inWebhooks }
  }

  /**
   * The same, from the store until they are in memory. Without an id until the account is pinned. Throws a config `Fault` if
   * the host names other accounts than those of the store.
   */
  async readNames(): Promise<AccountNames> {
    await this.#claimNamed()
    const read = async (name: string) => asId(await this.#parts.store.readCheckpoint(name))
    this.#workspace ??= await read(WORKSPACE_CHECKPOINT)
    if (this.#parts.hasNameInWebhooks) this.#inWebhooks ??= await read(WORKSPACE_IN_WEBHOOKS_CHECKPOINT)
    return this.cachedNames()
  }

  /**
   * Pins both sides. Throws a `Fault` if a side does not answer, rejects its credentials, or belongs to another account
   * than the pinned one. Only the destination may withhold its account.
   */
  async pin(signal: AbortSignal): Promise<void> {
    if (this.#pinned) return
    const { source, destination, client } = this.#parts
    await this.#claimNamed()
    // The first use of credentials of a host or the environment checks them against the store and pins their account.
    await getCurrentAuth(source, signal)
    if ((await this.readNames()).id === undefined) {
      this.#workspace = await client.workspace(signal)
      await this.readNames()
    }
    if (destination !== undefined) await getCurrentAuth(destination, signal)
    this.#pinned = true
  }

  async #claimNamed(): Promise<void> {
    if (this.#hasClaimed) return
    const { workspace, account } = this.#parts
    await this.#claim('account', DESTINATION_ACCOUNT_CHECKPOINT, account)
    await this.#claim('workspace', WORKSPACE_CHECKPOINT, workspace)
    this.#hasClaimed = true
  }

  async #claim(option: keyof NamedAccounts, checkpoint: string, id: string | undefined): Promise<void> {
    const { store, names } = this.#parts
    if (id === undefined || (await claimAccount(store, checkpoint, id)) === id) return
    const side = capitalize(names[option])
    const message = `the store belongs to another ${side} account than the one in \`${option}\`: use the store of that account, or another one`
    throw new Fault('config', 'store/other-account', message)
  }

  /** Retries `pin` until it succeeds. Resolves to false when the signal aborts first. */
  async waitUntilPinned(signal: AbortSignal): Promise<boolean> {
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        await this.pin(signal)
        this.#gate.open()
        return true
      } catch (error) {
        if (signal.aborted) break
        const fault = toFault(error)
        const delay = backoffDelay(fault, failures)
        this.#gate.shut(fault)
        await this.#gate.waitForChangeOr(signal, (stop) => this.#parts.clock.sleep(delay, stop))
      }
    }
    return false
  }
}

/** Adds the reason why accounts cannot be pinned to the host's own gate. */
class PinGate implements DeliveryGate {
  readonly #host: DeliveryGate | undefined
  readonly #logger: Logger
  readonly #waiting = new Set<() => void>()
  #reason: string | undefined

  constructor(host: DeliveryGate | undefined, logger: Logger) {
    this.#host = host
    this.#logger = logger
  }

  pausedReason(): string | undefined {
    return this.#host?.pausedReason() ?? this.#reason
  }

  async check(): Promise<void> {
    await this.#host?.check?.()
  }

  waitForChange(signal: AbortSignal): Promise<void> {
    return this.waitForChangeOr(signal, (stop) => this.#host?.waitForChange(stop) ?? untilAborted(stop))
  }

  shut({ message, code, kind }: Fault): void {
    if (this.#reason === message) return
    // Logged once for each reason: a failure may last for hours, and both lanes run into it.
    this.#logger[kind === 'transient' ? 'warn' : 'error'](`delivery paused: ${message} (stored records wait)`, { code })
    this.#setReason(message)
  }

  open(): void {
    if (this.#reason === undefined) return
    this.#logger.info('delivery resumed')
    this.#setReason(undefined)
  }

  /** Waits for `other`, or until the reason changes or the signal aborts. */
  async waitForChangeOr(signal: AbortSignal, other: (stop: AbortSignal) => Promise<void>): Promise<void> {
    if (signal.aborted) return
    const stop = new AbortController()
    const wake = () => stop.abort()
    const stopListening = onAbort(signal, wake)
    this.#waiting.add(wake)
    await other(stop.signal)
    this.#waiting.delete(wake)
    stopListening()
  }

  #setReason(reason: string | undefined): void {
    this.#reason = reason
    for (const wake of this.#waiting) wake()
  }
}
