/** Delivers one lane: leases records, hands them to `deliver`, settles every one of them. */

import { linkAbort } from '../lib/abort.ts'
import { Batcher } from '../lib/batcher.ts'
import { Latch } from '../lib/latch.ts'
import { MonotonicClock } from '../lib/monotonic-clock.ts'
import { retryStore } from '../lib/retry-store.ts'
import type { Clock, Logger } from '../ports/effects.ts'
import { Fault } from '../ports/fault.ts'
import type { LeaseRequest, Queue } from '../ports/store.ts'
import type { Lane, LeasedRecord, Outcome, Settlement } from '../ports/types.ts'
import { type Isolation, processIsolation, SUSPECTS_AT_ONCE } from './cut-off.ts'
import { FailureBackoff } from './failure-backoff.ts'

export interface WorkerParts {
  readonly store: Queue
  readonly clock: Clock
  readonly logger: Logger
  readonly deliver: (record: LeasedRecord) => Promise<Outcome>
  /** Called once the outcome of a record is in the store. */
  readonly onSettled?: ((record: LeasedRecord, outcome: Outcome) => void) | undefined
  /** Called once nothing leased is left. */
  readonly onEnd?: (() => Promise<void>) | undefined
  /** Records in flight at once. Read before each lease, so that it may follow the backlog. */
  readonly concurrency: () => number
  readonly beforeLease?: (() => Promise<void>) | undefined
  /** Default: that of the process. */
  readonly isolation?: Isolation
  /** Ends the worker once nothing is due, or while the side refuses everything. */
  readonly untilIdle?: boolean
  /** How long a shutdown waits for records in flight before it releases their leases, milliseconds. Default: five seconds. */
  readonly graceMs?: number | undefined
  /** Sends bulk requests that are not full yet. */
  readonly flush?: () => void
}

/** What one run of a worker did. */
export interface WorkerRun {
  /** Records that it leased. */
  readonly leased: number
  /** What is left of its pause, milliseconds: the side refused everything. 0: it refused nothing, or not all. */
  readonly pause: number
}

/** A lease outlives the longest attempt; it is renewed while the attempt runs. Milliseconds. */
const LEASE_MS = 120_000
const RENEW_EVERY_MS = 40_000
/** The same while records are in flight that were cut off: the last renewal tells how long this process has lived. */
const RENEW_SUSPECTS_EVERY_MS = 1_000
/** How often a store is polled that does not notice what other processes append; what this one appends wakes the worker at once. */
const POLL_EVERY_MS = 1_000
const SHUTDOWN_GRACE_MS = 5_000
const DRAIN_EVERY_MS = 500
/** How often the store is asked for records that were cut off. Milliseconds. */
const CUT_OFF_EVERY_MS = 1_000
/** How long records that were cut off repeatedly are tried one after another before the others have a turn. Milliseconds. */
const ALONE_AT_MOST_MS = 5_000
const ALONE = 'trying a record alone that was in work when earlier processes ended'
/** A worker that runs until nothing is due fills no bulk request: it sends what there is as often. Milliseconds. */
const FLUSH_EVERY_MS = 50
/** Longest delay of a settlement, milliseconds: history fills its commits, live outcomes show up soon. */
const SETTLE_LINGER_MS: Readonly<Record<Lane, number>> = { live: 25, backfill: 250 }

/** Returns when the signal has aborted, or nothing is due, and nothing leased is left. Throws only when the store does. */
export function runWorker(lane: Lane, parts: WorkerParts, signal: AbortSignal): Promise<WorkerRun> {
  return new LaneWorker(lane, parts, signal).run()
}

class LaneWorker {
  readonly #lane: Lane
  readonly #parts: WorkerParts
  readonly #signal: AbortSignal
  /** Without their bodies: a thousand of them may wait for one full request. Each with the function that ends it. */
  readonly #inFlight = new Map<LeasedRecord, () => void>()
  /** Those whose settlement failed: their leases may still hold. */
  readonly #unsettled: LeasedRecord[] = []
  readonly #slotFreed = new Latch()
  readonly #backoff: FailureBackoff
  /** A commit waits for the disk: the outcomes of many records share one. */
  readonly #settlements: Batcher<Settlement, true>
  readonly #time: MonotonicClock
  readonly #isolation: Isolation
  #nextCutOffCheck = 0
  #isRenewingSuspects = false
  readonly #drained = new AbortController()
  /** The renewal of leases, while any record is in flight. */
  #renewing: Promise<void> | undefined
  #storeError: unknown
  #leased = 0
  #isIdle = false

  constructor(lane: Lane, parts: WorkerParts, signal: AbortSignal) {
    this.#lane = lane
    this.#parts = parts
    this.#signal = signal
    this.#backoff = new FailureBackoff(parts.clock)
    this.#time = new MonotonicClock(parts.clock)
    this.#isolation = parts.isolation ?? processIsolation
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

  async run(): Promise<WorkerRun> {
    const { store } = this.#parts
    try {
      while (!this.#signal.aborted && !this.#isIdle && this.#storeError === undefined)
        await this.#retryStore(() => this.#leaseMore())
    } catch (error) {
      this.#storeError ??= error
    }
    await this.#drain()
    this.#drained.abort()
    await this.#renewing
    await store.release([...this.#inFlight.keys(), ...this.#unsettled]).catch((error: unknown) => {
      this.#storeError ??= error
    })
    for (const record of this.#inFlight.keys()) this.#end(record)
    await this.#parts.onEnd?.()
    if (this.#storeError !== undefined) throw this.#storeError
    return { leased: this.#leased, pause: this.#backoff.left }
  }

  async #leaseMore(): Promise<void> {
    const { concurrency, beforeLease, untilIdle = false } = this.#parts
    if (untilIdle && this.#backoff.left > 0) return this.#endOnceEmpty()
    await this.#backoff.wait(this.#signal)
    await beforeLease?.()
    if (this.#signal.aborted) return
    await this.#leaseCutOff()
    const limit = concurrency()
    const free = limit - this.#inFlight.size
    // A lease is a transaction: worth it for a quarter of the limit, not for each settled record.
    if (free < limit / 4) return this.#slotFreed.wait(this.#signal)
    const leased = await this.#leaseBesideOthers({ limit: free })
    if (leased === 0) await (untilIdle ? this.#endOnceEmpty() : this.#waitForRecords())
  }

  /** Records in flight may make others due. */
  async #endOnceEmpty(): Promise<void> {
    this.#isIdle = this.#inFlight.size === 0
    if (this.#isIdle) return
    this.#parts.flush?.()
    await this.#waitForSlotOr((stop) => this.#parts.clock.sleep(FLUSH_EVERY_MS, stop))
  }

  /** The next records that were cut off are leased once those in work have ended. */
  async #waitForRecords(): Promise<void> {
    const { store } = this.#parts
    if (!this.#hasSuspects()) return store.wait(this.#lane, await this.#longestWait(), this.#signal)
    await this.#waitForSlotOr((stop) => store.wait(this.#lane, POLL_EVERY_MS, stop))
  }

  /** Without records that were cut off, a store that notices everything wakes an idle worker: no poll, no timer. */
  async #longestWait(): Promise<number> {
    const { store } = this.#parts
    const isWoken = store.noticesOthers === true && (await store.mostCutOffs(this.#lane)) === 0
    return isWoken ? Number.POSITIVE_INFINITY : POLL_EVERY_MS
  }

  async #waitForSlotOr(other: (stop: AbortSignal) => Promise<void>, signal = this.#signal): Promise<void> {
    const { stop, unlink } = linkAbort(signal)
    await Promise.race([other(stop.signal), this.#slotFreed.wait(stop.signal)])
    unlink()
    stop.abort()
  }

  /**
   * Leases records that were cut off, which may end this process, too: those cut off once a few at a time beside others,
   * one cut off more often with no other record in work.
   */
  async #leaseCutOff(): Promise<void> {
    const { store, logger } = this.#parts
    const lane = this.#lane
    if (this.#time.now() < this.#nextCutOffCheck) return
    const most = await store.mostCutOffs(lane)
    if (most === 0) {
      this.#nextCutOffCheck = this.#time.now() + CUT_OFF_EVERY_MS
      return
    }
    const free = SUSPECTS_AT_ONCE - this.#countSuspects()
    if (free > SUSPECTS_AT_ONCE / 2) {
      const records = await this.#leaseBesideOthers({ limit: free, cutOff: 'once' })
      if (records > 0) logger.warn('trying records again that were in work when their process ended', { lane, records })
    }
    if (most > 1) await this.#isolation.runAlone(() => this.#deliverAlone(), this.#signal)
  }

  /** One after another: to wait each time until the others have ended would take seconds for each of them. */
  async #deliverAlone(): Promise<void> {
    const until = this.#time.now() + ALONE_AT_MOST_MS
    while (!this.#signal.aborted && this.#time.now() < until) {
      if ((await this.#lease({ limit: 1, cutOff: 'repeatedly' })) === 0) return
      while (this.#inFlight.size > 0 && !this.#signal.aborted) await this.#slotFreed.wait(this.#signal)
    }
  }

  async #leaseBesideOthers(request: Pick<LeaseRequest, 'limit' | 'cutOff'>): Promise<number> {
    if (!(await this.#isolation.begin(this.#signal))) return 0
    try {
      return await this.#lease(request)
    } finally {
      this.#isolation.end()
    }
  }

  async #lease(request: Pick<LeaseRequest, 'limit' | 'cutOff'>): Promise<number> {
    const { store, deliver, logger } = this.#parts
    const leased = await store.lease({ lane: this.#lane, leaseMs: LEASE_MS, ...request })
    for (const record of leased) {
      if (request.cutOff === 'repeatedly') logger.warn(ALONE, { record: record.id, processes: record.cutOffs })
      void this.#finish({ ...record, body: '' }, deliver(record))
    }
    if (request.cutOff !== undefined && leased.length > 0) void this.#renewSuspects()
    this.#leased += leased.length
    if (leased.length > 0) this.#renewing ??= this.#renewLeases()
    return leased.length
  }

  async #finish(record: LeasedRecord, delivery: Promise<Outcome>): Promise<void> {
    this.#inFlight.set(record, this.#isolation.add(record))
    try {
      const outcome = await delivery
      this.#backoff.record(outcome)
      const settled = this.#settlements.add({ record, outcome })
      // The next ones wait for it.
      if (record.cutOffs !== undefined) this.#settlements.flush()
      await settled
      this.#parts.onSettled?.(record, outcome)
    } catch (error) {
      this.#storeError ??= error
      this.#unsettled.push(record)
    } finally {
      this.#end(record)
      this.#slotFreed.open()
    }
  }

  #hasSuspects(): boolean {
    return this.#countSuspects() > 0
  }

  #countSuspects(): number {
    return [...this.#inFlight.keys()].filter(({ cutOffs }) => cutOffs !== undefined).length
  }

  #end(record: LeasedRecord): void {
    this.#inFlight.get(record)?.()
    this.#inFlight.delete(record)
  }

  #retryStore<T>(operation: () => Promise<T>): Promise<T> {
    const { clock, logger } = this.#parts
    return retryStore(operation, { clock, logger, signal: this.#signal, fields: { lane: this.#lane } })
  }

  async #drain(): Promise<void> {
    const grace = new AbortController()
    const { clock, flush, graceMs = SHUTDOWN_GRACE_MS } = this.#parts
    void clock.sleep(graceMs, grace.signal).then(() => grace.abort())
    while (this.#inFlight.size > 0 && !grace.signal.aborted) {
      flush?.() // What waits for a full request leaves now, and what is still being mapped soon.
      await this.#waitForSlotOr((stop) => clock.sleep(DRAIN_EVERY_MS, stop), grace.signal)
    }
    grace.abort()
  }

  async #renewLeases(): Promise<void> {
    const { signal } = this.#drained
    while (this.#inFlight.size > 0 && !signal.aborted) {
      await this.#parts.clock.sleep(RENEW_EVERY_MS, signal)
      if (!signal.aborted && this.#inFlight.size > 0) await this.#renew()
    }
    this.#renewing = undefined
  }

  async #renewSuspects(): Promise<void> {
    if (this.#isRenewingSuspects) return
    this.#isRenewingSuspects = true
    while (!this.#signal.aborted && this.#hasSuspects()) {
      await this.#parts.clock.sleep(RENEW_SUSPECTS_EVERY_MS, this.#signal)
      if (!this.#signal.aborted && this.#hasSuspects()) await this.#renew()
    }
    this.#isRenewingSuspects = false
  }

  async #renew(): Promise<void> {
    const { store, logger } = this.#parts
    await store.renew([...this.#inFlight.keys()], LEASE_MS).catch((error: unknown) => {
      const code = error instanceof Fault ? error.code : 'store/renew'
      logger.error('lease renewal failed; records may be delivered by another process', { code })
    })
  }
}
