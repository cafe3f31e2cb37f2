/** Pins a store to one account of each side before the first delivery: one webhook address may serve many accounts. */

import { currentAuth } from '../http/with-auth.ts'
import { onAbort } from '../lib/abort.ts'
import { WORKSPACE_CHECKPOINT } from '../lib/checkpoint-names.ts'
import { asId } from '../lib/json.ts'
import type { AuthProvider, DeliveryGate } from '../ports/auth.ts'
import type { Clock, Logger } from '../ports/effects.ts'
import { type Fault, toFault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import type { SourceClient } from './client.ts'
import { waitAfter } from './paginate.ts'

export interface AccountPin {
  /** The pinned source account, from memory. Undefined until this process has read it. */
  known(): string | undefined
  /** The pinned source account, from the store until it is in memory. Undefined until it is pinned. */
  read(): Promise<string | undefined>
  /** Asks the source for its account and pins it, unless it is pinned. Throws a `Fault`. */
  pinSource(signal: AbortSignal): Promise<string>
  /**
   * Pins both sides. Throws a `Fault`: a side does not answer, does not know its credentials, or they are of another
   * account than the pinned one. Only the destination may keep its account to itself.
   */
  pin(signal: AbortSignal): Promise<void>
  /** Retries `pin` until it succeeds. Resolves to false when the signal aborts first. */
  untilPinned(signal: AbortSignal): Promise<boolean>
  /** Shut while the host's own gate is, or while `untilPinned` cannot pin. */
  readonly gate: DeliveryGate
}

export interface AccountPinParts {
  readonly client: Pick<SourceClient, 'workspace'>
  readonly source: AuthProvider
  /** Absent: nothing says whose account the destination is. */
  readonly destination: AuthProvider | undefined
  readonly store: Pick<Store, 'readCheckpoint'>
  readonly gate: DeliveryGate | undefined
  readonly clock: Clock
  readonly logger: Logger
}

/** A record without a workspace counts as ours: only a signed one gets this far. */
export const isForeign = (workspace: string, ours: string): boolean => workspace !== '' && workspace !== ours

export function createAccountPin(parts: AccountPinParts): AccountPin {
  const { client, source, destination, store, clock, logger } = parts
  let known: string | undefined
  let pinned = false
  const waits = pinGate(parts.gate, logger)

  async function read(): Promise<string | undefined> {
    known ??= asId(await store.readCheckpoint(WORKSPACE_CHECKPOINT))
    return known
  }

  async function pinSource(signal: AbortSignal): Promise<string> {
    // Credentials of a host or the environment are checked against the store by their first use, which pins them.
    await currentAuth(source, signal)
    const workspace = (await read()) ?? (await client.workspace(signal))
    known = workspace
    return workspace
  }

  async function pin(signal: AbortSignal): Promise<void> {
    if (pinned) return
    await pinSource(signal)
    if (destination !== undefined) await currentAuth(destination, signal)
    pinned = true
  }

  return {
    known: () => known,
    read,
    pinSource,
    pin,
    async untilPinned(signal) {
      for (let failures = 1; !signal.aborted; failures++) {
        try {
          await pin(signal)
          waits.end()
          return true
        } catch (error) {
          if (signal.aborted) break
          const fault = toFault(error)
          waits.begin(fault)
          await waits.orChange(signal, (stop) => clock.sleep(waitAfter(fault, failures), stop))
        }
      }
      return false
    },
    gate: waits.gate,
  }
}

/** The reason to wait, beside the host's own gate, and everyone who waits for it to change. */
function pinGate(host: DeliveryGate | undefined, logger: Logger) {
  let reason: string | undefined
  const waiting = new Set<() => void>()

  function set(next: string | undefined): void {
    reason = next
    for (const wake of waiting) wake()
  }

  /** Waits for `other`, or until the reason changes or the signal aborts. */
  async function orChange(signal: AbortSignal, other: (stop: AbortSignal) => Promise<void>): Promise<void> {
    if (signal.aborted) return
    const over = new AbortController()
    const wake = () => over.abort()
    const off = onAbort(signal, wake)
    waiting.add(wake)
    await other(over.signal)
    waiting.delete(wake)
    off()
  }

  const gate: DeliveryGate = {
    pausedReason: () => host?.pausedReason() ?? reason,
    waitForChange: (signal) => orChange(signal, (stop) => host?.waitForChange(stop) ?? aborted(stop)),
  }

  return {
    gate,
    orChange,
    begin({ message, code, kind }: Fault): void {
      if (reason === message) return
      // Once for each reason: trouble may last for hours, and both lanes meet it.
      logger[kind === 'transient' ? 'warn' : 'error'](`delivery paused: ${message} (nothing is lost)`, { code })
      set(message)
    },
    end(): void {
      if (reason === undefined) return
      logger.info('delivery resumed')
      set(undefined)
    },
  }
}

const aborted = (signal: AbortSignal) => new Promise<void>((resolve) => void onAbort(signal, resolve))
