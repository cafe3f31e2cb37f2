/** The reference store: everything in maps, nothing survives the process. For tests, trials and the demo. */

import type { Clock } from '../../ports/effects.ts'
import type { ReplaySelector } from '../../ports/ledger.ts'
import type {
  AppendResult,
  Backlog,
  CacheEntry,
  Checkpoint,
  LeaseRequest,
  Retention,
  Store,
} from '../../ports/store.ts'
import type { Lane, LeasedRecord, Outcome, Settlement, SourceRecord } from '../../ports/types.ts'
import { countableEvents, deliveredKeys, dropsBody, refsOf, retryStateOf } from '../outcome-effects.ts'
import { LANES, Waiters } from '../waiters.ts'
import { MemoryReads } from './reads.ts'
import { keepAttempt, leasable, newStored, releaseRecord, type Stored, scopeOf } from './records.ts'

export function memoryStore({ clock }: { readonly clock: Clock }): Store {
  return new MemoryStore(clock)
}

class MemoryStore extends MemoryReads implements Store {
  readonly #clock: Clock
  readonly #waiters: Waiters
  /** The unsettled ones. */
  readonly #waiting: Record<Lane, Set<Stored>> = { live: new Set(), backfill: new Set() }
  #seq = 0
  #leases = 0

  constructor(clock: Clock) {
    super()
    this.#clock = clock
    this.#waiters = new Waiters(clock)
  }

  async append(records: readonly SourceRecord[], checkpoint?: Checkpoint): Promise<AppendResult> {
    if (checkpoint) this.kept.saveCheckpoint(checkpoint)
    let added = 0
    for (const record of records) {
      if (this.records.has(record.id)) continue
      const stored = newStored(++this.#seq, record)
      this.records.set(record.id, stored)
      this.#waiting[record.lane].add(stored)
      this.#waiters.wake([record.lane])
      added += 1
    }
    return { added }
  }

  async lease({ lane, limit, leaseMs }: LeaseRequest): Promise<readonly LeasedRecord[]> {
    const now = this.#clock.now()
    this.#expire(now)
    const taken = leasable(this.#waiting[lane])
      .filter(({ due }) => due <= now)
      .sort((a, b) => a.due - b.due || a.seq - b.seq)
      .slice(0, Math.max(0, limit))
    return taken.map((stored) => {
      const lease = String(++this.#leases)
      Object.assign(stored, { status: 'leased', lease, due: now + leaseMs, attempt: stored.attempt + 1 })
      const retryState = retryStateOf(stored.outcome)
      return {
        ...stored.record,
        body: stored.body ?? '',
        lease,
        attempt: stored.attempt,
        ...(retryState && { retryState }),
      }
    })
  }

  async renew(records: readonly LeasedRecord[], hold: number): Promise<void> {
    for (const stored of this.#held(records)) stored.due = this.#clock.now() + hold
  }

  async settle(settlements: readonly Settlement[]): Promise<number> {
    const count = ({ record, outcome }: Settlement) => {
      const [stored] = this.#held([record])
      if (stored) this.#settle(stored, outcome)
      return stored ? 1 : 0
    }
    return settlements.reduce((sum, settlement) => sum + count(settlement), 0)
  }

  async release(records: readonly LeasedRecord[]): Promise<void> {
    for (const stored of this.#held(records)) {
      releaseRecord(stored)
      stored.attempt -= 1
      this.#waiters.wake([stored.record.lane])
    }
  }

  async wait(lane: Lane, ms: number, signal: AbortSignal): Promise<void> {
    const due = leasable(this.#waiting[lane]).reduce((least, it) => Math.min(least, it.due), Number.POSITIVE_INFINITY)
    await this.#waiters.sleep(lane, Math.min(ms, due - this.#clock.now()), signal)
  }

  async backlog(lane: Lane): Promise<Backlog> {
    const waiting = [...this.#waiting[lane]]
    const oldest = waiting.reduce((least, { record }) => Math.min(least, record.receivedAt), Number.POSITIVE_INFINITY)
    return waiting.length === 0 ? { records: 0 } : { records: waiting.length, oldest }
  }

  async writeCheckpoints(entries: Parameters<Store['writeCheckpoints']>[0]): Promise<void> {
    for (const entry of entries) this.kept.saveCheckpoint(entry)
  }

  async compareAndSwapCheckpoint(name: string, from: string | undefined, to: string | undefined): Promise<boolean> {
    if (this.kept.checkpoint(name) !== from) return false
    this.kept.saveCheckpoint({ name, value: to })
    return true
  }

  async writeCache(namespace: string, entries: readonly CacheEntry[]): Promise<void> {
    this.kept.cache(namespace, entries)
  }

  async deleteCache(namespace: string, keys?: readonly string[]): Promise<void> {
    this.kept.uncache(namespace, keys)
  }

  async replay(which: ReplaySelector): Promise<number> {
    const found = this.replayable(which)
    for (const stored of found) this.#revive(stored)
    this.#waiters.wake(found.map(({ record }) => record.lane))
    return found.length
  }

  async applyRetention(retention: Retention): Promise<number> {
    const now = this.#clock.now()
    if (retention.lookups !== undefined) this.kept.forget(now - retention.lookups)
    const old = [...this.records.values()].filter(({ status, settledAt }) => {
      return settledAt !== undefined && settledAt < now - (status === 'dead' ? retention.dead : retention.settled)
    })
    for (const { record } of old) this.records.delete(record.id)
    this.ended.prune(new Set(old.map(({ seq }) => seq)), retention, now)
    return old.length
  }

  async close(): Promise<void> {
    this.#waiters.wake(LANES)
  }

  #expire(now: number): void {
    for (const stored of LANES.flatMap((lane) => [...this.#waiting[lane]])) {
      if (stored.lease !== undefined && stored.due <= now) releaseRecord(stored)
    }
  }

  #held(records: readonly LeasedRecord[]): Stored[] {
    const found = records.map(({ id, lease }) => ({ stored: this.records.get(id), lease }))
    return found.flatMap(({ stored, lease }) => (stored?.lease === lease ? [stored] : []))
  }

  #settle(stored: Stored, outcome: Outcome): void {
    const { lane } = stored.record
    Object.assign(stored, { status: outcome.status, lease: undefined, outcome })
    if (outcome.status === 'deferred') {
      stored.due = outcome.until
      keepAttempt(stored, outcome, this.#clock.now())
    } else {
      stored.settledAt = this.#clock.now()
      this.#waiting[lane].delete(stored)
    }
    this.#waiters.wake([lane])
    if (dropsBody(outcome, lane)) stored.body = undefined
    for (const ref of refsOf(outcome)) stored.refs.add(ref)
    const fresh = new Set(deliveredKeys(outcome).filter((key) => !this.keys.has(key)))
    for (const key of fresh) this.keys.add(key)
    const events = countableEvents(outcome, lane, (key) => fresh.delete(key))
    this.totals.add(scopeOf(stored), events, 1)
    this.ended.enter(stored, events, this.#clock.now())
  }

  #revive(stored: Stored): void {
    const events = stored.outcome ? countableEvents(stored.outcome, stored.record.lane, () => false) : []
    this.totals.add(scopeOf(stored), events, -1)
    this.ended.leave(stored, events)
    if (stored.outcome) keepAttempt(stored, stored.outcome, stored.settledAt ?? 0, this.#clock.now())
    stored.record = { ...stored.record, ingress: 'replay' }
    Object.assign(stored, { status: 'pending', attempt: 0, due: 0, settledAt: undefined })
    this.#waiting[stored.record.lane].add(stored)
  }
}
