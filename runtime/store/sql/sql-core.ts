/** What the stores of all tenants of one database share: its transactions, its waits, its owner, its buffer. */
import { MonotonicClock } from '../../lib/monotonic-clock.ts'
import type { Clock, ProcessIdentity } from '../../ports/effects.ts'
import { Fault } from '../../ports/fault.ts'
import type { Sql } from '../../ports/sql.ts'
import type { AppendResult, LeaseRequest } from '../../ports/store.ts'
import type { StoreClaim } from '../../ports/store-claim.ts'
import type { TenantClaims } from '../../ports/tenant-claims.ts'
import { LANES, type Lane, type LeasedRecord } from '../../ports/types.ts'
import { type LaneWait, LaneWaiters } from '../lane-waiters.ts'
import { APPEND, type NewRecords } from './append.ts'
import { AppendBuffer } from './append-buffer.ts'
import { laneOf } from './commit-lanes.ts'
import { DatabaseWatch } from './database-watch.ts'
import { DueTimes } from './due-times.ts'
import { CLOSE_WAIT, GroupCommit } from './group-commit.ts'
import { leaseDue } from './lease.ts'
import {
  createOwner,
  findDeadOwners,
  forgetOwners,
  type Owner,
  registerOwner,
  releaseDeadOwners,
  touchOwner,
  unregisterOwner,
} from './owner.ts'
import type { QueuePosition } from './queue.ts'
import { nextDue } from './queue-state.ts'
import { query, type Steps, transact } from './steps.ts'
import { SqlStoreClaim } from './store-claim.ts'
import { SqlTenantClaims } from './tenant-claims.ts'
import { addTenant, deleteTenantPage, findTenant, lockTenants } from './tenants.ts'
import { type LostLeases, UnknownLeases } from './unknown-leases.ts'

export interface CoreOptions {
  readonly clock: Clock
  /** This process. Leases of processes that it knows to have exited are free at once. */
  readonly self: ProcessIdentity
}

/**
 * Transactions of PostgreSQL at once in a process: leases and settlements mostly wait for answers. Appends share one, so
 * that those that come together are one write to the disk.
 */
const PARALLEL_WRITES = 4
/** Milliseconds between two signs of life: written more often, transactions would wait for one another at that row. */
const TOUCH_EVERY = 500

/** Of a tenant without rows: its reads find nothing. */
const UNKNOWN = -1

export class SqlCore {
  readonly clock: Clock
  readonly dueTimes: DueTimes
  readonly #sql: Sql
  readonly #owner: Owner
  readonly #self: ProcessIdentity
  readonly #buffer: AppendBuffer
  readonly #commits: GroupCommit
  /** Writes of different tenants, other than appends, that need not wait for one another. */
  readonly #lanes: readonly GroupCommit[]
  readonly #waiters: LaneWaiters
  readonly #watch: DatabaseWatch
  /** By name. */
  readonly #numbers = new Map<string, number>()
  readonly #appendListeners = new Set<(tenants: readonly number[]) => void>()
  readonly unknownLeases = new UnknownLeases()
  readonly #laneOf = (tenant: string) => laneOf(tenant, this.#lanes) ?? this.#commits
  #leases = 0
  #touchedAt = 0
  #closing: Promise<void> | undefined

  constructor(sql: Sql, { clock, self }: CoreOptions) {
    this.#sql = sql
    this.clock = clock
    this.#owner = createOwner(self)
    this.#self = self
    this.dueTimes = new DueTimes(clock, sql.dialect === 'sqlite')
    this.#buffer = new AppendBuffer(new MonotonicClock(clock))
    const onRollback = () => this.#numbers.clear()
    const commits = () => new GroupCommit({ sql, clock, begin: (names) => this.#begin(names), onRollback })
    this.#commits = commits()
    this.#lanes = sql.dialect === 'postgres' ? Array.from({ length: PARALLEL_WRITES }, commits) : [this.#commits]
    this.#waiters = new LaneWaiters(clock)
    this.#watch = new DatabaseWatch({ sql, clock, waiters: this.#waiters, releaseDead: () => this.#releaseDead() })
  }

  /** Adds this process to the owners of leases. */
  async register(): Promise<void> {
    await transact(this.#sql, this.#register())
  }

  *#register(): Steps<void> {
    const now = yield* this.dueTimes.update('store')
    yield* registerOwner(this.#owner, now)
    yield* releaseDeadOwners(this.#owner, this.#self, now)
    yield* forgetOwners(this.#owner, now)
  }

  /** Runs steps that only read. */
  async read<T>(tenant: string, steps: (tenant: number) => Steps<T>): Promise<T> {
    return this.readAll(this.#reading(tenant, steps))
  }

  *#reading<T>(name: string, steps: (tenant: number) => Steps<T>): Steps<T> {
    return yield* steps((yield* this.#find(name)) ?? UNKNOWN)
  }

  *#find(name: string): Steps<number | undefined> {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    const number = yield* findTenant(name)
    if (number !== undefined) this.#numbers.set(name, number)
    return number
  }

  /** Runs steps in a transaction, which the writes of other tenants share. */
  async write<T>(tenant: string, steps: (tenant: number) => Steps<T>): Promise<T> {
    this.#assertOpen()
    return this.#laneOf(tenant).write(tenant, steps)
  }

  /** Adds the tenants of a transaction that are new. */
  *#begin(names: ReadonlySet<string>): Steps<ReadonlyMap<string, number>> {
    const numbers = new Map<string, number>()
    for (const name of names) {
      const number = (yield* this.#find(name)) ?? (yield* addTenant(name))
      this.#numbers.set(name, number)
      numbers.set(name, number)
    }
    yield* lockTenants(numbers.values())
    return numbers
  }

  async append(tenant: string, request: NewRecords): Promise<AppendResult> {
    this.#assertOpen()
    const added = await this.#commits.writeMerged(tenant, APPEND, request)
    for (const { tenant, seq, record } of added)
      this.#buffer.add(tenant, seq, record, this.#waiters.has(tenant, record.lane))
    const number = added[0]?.tenant
    if (number === undefined) return { added: 0 }
    this.wake(number, new Set(added.map(({ record }) => record.lane)))
    this.announce([number])
    return { added: added.length }
  }

  async lease(tenant: string, request: LeaseRequest): Promise<readonly LeasedRecord[]> {
    this.#leases += 1
    const token = `${this.#owner.id}/${this.#leases}`
    const { released, records } = await this.unknownLeases.during(tenant, token, (lost) => {
      this.#assertOpen()
      return this.#laneOf(tenant).writeVolatile(tenant, (number) => this.#lease(number, request, { token, lost }))
    })
    this.#wakeReleased(released)
    return records
  }

  *#lease(tenant: number, request: LeaseRequest, { token, lost }: { token: string; lost: LostLeases }) {
    this.#buffer.noteLease(tenant, request.lane)
    const now = yield* this.dueTimes.update('read')
    const lessee = { owner: this.#owner.id, token, buffer: this.#buffer }
    const own = { owner: this.#owner, self: this.#self }
    const leased = yield* leaseDue({ tenant, request, now, lost, lessee, ...own })
    if (leased.records.length > 0) yield* this.touch()
    return leased
  }

  /** Notes a sign of life of this process. Returns the time. */
  *touch(): Steps<number> {
    const now = yield* this.dueTimes.update('store')
    if (this.#lanes.length === 1 || Math.abs(now - this.#touchedAt) >= TOUCH_EVERY) {
      this.#touchedAt = now
      yield* touchOwner(this.#owner, now)
    }
    return now
  }

  /** As `Store.wait`. */
  async wait(
    tenant: string,
    { lane, ms, signal }: Pick<LaneWait, 'lane' | 'signal'> & { readonly ms: number },
  ): Promise<void> {
    this.#assertOpen()
    // From now on, however long the database takes to find the tenant.
    const until = this.#waiters.timeAfter(ms)
    const known = await query(this.#sql, this.#find(tenant))
    // A new tenant gets its number now: by it an append wakes the wait.
    const number = known ?? (await this.write(tenant, () => addTenant(tenant)))
    const next = () => query(this.#sql, nextDue(number, lane, this.clock.now()))
    await this.#watch.during(this.#waiters.sleep({ lane, until, signal, tenant: number, nextDue: next }))
  }

  /** Tells those that claim tenants, in all processes, that these have new records. */
  announce(tenants: readonly number[]): void {
    for (const listener of this.#appendListeners) listener(tenants)
    this.#sql.notify?.(tenants)
  }

  /** The claims of this process on the tenants. */
  claims(claimMs?: number): TenantClaims {
    return new SqlTenantClaims({
      claimMs,
      sql: this.#sql,
      owner: this.#owner.id,
      now: () => this.clock.now(),
      announce: (tenants) => this.announce(tenants),
      releaseDead: () => this.#releaseDead(),
      onAppend: (listener) => {
        this.#appendListeners.add(listener)
        return () => this.#appendListeners.delete(listener)
      },
    })
  }

  /** The claim of this process on one tenant. */
  claimOf(tenant: string): StoreClaim {
    return new SqlStoreClaim({
      ...{ tenant, owner: this.#owner.id, self: this.#self, now: () => this.clock.now() },
      ...{ read: (steps) => this.read(tenant, steps), write: (steps) => this.write(tenant, steps) },
      onRelease: (released) => this.#wakeReleased(released),
    })
  }

  /** Ends the waits of lanes in which a record may have become due. */
  wake(tenant: number, lanes: Iterable<Lane>): void {
    for (const lane of lanes) this.#waiters.wake(tenant, lane)
  }

  /** Ends the waits of a tenant whose store is closed. */
  endWaits(tenant: string): void {
    this.wake(this.#numbers.get(tenant) ?? UNKNOWN, LANES)
  }

  #wakeReleased(released: readonly QueuePosition[]): void {
    for (const { tenant, lane } of released) this.#waiters.wake(tenant, lane)
  }

  async #releaseDead(): Promise<void> {
    if (this.#closing) return
    const dead = await query(this.#sql, findDeadOwners(this.#owner, this.#self))
    if (dead.length === 0) return
    const core = this
    const released = await this.#commits.write(undefined, function* () {
      return yield* releaseDeadOwners(core.#owner, core.#self, yield* core.dueTimes.update('read'))
    })
    this.#wakeReleased(released)
  }

  /** Runs steps that only read, of whatever tenants. */
  async readAll<T>(steps: Steps<T>): Promise<T> {
    this.#assertOpen()
    return query(this.#sql, steps)
  }

  /** Removes everything of a tenant. */
  async deleteTenant(name: string): Promise<void> {
    this.#assertOpen()
    while (!(await this.#laneOf(name).write(name, deleteTenantPage)));
    this.#numbers.delete(name)
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeOnce()
    return this.#closing
  }

  async #closeOnce(): Promise<void> {
    try {
      await this.#commits.write(undefined, () => unregisterOwner(this.#owner), CLOSE_WAIT)
    } catch {
      // A full disk, say: the next process releases the leases.
    } finally {
      this.#watch.stop()
      this.#waiters.wakeAll()
      await this.#sql.close()
    }
  }

  #assertOpen(): void {
    if (this.#closing) throw new Fault('bug', 'store/closed', 'the store was used after it was closed')
  }
}
