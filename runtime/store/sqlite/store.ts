/** The embedded store: one SQLite file, shared by the processes of one machine. */

import type { Clock, ProcessIdentity } from '../../ports/effects.ts'
import { Fault } from '../../ports/fault.ts'
import type { ActivityWindow, DeadLetterQuery, EventQuery, LedgerPage, ReplaySelector } from '../../ports/ledger.ts'
import type { AppendResult, CacheEntry, Checkpoint, LeaseRequest, Retention, Store } from '../../ports/store.ts'
import {
  type EventSend,
  type Json,
  LANES,
  type Lane,
  type LeasedRecord,
  type Profile,
  type Settlement,
  type SourceRecord,
} from '../../ports/types.ts'
import { systemSelf } from '../../system.ts'
import { Waiters } from '../waiters.ts'
import * as activity from './activity.ts'
import { AppendBuffer } from './append-buffer.ts'
import type { Connection } from './connection.ts'
import * as deadLetters from './dead-letters.ts'
import { DueTimes } from './due-times.ts'
import { CLOSE_WAIT, GroupCommit } from './group-commit.ts'
import * as keyValues from './key-values.ts'
import * as ledger from './ledger.ts'
import { openConnection, retryWhileBusy } from './open-connection.ts'
import {
  createOwner,
  forgetOwners,
  type Owner,
  registerOwner,
  releaseDeadOwners,
  touchOwner,
  unregisterOwner,
} from './owner.ts'
import * as queue from './queue.ts'
import { settle } from './settle.ts'
import * as waiting from './waiting.ts'

export interface SqliteOptions {
  readonly clock: Clock
  /** This process. Leases of processes that it knows to have exited are free at once. Default: `systemSelf`. */
  readonly self?: ProcessIdentity
}

/**
 * Opens the file, or creates it (mode 600) with its folder, and brings its tables up to date.
 * Throws a `config` fault when the file cannot be opened, is damaged, or has a newer version.
 */
export async function sqliteStore(path: string, options: SqliteOptions): Promise<Store> {
  const { clock, self = systemSelf } = options
  const db = await openConnection(path, clock)
  const store = new SqliteStore(db, { clock, self })
  try {
    await retryWhileBusy(() => store.register(), clock)
  } catch (error) {
    db.close()
    throw error
  }
  return store
}

class SqliteStore implements Store {
  readonly #db: Connection
  readonly #clock: Clock
  readonly #owner: Owner
  readonly #self: ProcessIdentity
  readonly #dueTimes: DueTimes
  readonly #commits: GroupCommit
  readonly #waiters: Waiters
  readonly #buffer = new AppendBuffer()
  #leases = 0
  #closing: Promise<void> | undefined

  constructor(db: Connection, { clock, self }: Required<SqliteOptions>) {
    this.#db = db
    this.#clock = clock
    this.#self = self
    this.#owner = createOwner(self)
    this.#dueTimes = new DueTimes(db, clock)
    this.#commits = new GroupCommit(db, clock)
    this.#waiters = new Waiters(clock)
  }

  register(): void {
    this.#db.transaction(() => {
      const now = this.#dueTimes.update('store')
      registerOwner(this.#db, this.#owner, now)
      releaseDeadOwners(this.#db, this.#owner, this.#self, now)
      forgetOwners(this.#db, this.#owner, now)
    })
  }

  async append(records: readonly SourceRecord[], checkpoint?: Checkpoint): Promise<AppendResult> {
    const added = await this.#write(() => {
      if (checkpoint) keyValues.writeCheckpoint(this.#db, checkpoint)
      return records.filter((record) => queue.append(this.#db, record))
    })
    this.#buffer.add(added)
    this.#waiters.wake(new Set(added.map(({ lane }) => lane)))
    return { added: added.length }
  }

  async lease(request: LeaseRequest): Promise<readonly LeasedRecord[]> {
    this.#leases += 1
    const lessee = { owner: this.#owner.id, token: `${this.#owner.id}/${this.#leases}`, buffer: this.#buffer }
    const { released, records } = await this.#write(() => {
      const now = this.#dueTimes.update('read')
      const released = releaseDeadOwners(this.#db, this.#owner, this.#self, now)
      queue.expireLeases(this.#db, now)
      const records = queue.lease(this.#db, request, now, lessee)
      if (records.length > 0) touchOwner(this.#db, this.#owner, this.#dueTimes.update('store'))
      return { released, records }
    })
    if (released) this.#waiters.wake(LANES)
    return records
  }

  async renew(records: readonly LeasedRecord[], leaseMs: number): Promise<void> {
    await this.#write(() => {
      const now = this.#dueTimes.update('store')
      touchOwner(this.#db, this.#owner, now)
      for (const record of records) queue.renew(this.#db, record, now + leaseMs)
    })
  }

  async settle(settlements: readonly Settlement[]): Promise<number> {
    const { count, lanes } = await this.#write(() => settle(this.#db, settlements, this.#dueTimes.update('store')))
    this.#waiters.wake(lanes)
    return count
  }

  async release(records: readonly LeasedRecord[]): Promise<void> {
    await this.#write(() => {
      for (const position of records.map((record) => queue.findLease(this.#db, record))) {
        if (position) queue.releaseLease(this.#db, position, 'untried')
      }
    })
    this.#waiters.wake(new Set(records.map(({ lane }) => lane)))
  }

  async wait(lane: Lane, ms: number, signal: AbortSignal): Promise<void> {
    await this.#waiters.sleep(lane, Math.min(ms, queue.nextDue(this.#db, lane) - this.#clock.now()), signal)
  }

  nextDue = async (lane: Lane) => queue.nextDueOfAll(this.#db, lane)

  async mostCutOffs(lane: Lane): Promise<number> {
    return queue.mostCutOffs(this.#db, lane, this.#clock.now())
  }

  async isQueued(lane: Lane, orderingKey: string): Promise<boolean> {
    return queue.isQueued(this.#db, lane, orderingKey, this.#clock.now())
  }

  async filterDelivered(keys: readonly string[]): Promise<ReadonlySet<string>> {
    return keyValues.filterDelivered(this.#db, keys)
  }

  async beginSends(sends: readonly EventSend[]): Promise<readonly EventSend[]> {
    return this.#write(() => keyValues.beginSends(this.#db, sends, this.#clock.now()))
  }

  async readSends(keys: readonly string[]): Promise<readonly EventSend[]> {
    return keyValues.readSends(this.#db, keys)
  }

  async forgetSends(keys: readonly string[]): Promise<void> {
    await this.#write(() => keyValues.forgetSends(this.#db, keys))
  }

  async moveSends(contact: string, identifiers: Profile): Promise<void> {
    await this.#write(() => keyValues.moveSends(this.#db, contact, identifiers))
  }

  async filterWaiting(keys: readonly string[]): Promise<ReadonlySet<string>> {
    return waiting.filterWaiting(this.#db, keys)
  }

  async readContacts(contacts: readonly string[]) {
    return keyValues.readContacts(this.#db, contacts)
  }

  async contactsSharing(contact: string, limit: number) {
    return keyValues.contactsSharing(this.#db, contact, limit)
  }

  async backlog(lane: Lane) {
    return queue.backlog(this.#db, lane)
  }

  async readCheckpoint(name: string): Promise<Json | undefined> {
    return keyValues.readCheckpoint(this.#db, name)
  }

  async writeCheckpoints(entries: Parameters<Store['writeCheckpoints']>[0]): Promise<void> {
    await this.#write(() => entries.forEach((entry) => void keyValues.writeCheckpoint(this.#db, entry)))
  }

  async compareAndSwapCheckpoint(name: string, from: string | undefined, to: string | undefined): Promise<boolean> {
    return this.#write(() => keyValues.swapCheckpoint(this.#db, name, { from, to }))
  }

  async readCache(namespace: string, keys: readonly string[]): Promise<readonly CacheEntry[]> {
    return keyValues.readCache(this.#db, namespace, keys)
  }

  async writeCache(namespace: string, entries: readonly CacheEntry[]): Promise<void> {
    await this.#write(() => entries.forEach((entry) => void keyValues.writeCache(this.#db, namespace, entry)))
  }

  async deleteCache(namespace: string, keys?: readonly string[]): Promise<void> {
    await this.#write(() => keyValues.deleteCache(this.#db, namespace, keys))
  }

  async tallies(scope?: string) {
    return ledger.listTallies(this.#db, scope)
  }

  async trace(ref: string) {
    return ledger.traceRecords(this.#db, ref)
  }

  async activity(window: ActivityWindow) {
    return activity.readActivity(this.#db, window)
  }

  async deliveredByDay(metric: string) {
    return activity.readDeliveredDays(this.#db, metric)
  }

  async events(query: EventQuery) {
    return activity.listEvents(this.#db, query)
  }

  async listUnsettled(page: LedgerPage) {
    return ledger.listUnsettled(this.#db, page)
  }

  async listDeadLetters(query: DeadLetterQuery) {
    return ledger.listDeadLetters(this.#db, query)
  }

  async groupDeadLetters() {
    return deadLetters.groupDeadLetters(this.#db)
  }

  async countDeadLetters(): Promise<number> {
    return deadLetters.countDeadLetters(this.#db)
  }

  async replay(which: ReplaySelector): Promise<number> {
    for (let [count, after] = [0, 0]; ; ) {
      const rows = await this.#write(() => ledger.replayPage(this.#db, { which, after }, this.#clock.now()))
      this.#waiters.wake(new Set(rows.map(({ lane }) => lane)))
      count += rows.length
      if (rows.length < ledger.PAGE_SIZE) return count
      after = rows.at(-1)?.seq ?? after
    }
  }

  async dismiss(ids: readonly string[], reason: string): Promise<number> {
    return this.#write(() => ledger.dismiss(this.#db, ids, reason, this.#clock.now()))
  }

  async applyRetention(retention: Retention): Promise<number> {
    for (let count = 0; ; ) {
      const dropped = await this.#write(() => ledger.prunePage(this.#db, retention, this.#clock.now()))
      if (dropped === 0) return count
      count += dropped
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeOnce()
    return this.#closing
  }

  async #closeOnce(): Promise<void> {
    try {
      await this.#commits.write(() => unregisterOwner(this.#db, this.#owner), CLOSE_WAIT)
      // Moves the log into the file: a copy of the file alone is then the whole store.
      this.#db.get('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // A full disk, say: the next process releases the leases and reads the log.
    } finally {
      this.#db.close()
      this.#waiters.wake(LANES)
    }
  }

  async #write<T>(work: () => T): Promise<T> {
    if (this.#closing) throw new Fault('bug', 'store/closed', 'the store was used after it was closed')
    return this.#commits.write(work)
  }
}
