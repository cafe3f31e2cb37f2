/** Delivers a lane until told to stop, and settles every record it leased. */

import { Batcher } from '../lib/batcher.ts'
import { MonotonicClock } from '../lib/monotonic-clock.ts'
import type { Clock, Logger } from '../ports/effects.ts'
import { Fault, toFault } from '../ports/fault.ts'
import type { Store } from '../ports/store.ts'
import type { Lane, LeasedRecord, Outcome, Settlement } from '../ports/types.ts'

export interface WorkParts {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly deliver: (record: LeasedRecord) => Promise<Outcome>
  /** Records in flight at once. Asked before each lease, so that it may follow the backlog. */
  readonly concurrency: () => number
  /** Done before each lease. */
  readonly before?: (() => Promise<void>) | undefined
}

/** A lease outlives the longest attempt; it is renewed while the attempt goes on. Milliseconds. */
const HOLD = 120_000
const RENEW = 40_000
/** Looks for records of other processes this often; its own wake it at once. */
const POLL = 1_000
/** What is in flight when told to stop has this long to end by itself; then its leases are given back. */
const GRACE = 5_000
/** A store that is busy or full is asked again after this. */
const STORE_PAUSE = 1_000
/** So many records in a row must have failed before the others are spared the attempt. */
const STREAK = 8
/** An end is written this much later at most, milliseconds: history fills its commits, live ends are soon to be seen. */
const SETTLE_LINGER: Readonly<Record<Lane, number>> = { live: 25, backfill: 250 }
/** Longest pause while the destination refuses everything. */
const LONGEST_PAUSE = 30_000

/** Returns when the signal has aborted and nothing leased is left. Throws only when the store does. */
export async function runWorker(lane: Lane, parts: WorkParts, signal: AbortSignal): Promise<void> {
  const { store, clock } = parts
  const flight = new Map<string, LeasedRecord>()
  const room = latch()
  const idle = new AbortController()
  const calm = failureBackoff(clock)
  let broken: unknown

  const end = async (record: LeasedRecord, delivered: Promise<Outcome>) => {
    flight.set(record.id, record)
    try {
      const outcome = await delivered
      calm.record(outcome)
      await settlements.add({ record, outcome })
    } catch (error) {
      broken ??= error
    } finally {
      flight.delete(record.id)
      room.open()
    }
  }

  // A commit waits for the disk: the ends of many records share one.
  const settlements = new Batcher<Settlement, true>({
    maxItems: 500,
    lingerMs: SETTLE_LINGER[lane],
    clock,
    run: async (all) => {
      await retryStore(() => store.settle(all))
      return all.map(() => true)
    },
  })

  const begin = async (limit: number): Promise<number> => {
    const leased = await store.lease({ lane, limit, leaseMs: HOLD })
    // What is in flight is kept without its body: a thousand of them may wait for one full request.
    for (const record of leased) void end({ ...record, body: '' }, parts.deliver(record))
    return leased.length
  }

  const round = async (): Promise<void> => {
    await calm.wait(signal)
    await parts.before?.()
    const most = parts.concurrency()
    const free = most - flight.size
    // A lease is a transaction: worth it for a quarter of what fits, not for each record that ends.
    if (free < most / 4) return room.wait(signal)
    const begun = signal.aborted ? 0 : await begin(free)
    if (begun === 0) await store.wait(lane, POLL, signal)
  }

  /** A store that is busy or full is waited for: the records are safe in it, and a stopped worker helps nobody. */
  async function retryStore<T>(ask: () => Promise<T>): Promise<T | undefined> {
    for (;;) {
      try {
        return await ask()
      } catch (error) {
        const fault = toFault(error)
        if (fault.kind !== 'transient' && fault.code !== 'store/full') throw error
        parts.logger.error(`store unavailable, retrying: ${fault.message}`, { lane, code: fault.code })
        await clock.sleep(STORE_PAUSE, signal)
        if (signal.aborted) throw error
      }
    }
  }

  const renewing = renew(flight, parts, idle.signal)
  try {
    while (!signal.aborted && broken === undefined) await retryStore(round)
  } catch (error) {
    broken ??= error
  }
  await drain(flight, room, clock)
  idle.abort()
  await renewing
  await store.release([...flight.values()]).catch((error: unknown) => {
    broken ??= error
  })
  if (broken !== undefined) throw broken
}

/** Waits for what is in flight, but not for ever. */
async function drain(flight: ReadonlyMap<string, unknown>, room: Latch, clock: Clock): Promise<void> {
  const patience = new AbortController()
  void clock.sleep(GRACE, patience.signal).then(() => patience.abort())
  while (flight.size > 0 && !patience.signal.aborted) await room.wait(patience.signal)
  patience.abort()
}

async function renew(
  flight: ReadonlyMap<string, LeasedRecord>,
  { store, clock, logger }: WorkParts,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(RENEW, signal)
    if (signal.aborted || flight.size === 0) continue
    await store.renew([...flight.values()], HOLD).catch((error: unknown) => {
      const code = error instanceof Fault ? error.code : 'store/renew'
      logger.error('lease renewal failed; records may be delivered by another process', { code })
    })
  }
}

/** When the destination refuses everything, leasing more records would only hammer it and burn their attempts. */
function failureBackoff(clock: Clock) {
  const time = new MonotonicClock(clock)
  let until = 0
  let failures = 0
  let streak = 0
  return {
    record(outcome: Outcome): void {
      if (outcome.status !== 'deferred') streak = failures = 0
      // Without `since` nothing failed: the record only lets others go first.
      else if (outcome.failingSince !== undefined) streak += 1
      if (streak < STREAK || time.now() < until) return
      failures += 1
      until = time.now() + Math.min(LONGEST_PAUSE, 250 * 2 ** Math.min(failures, 10))
    },
    async wait(signal: AbortSignal): Promise<void> {
      const left = until - time.now()
      if (left > 0) await clock.sleep(left, signal)
    },
  }
}

interface Latch {
  /** Lets all who wait go on. */
  open(): void
  wait(signal: AbortSignal): Promise<void>
}

function latch(): Latch {
  let waiting = new Set<() => void>()
  return {
    open() {
      const all = waiting
      waiting = new Set()
      for (const go of all) go()
    },
    wait(signal) {
      if (signal.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        const go = () => {
          signal.removeEventListener('abort', go)
          resolve()
        }
        signal.addEventListener('abort', go, { once: true })
        waiting.add(go)
      })
    },
  }
}
