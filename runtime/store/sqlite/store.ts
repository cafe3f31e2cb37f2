/** The embedded store: one SQLite file, shared by the processes of one machine. */

import type { Clock } from '../../ports/effects.ts'
import { Fault } from '../../ports/fault.ts'
import type { ReplaySelector } from '../../ports/ledger.ts'
import type { AppendResult, CacheEntry, Checkpoint, LeaseRequest, Retention, Store } from '../../ports/store.ts'
import type { Lane, LeasedRecord, Settlement, SourceRecord } from '../../ports/types.ts'
import { processAlive } from '../../system.ts'
import { LANES, Waiters } from '../waiters.ts'
import { AppendBuffer } from './append-buffer.ts'
import type { Connection } from './connection.ts'
import * as kept from './key-values.ts'
import * as queue from './lease.ts'
import * as ledger from './ledger.ts'
import { openConnection } from './open.ts'
import { type IsProcessAlive, newOwner, type Owner, register, releaseDeadOwners, unregister } from './owner.ts'
import { SqliteReads } from './reads.ts'
import { settle } from './settle.ts'
import { Writer } from './writer.ts'

export interface SqliteOptions {
  readonly clock: Clock
  /** Who holds the leases. Default: this process. */
  readonly owner?: Owner
  /** Whether a process still runs, by pid. Default: asks the machine. */
  readonly alive?: IsProcessAlive
}

/**
 * Opens the file, makes it (mode 600) with its folder if there is none, and brings its tables up to date.
 * Throws a `config` fault when it cannot be opened, is damaged, or is of a newer version.
 */
export async function sqliteStore(path: string, options: SqliteOptions): Promise<Store> {
  const { clock, owner = newOwner(), alive = processAlive } = options
  const db = await openConnection(path, clock)
  db.transaction(() => {
    register(db, owner)
    releaseDeadOwners(db, owner, alive)
  })
  return new SqliteStore(db, clock, owner, alive)
}

class SqliteStore extends SqliteReads implements Store {
  readonly #clock: Clock
  readonly #owner: Owner
  readonly #alive: IsProcessAlive
  readonly #writer: Writer
  readonly #waiters: Waiters
  readonly #hand = new AppendBuffer()
  #leases = 0
  #closing: Promise<void> | undefined

  constructor(db: Connection, clock: Clock, owner: Owner, alive: IsProcessAlive) {
    super(db)
    this.#clock = clock
    this.#owner = owner
    this.#alive = alive
    this.#writer = new Writer(db)
    this.#waiters = new Waiters(clock)
  }

  async append(records: readonly SourceRecord[], checkpoint?: Checkpoint): Promise<AppendResult> {
    const added = await this.#write(() => {
      if (checkpoint) kept.saveCheckpoint(this.db, checkpoint)
      return records.filter((record) => queue.append(this.db, record))
    })
    this.#hand.keep(added)
    this.#waiters.wake(new Set(added.map(({ lane }) => lane)))
    return { added: added.length }
  }

  async lease(request: LeaseRequest): Promise<readonly LeasedRecord[]> {
    this.#leases += 1
    const grip = { owner: this.#owner, token: `${this.#owner.id}/${this.#leases}`, hand: this.#hand }
    const { reaped, records } = await this.#write(() => {
      const now = this.#clock.now()
      const reaped = releaseDeadOwners(this.db, this.#owner, this.#alive)
      queue.expireLeases(this.db, now)
      return { reaped, records: queue.lease(this.db, request, now, grip) }
    })
    if (reaped) this.#waiters.wake(LANES)
    return records
  }

  async renew(records: readonly LeasedRecord[], hold: number): Promise<void> {
    await this.#write(() => {
      const until = this.#clock.now() + hold
      for (const record of records) queue.renew(this.db, record, until)
    })
  }

  async settle(settlements: readonly Settlement[]): Promise<number> {
    const lanes = await this.#write(() => settle(this.db, settlements, this.#clock.now()))
    this.#waiters.wake(new Set(lanes))
    return lanes.length
  }

  async release(records: readonly LeasedRecord[]): Promise<void> {
    await this.#write(() => {
      for (const place of records.map((record) => queue.findLease(this.db, record))) {
        if (place) queue.releaseLease(this.db, place, 'untried')
      }
    })
    this.#waiters.wake(new Set(records.map(({ lane }) => lane)))
  }

  async wait(lane: Lane, ms: number, signal: AbortSignal): Promise<void> {
    const due = ledger.nextDue(this.db, lane) ?? Number.POSITIVE_INFINITY
    await this.#waiters.sleep(lane, Math.min(ms, due - this.#clock.now()), signal)
  }

  async writeCheckpoints(entries: Parameters<Store['writeCheckpoints']>[0]): Promise<void> {
    await this.#write(() => {
      for (const entry of entries) kept.saveCheckpoint(this.db, entry)
    })
  }

  async compareAndSwapCheckpoint(name: string, from: string | undefined, to: string | undefined): Promise<boolean> {
    return this.#write(() => {
      const same = kept.checkpoint(this.db, name) === from
      if (same) kept.saveCheckpoint(this.db, { name, value: to })
      return same
    })
  }

  async writeCache(namespace: string, entries: readonly CacheEntry[]): Promise<void> {
    await this.#write(() => {
      for (const entry of entries) kept.cache(this.db, namespace, entry)
    })
  }

  async deleteCache(namespace: string, keys?: readonly string[]): Promise<void> {
    await this.#write(() => kept.uncache(this.db, namespace, keys))
  }

  async replay(which: ReplaySelector): Promise<number> {
    for (let [count, after] = [0, 0]; ; ) {
      const rows = await this.#write(() => ledger.replayPage(this.db, which, after, this.#clock.now()))
      this.#waiters.wake(new Set(rows.map(({ lane }) => lane)))
      count += rows.length
      if (rows.length < ledger.PAGE) return count
      after = rows.at(-1)?.seq ?? after
    }
  }

  async applyRetention(retention: Retention): Promise<number> {
    for (let count = 0; ; ) {
      const page = await this.#write(() => ledger.prunePage(this.db, retention, this.#clock.now()))
      if (page === 0) return count
      count += page
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#shut()
    return this.#closing
  }

  async #shut(): Promise<void> {
    try {
      await this.#writer.write(() => unregister(this.db, this.#owner))
      // Folds the log into the file, so that a copy of the file alone is the whole store.
      this.db.get('PRAGMA wal_checkpoint(TRUNCATE)')
    } finally {
      this.db.close()
      this.#waiters.wake(LANES)
    }
  }

  async #write<T>(work: () => T): Promise<T> {
    if (this.#closing) throw new Fault('bug', 'store/closed', 'the store was used after it was closed')
    return this.#writer.write(work)
  }
}
