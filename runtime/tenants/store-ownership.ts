/** Works in one of the processes that share a store: the one that has claimed it. The others stand by, and take over. */
import { linkAbort } from '../lib/abort.ts'
import { MonotonicClock } from '../lib/monotonic-clock.ts'
import { retryStore } from '../lib/retry-store.ts'
import type { Clock, Logger } from '../ports/effects.ts'
import { toFault } from '../ports/fault.ts'
import type { StoreClaim } from '../ports/store-claim.ts'

export interface StoreOwnershipOptions {
  /** Absent: no other process uses the store. */
  readonly claim: StoreClaim | undefined
  readonly clock: Clock
  readonly logger: Logger
}

export type Job = (signal: AbortSignal) => Promise<void>

export interface OwnedWork {
  /** Runs while this process owns the store, until the signal aborts; again when it owns it again. */
  readonly work: Job
  /** Runs meanwhile, while another process owns the store. Must not throw. */
  readonly standBy?: Job
}

/** How often a process that stands by looks for the claim. Milliseconds. */
const LOOK_EVERY = 1_000

const idle: Job = async () => undefined

export class StoreOwnership {
  readonly #options: StoreOwnershipOptions
  #owner: string | undefined

  constructor(options: StoreOwnershipOptions) {
    this.#options = options
  }

  /** The process that works on the store, for people: `12 on web-1`. Undefined: this one, or none yet. */
  otherOwner(): string | undefined {
    return this.#owner
  }

  /** Until the signal aborts, or the work ends. Throws what the work throws, unless the claim was lost. */
  async run({ work, standBy = idle }: OwnedWork, signal: AbortSignal): Promise<void> {
    const { claim } = this.#options
    if (claim === undefined) return work(signal)
    while (!signal.aborted) {
      await this.#waitForClaim(claim, standBy, signal)
      if (!signal.aborted && !(await this.#workWhileOwned(claim, work, signal))) return
    }
  }

  async #waitForClaim(claim: StoreClaim, standBy: Job, signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options
    const { stop, unlink } = linkAbort(signal)
    let standing: Promise<void> | undefined
    try {
      for (;;) {
        const owner = await this.#take(claim, signal)
        if (signal.aborted) return
        if (owner === undefined) break
        if (owner !== this.#owner) logger.info(STANDS_BY, { owner })
        this.#owner = owner
        standing ??= standBy(stop.signal)
        await clock.sleep(LOOK_EVERY, signal)
      }
      if (this.#owner !== undefined) logger.info('this process delivers now', { formerly: this.#owner })
      this.#owner = undefined
    } finally {
      unlink()
      stop.abort()
      await standing
    }
  }

  /** Waits for a store that cannot be used now. */
  async #take(claim: StoreClaim, signal: AbortSignal): Promise<string | undefined> {
    try {
      return await retryStore(() => claim.take(), { ...this.#options, signal })
    } catch (error) {
      if (signal.aborted) return undefined
      throw error
    }
  }

  /** Returns whether the claim was lost. */
  async #workWhileOwned(claim: StoreClaim, work: Job, signal: AbortSignal): Promise<boolean> {
    const { logger } = this.#options
    const { stop, unlink } = linkAbort(signal)
    const ended = new AbortController()
    let isLost = false
    const renewing = this.#renew(claim, ended.signal, () => {
      isLost = true
      stop.abort()
    })
    try {
      await work(stop.signal)
    } catch (error) {
      if (!isLost) throw error
      logger.warn(`delivery ended with the claim: ${toFault(error).message}`, { code: toFault(error).code })
    } finally {
      unlink()
      ended.abort()
      await renewing
      if (!isLost) await this.#release(claim)
    }
    return isLost
  }

  /** Ends the work before another process may begin it. */
  async #renew(claim: StoreClaim, ended: AbortSignal, lose: () => void): Promise<void> {
    const { clock, logger } = this.#options
    const time = new MonotonicClock(clock)
    const every = claim.claimMs / 4
    for (let renewedAt = time.now(); ; ) {
      await clock.sleep(every, ended)
      if (ended.aborted) return
      const before = time.now()
      const renewing = claim.take().then(
        (owner) => {
          if (owner === undefined) renewedAt = before
          this.#owner = owner
        },
        (error: unknown) => {
          const { code, message } = toFault(error)
          logger.warn(`the claim on the store cannot be renewed: ${message}`, { code })
        },
      )
      // A database that does not answer must not keep this process from stopping in time.
      await this.#within(every, renewing, ended)
      const isLate = time.now() - renewedAt >= claim.claimMs - every
      if (this.#owner === undefined && !isLate) continue
      logger.warn('the claim on the store was lost: another process may deliver', { owner: this.#owner })
      return lose()
    }
  }

  async #within(ms: number, operation: Promise<void>, signal: AbortSignal): Promise<void> {
    const { stop, unlink } = linkAbort(signal)
    await Promise.race([operation, this.#options.clock.sleep(ms, stop.signal)])
    unlink()
    stop.abort()
  }

  async #release(claim: StoreClaim): Promise<void> {
    try {
      await claim.release()
    } catch (error) {
      const { code, message } = toFault(error)
      this.#options.logger.warn(`the claim on the store was not released, and ends by itself: ${message}`, { code })
    }
  }
}

const STANDS_BY =
  'another process delivers, polls and imports; this one receives webhooks, and takes over when that one ends'
