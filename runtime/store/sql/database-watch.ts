/**
 * Looks, while any lane waits, for what other processes have written into the database, and for processes that have
 * ended. Once for all tenants: an idle tenant costs nothing.
 */
import type { Clock } from '../../ports/effects.ts'
import type { Sql } from '../../ports/sql.ts'
import { LANES } from '../../ports/types.ts'
import type { LaneWaiters } from '../lane-waiters.ts'
import { dueLanes } from './queue-state.ts'
import { query } from './steps.ts'

/** How often the database is asked for processes that have ended. Milliseconds. */
const LOOK_EVERY = 1_000

export interface DatabaseWatchParts {
  readonly sql: Sql
  readonly clock: Clock
  readonly waiters: LaneWaiters
  /** Releases the leases of processes that have ended. */
  readonly releaseDead: () => Promise<void>
}

export class DatabaseWatch {
  readonly #parts: DatabaseWatchParts
  #waits = 0
  #stop: (() => void) | undefined

  constructor(parts: DatabaseWatchParts) {
    this.#parts = parts
  }

  /** Watches while the wait lasts. */
  async during(wait: Promise<void>): Promise<void> {
    this.#waits += 1
    this.#stop ??= this.#start()
    try {
      await wait
    } finally {
      this.#waits -= 1
      if (this.#waits === 0) this.stop()
    }
  }

  stop(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  #start(): () => void {
    const stopped = new AbortController()
    const unwatch = this.#parts.sql.watch?.((tenants) => void this.#recheck(tenants).catch(ignore))
    void this.#releaseDead(stopped.signal)
    return () => {
      stopped.abort()
      unwatch?.()
    }
  }

  async #releaseDead(signal: AbortSignal): Promise<void> {
    const { clock, releaseDead } = this.#parts
    while (!signal.aborted) {
      await clock.sleep(LOOK_EVERY, signal)
      if (!signal.aborted) await releaseDead().catch(ignore)
    }
  }

  /** Only lanes with unsettled records may have one that is due: not a single statement for the others. */
  async #recheck(tenants: readonly number[] | undefined): Promise<void> {
    const { sql, waiters } = this.#parts
    if (tenants !== undefined) {
      for (const tenant of tenants) for (const lane of LANES) waiters.recheck(tenant, lane)
      return
    }
    for (const { tenant, lane } of await query(sql, dueLanes())) waiters.recheck(tenant, lane)
  }
}

/** A locked or failing database: the next look finds what this one missed, and the next write reports it. */
function ignore(): void {}
