/** The reference store: keeps everything in memory, for tests, trials and the demo. */
import type { Clock } from '../../ports/effects.ts'
import type { CountSearch, EventSearch } from '../../ports/event-search.ts'
import {
  type ActivityWindow,
  type DeadLetterQuery,
  deliveredKeys,
  type EventQuery,
  type LedgerPage,
  type RecordQuery,
  type ReplaySelector,
} from '../../ports/ledger.ts'
import type { Retention } from '../../ports/ledger-store.ts'
import type { Checkpoint, LeaseRequest, Store } from '../../ports/store.ts'
import {
  LANES,
  type Lane,
  type LeasedRecord,
  type Outcome,
  type Settlement,
  type SourceRecord,
} from '../../ports/types.ts'
import { LaneWaiters } from '../lane-waiters.ts'
import {
  countableEvents,
  deliveredContacts,
  eventLookupIds,
  identifiedContacts,
  shouldDropBody,
} from '../outcome-effects.ts'
import { isWaiting } from '../waiting-events.ts'
import {
  groupDeadLetters,
  listDeadLetters,
  MemoryActivity,
  selectDeadLetters,
  unresolvedDeadLetters,
} from './activity.ts'
import { dismiss, withdraw } from './dead-letters.ts'
import { DueTimes } from './due-times.ts'
import { findEvents } from './find-events.ts'
import { findRecords, listUnsettled, readRecord, traceRecords } from './find-records.ts'
import { MemoryKeyValues } from './key-values.ts'
import {
  appendAttempt,
  backlogOf,
  createStoredRecord,
  cutOffKind,
  earliestDue,
  findLeasable,
  findLeased,
  isExpired,
  isQueued,
  leaseRecord,
  ledgerEntry,
  MemoryTallies,
  nextDue,
  releaseExpired,
  releaseRecord,
  type StoredRecord,
  scopeOf,
} from './records.ts'
import { WaitingRecords } from './waiting.ts'

export function memoryStore({ clock }: { readonly clock: Clock }): Store {
  return new MemoryStore(clock)
}

/** All waits are those of one tenant. */
const TENANT = 0

class MemoryStore extends MemoryKeyValues implements Store {
  readonly #records = new Map<string, StoredRecord>() // by id, oldest first
  readonly #waiters = new LaneWaiters(this.clock)
  /** The unsettled records, except those that wait for a contact. */
  readonly #queued: Record<Lane, Set<StoredRecord>> = { live: new Set(), backfill: new Set() }
  readonly #deliveredKeys = new Set<string>()
  readonly #tallies = new MemoryTallies()
  readonly #waiting = new WaitingRecords(this.#tallies)
  readonly #activity = new MemoryActivity()
  readonly #ledger = { tallies: this.#tallies, activity: this.#activity, waiting: this.#waiting }
  #seq = 0
  #leases = 0
  readonly #dueTimes = new DueTimes(this.clock)

  async append(records: readonly SourceRecord[], checkpoint?: Checkpoint) {
    if (checkpoint) this.writeCheckpoint(checkpoint)
    let added = 0
    for (const record of records) {
      if (this.#records.has(record.id)) continue
      const stored = createStoredRecord(++this.#seq, record)
      this.#records.set(record.id, stored)
      this.#queued[record.lane].add(stored)
      this.#waiters.wake(TENANT, record.lane)
      added += 1
    }
    return { added }
  }

  async lease({ lane, limit, leaseMs, cutOff }: LeaseRequest): Promise<readonly LeasedRecord[]> {
    const now = this.#updateDueTimes()
    releaseExpired(
      LANES.flatMap((each) => this.#unsettled(each)),
      now,
    )
    const due = this.#leasable(lane)
      .filter((stored) => stored.due <= now && cutOffKind(stored) === cutOff)
      .sort((a, b) => b.cutOffs - a.cutOffs || a.due - b.due || a.seq - b.seq)
      .slice(0, Math.max(0, limit))
    return due.map((stored) => leaseRecord(stored, String(++this.#leases), now + leaseMs))
  }

  async renew(records: readonly LeasedRecord[], leaseMs: number): Promise<void> {
    const now = this.#updateDueTimes()
    for (const stored of findLeased(this.#records, records)) stored.due = now + leaseMs
  }

  async settle(settlements: readonly Settlement[]): Promise<number> {
    this.#updateDueTimes()
    const identified = new Set<string>()
    const settleOne = ({ record, outcome }: Settlement) => {
      const [stored] = findLeased(this.#records, [record])
      if (stored === undefined) return 0
      for (const contact of this.#settle(stored, outcome)) identified.add(contact)
      return 1
    }
    const count = settlements.reduce((sum, settlement) => sum + settleOne(settlement), 0)
    for (const stored of this.#waiting.release(identified)) {
      if (stored.status === 'dead') this.#requeue(stored)
      this.#waiters.wake(TENANT, stored.record.lane)
    }
    return count
  }

  async release(records: readonly LeasedRecord[]): Promise<void> {
    for (const stored of findLeased(this.#records, records)) {
      releaseRecord(stored)
      stored.attempt -= 1
      this.#waiters.wake(TENANT, stored.record.lane)
    }
  }

  async mostCutOffs(lane: Lane): Promise<number> {
    // Called often, and there is hardly ever one.
    if (!this.#unsettled(lane).some(({ cutOffs }) => cutOffs > 0)) return 0
    const now = this.clock.now()
    const due = this.#leasable(lane).filter((stored) => stored.status !== 'leased' && stored.due <= now)
    return due.reduce((most, stored) => Math.max(most, stored.cutOffs), 0)
  }

  async wait(lane: Lane, ms: number, signal: AbortSignal): Promise<void> {
    const until = this.#waiters.timeAfter(ms)
    const nextDue = () => earliestDue(this.#leasable(lane), 0)
    await this.#waiters.sleep({ tenant: TENANT, lane, until, signal, nextDue })
  }

  nextDue = async (lane: Lane) => nextDue(this.#leasable(lane))

  async backlog(lane: Lane) {
    return backlogOf([...this.#queued[lane]])
  }

  async isQueued(lane: Lane, orderingKey: string): Promise<boolean> {
    return isQueued(this.#unsettled(lane), orderingKey, this.clock.now())
  }

  async filterDelivered(keys: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(keys.filter((key) => this.#deliveredKeys.has(key)))
  }

  async filterWaiting(keys: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#waiting.filter(keys)
  }

  async tallies(scope?: string) {
    return this.#tallies.list(scope)
  }

  async trace(ref: string) {
    return traceRecords(this.#records.values(), ref)
  }

  async readRecord(seq: number) {
    return readRecord(this.#records.values(), seq)
  }

  async findRecords(query: RecordQuery) {
    return findRecords(this.#records.values(), query)
  }

  activity = async (window: ActivityWindow) => this.#activity.counts(window)

  deliveredByDay = async (metric: string) => this.#activity.deliveredByDay(metric)

  events = async (query: EventQuery) => this.#activity.list(query)

  findEvents = async (search: EventSearch) => findEvents(this.#records.values(), this.#activity, search)

  countEvents = async (search: CountSearch, limit: number) => (await this.findEvents({ ...search, limit })).length

  async listUnsettled(page: LedgerPage) {
    return listUnsettled(this.#records.values(), page)
  }

  async listDeadLetters(query: DeadLetterQuery) {
    return listDeadLetters(this.#deadLetters(), query, this.#deliveredKeys).map(ledgerEntry)
  }

  async groupDeadLetters() {
    return groupDeadLetters(this.#deadLetters(), this.#deliveredKeys)
  }

  async countDeadLetters(): Promise<number> {
    return this.#deadLetters().length
  }

  async replay(which: ReplaySelector): Promise<number> {
    const selected = selectDeadLetters(this.#records, this.#deliveredKeys, which)
    for (const stored of selected) this.#requeue(stored)
    return selected.length
  }

  async dismiss(ids: readonly string[], reason: string): Promise<number> {
    const selected = selectDeadLetters(this.#records, this.#deliveredKeys, ids)
    for (const stored of selected) dismiss(stored, reason, this.clock.now(), this.#ledger)
    return selected.length
  }

  async applyRetention(retention: Retention): Promise<number> {
    const now = this.clock.now()
    this.pruneSends(now - retention.dead)
    if (retention.lookups !== undefined) this.pruneCache(now - retention.lookups)
    const expired = [...this.#records.values()].filter((stored) => isExpired(stored, retention, now))
    for (const stored of expired) {
      this.#waiting.replace(stored, undefined)
      this.#records.delete(stored.record.id)
    }
    this.#activity.prune(new Set(expired.map(({ seq }) => seq)), now)
    return expired.length
  }

  async close(): Promise<void> {
    this.#waiters.wakeAll()
  }

  #updateDueTimes(): number {
    return this.#dueTimes.update(LANES.flatMap((lane) => this.#unsettled(lane)))
  }

  /** The heads of the queues, and the records that wait for a contact. */
  #leasable(lane: Lane): StoredRecord[] {
    return [...findLeasable(this.#queued[lane]), ...this.#waiting.list(lane)]
  }

  #unsettled(lane: Lane): StoredRecord[] {
    return [...this.#queued[lane], ...this.#waiting.list(lane)]
  }

  #deadLetters(): StoredRecord[] {
    return unresolvedDeadLetters(this.#records.values(), this.#deliveredKeys)
  }

  /** Returns the contacts whose waiting events are checked again. */
  #settle(stored: StoredRecord, attempted: Outcome): string[] {
    const { lane } = stored.record
    const { outcome, outdatedContacts } = this.#waiting.endRepeated(stored, attempted)
    Object.assign(stored, { status: outcome.status, cutOffs: 0, lease: undefined, outcome })
    if (outcome.status === 'deferred') {
      stored.due = outcome.until
      appendAttempt(stored, outcome, this.clock.now())
    } else {
      stored.settledAt = this.clock.now()
      this.#waiting.unpark(stored)
    }
    if (outcome.status !== 'deferred' || isWaiting(outcome)) this.#queued[lane].delete(stored)
    if (isWaiting(outcome)) this.#waiting.park(stored)
    this.#waiters.wake(TENANT, lane)
    if (shouldDropBody(outcome, lane)) stored.body = undefined
    for (const lookupId of eventLookupIds(outcome)) stored.eventLookupIds.add(lookupId)
    const newKeys = new Set(deliveredKeys(outcome).filter((key) => !this.#deliveredKeys.has(key)))
    for (const key of newKeys) this.#deliveredKeys.add(key)
    void this.forgetSends(deliveredKeys(outcome))
    for (const state of deliveredContacts(outcome)) this.writeContact(state)
    const events = countableEvents(outcome, lane, (key) => newKeys.delete(key))
    this.#tallies.add(scopeOf(stored), events, 1)
    this.#activity.add(stored, events, this.clock.now())
    const identified = [...identifiedContacts(outcome), ...outdatedContacts]
    // While a failed check is retried, the events go on waiting.
    if (outcome.status === 'deferred' && !isWaiting(outcome)) return identified
    return [...identified, ...this.#waiting.replace(stored, outcome)]
  }

  #requeue(stored: StoredRecord): void {
    withdraw(stored, { replayed: this.clock.now() }, this.#ledger)
    stored.record = { ...stored.record, ingress: 'replay' }
    Object.assign(stored, { status: 'pending', attempt: 0, cutOffs: 0, due: 0, settledAt: undefined })
    this.#queued[stored.record.lane].add(stored)
    this.#waiters.wake(TENANT, stored.record.lane)
  }
}
