/** Delivers one lane: leases records, hands them to `deliver`, settles every one of them. */

import { onAbort } from '../lib/abort.ts'
import { Batcher } from '../lib/batcher.ts'
import type { Clock, Logger } from '../ports/effects.ts'
import { Fault, toFault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import type { Lane, LeasedRecord, Outcome, Settlement } from '../ports/types.ts'
import { FailureBackoff } from './failure-backoff.ts'

export interface WorkerParts {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly deliver: (record: LeasedRecord) => Promise<Outcome>
  /** Records in flight at once. Read before each lease, so that it may follow the backlog. */
  readonly concurrency: () => number
  readonly beforeLease?: (() => Promise<void>) | undefined
}

/** A lease outlives the longest attempt; it is renewed while the attempt runs. Milliseconds. */
const LEASE_MS = 120_000
const RENEW_EVERY_MS = 40_000
/** How often the store is polled for records of other processes; records appended by this one wake the worker at once. */
const POLL_EVERY_MS = 1_000
/** How long a shutdown waits for records in flight before it releases their leases. */
const SHUTDOWN_GRACE_MS = 5_000
/** Pause before a busy or full store is tried again. */
const STORE_PAUSE_MS = 1_000
/** Longest delay of a settlement, milliseconds: history fills its commits, live outcomes show up soon. */
const SETTLE_LINGER_MS: Readonly<Record<Lane, number>> = { live: 25, backfill: 250 }

/** Returns when the signal has aborted and nothing leased is left. Throws only when the store does. */
export function runWorker(lane: Lane, parts: WorkerParts, signal: AbortSignal): Promise<void> {
  return new LaneWorker(lane, parts, signal).run()
}

class LaneWorker {
  readonly #lane: Lane
  readonly #parts: WorkerParts
  readonly #signal: AbortSignal
  /** Without their bodies: a thousand of them may wait for one full request. */
  readonly #inFlight = new Map<string, LeasedRecord>()
  readonly #slotFreed = new Latch()
  readonly #backoff: FailureBackoff
  /** A commit waits for the disk: the outcomes of many records share one. */
  readonly #settlements: Batcher<Settlement, true>
  #storeError: unknown

  constructor(lane: Lane, parts: WorkerParts, signal: AbortSignal) {
    this.#lane = lane
    this.#parts = parts
    this.#signal = signal
    this.#backoff = new FailureBackoff(parts.clock)
    this.#settlements = new Batcher<Settlement, true>({
      maxItems: 500,
      lingerMs: SETTLE_LINGER_MS[lane],
      clock: parts.clock,
      run: async (settlements) => {
        await this.#retryStore(() => parts.store.settle(settlements))
        return settlements.map(() => true)
      },
    })
  }

  async run(): Promise<void> {
    const { store } = this.#parts
    const drained = new AbortController()
    const renewing = this.#renewLeases(drained.signal)
    try {
      while (!this.#signal.aborted && this.#storeError === undefined) await this.#retryStore(() => this.#leaseMore())
    } catch (error) {
      this.#storeError ??= error
    }
    await this.#drain()
    drained.abort()
    await renewing
    await store.release([...this.#inFlight.values()]).catch((error: unknown) => {
      this.#storeError ??= error
    })
    if (this.#storeError !== undefined) throw this.#storeError
  }

  async #leaseMore(): Promise<void> {
    const { store, concurrency, beforeLease } = this.#parts
    await this.#backoff.wait(this.#signal)
    await beforeLease?.()
    const limit = concurrency()
    const free = limit - this.#inFlight.size
    // A lease is a transaction: worth it for a quarter of the limit, not for each settled record.
    if (free < limit / 4) return this.#slotFreed.wait(this.#signal)
    const leased = this.#signal.aborted ? 0 : await this.#lease(free)
    if (leased === 0) await store.wait(this.#lane, POLL_EVERY_MS, this.#signal)
  }

  async #lease(limit: number): Promise<number> {
    const { store, deliver } = this.#parts
    const leased = await store.lease({ lane: this.#lane, limit, leaseMs: LEASE_MS })
    for (const record of leased) void this.#finish({ ...record, body: '' }, deliver(record))
    return leased.length
  }

  async #finish(record: LeasedRecord, delivery: Promise<Outcome>): Promise<void> {
    this.#inFlight.set(record.id, record)
    try {
      const outcome = await delivery
      this.#backoff.record(outcome)
      await this.#settlements.add({ record, outcome })
    } catch (error) {
      this.#storeError ??= error
    } finally {
      this.#inFlight.delete(record.id)
      this.#slotFreed.open()
    }
  }

  /** Waits for a busy or full store: it holds the records safely, and a stopped worker would deliver none of them. */
  async #retryStore<T>(operation: () => Promise<T>): Promise<T> {
    const { clock, logger } = this.#parts
    for (;;) {
      try {
        return await operation()
      } catch (error) {
        const fault = toFault(error)
        if (fault.kind !== 'transient' && fault.code !== 'store/full') throw error
        logger.error(`store unavailable, retrying: ${fault.message}`, { lane: this.#lane, code: fault.code })
        await clock.sleep(STORE_PAUSE_MS, this.#signal)
        if (this.#signal.aborted) throw error
      }
    }
  }

  async #drain(): Promise<void> {
    const grace = new AbortController()
    void this.#parts.clock.sleep(SHUTDOWN_GRACE_MS, grace.signal).then(() => grace.abort())
    while (this.#inFlight.size > 0 && !grace.signal.aborted) await this.#slotFreed.wait(grace.signal)
    grace.abort()
  }

  async #renewLeases(drained: AbortSignal): Promise<void> {
    const { store, clock, logger } = this.#parts
    while (!drained.aborted) {
      await clock.sleep(RENEW_EVERY_MS, drained)
      if (drained.aborted || this.#inFlight.size === 0) continue
      await store.renew([...this.#inFlight.values()], LEASE_MS).catch((error: unknown) => {
        const code = error instanceof Fault ? error.code : 'store/renew'
        logger.error('lease renewal failed; records may be delivered by another process', { code })
      })
    }
  }
}

class Latch {
  #waiting = new Set<() => void>()

  /** Wakes all who wait now. */
  open(): void {
    const waiting = this.#waiting
    this.#waiting = new Set()
    for (const wake of waiting) wake()
  }

  wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = () => {
        stopListening()
        resolve()
      }
      const stopListening = onAbort(signal, wake)
      this.#waiting.add(wake)
    })
  }
}
