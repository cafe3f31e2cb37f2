/** The store of one tenant of a SQL database. */
import type { CountSearch, EventSearch } from '../../ports/event-search.ts'
import type {
  ActivityWindow,
  DeadLetterQuery,
  EventQuery,
  LedgerPage,
  RecordQuery,
  ReplaySelector,
} from '../../ports/ledger.ts'
import type { Retention } from '../../ports/ledger-store.ts'
import type { CacheEntry, Checkpoint, LeaseRequest, Store } from '../../ports/store.ts'
import type { EventSend, Json, Lane, LeasedRecord, Profile, Settlement, SourceRecord } from '../../ports/types.ts'
import * as activity from './activity.ts'
import { makeDue } from './claims.ts'
import * as contacts from './contacts.ts'
import { countEvents } from './count-events.ts'
import * as deadLetters from './dead-letters.ts'
import { listEvents } from './events.ts'
import { findEvents } from './find-events.ts'
import * as keyValues from './key-values.ts'
import * as keys from './keys.ts'
import * as ledger from './ledger.ts'
import * as queue from './queue.ts'
import * as queueState from './queue-state.ts'
import { dismissDeadLetters, requeueDeadLetters } from './requeue.ts'
import { prunePage } from './retention.ts'
import { settle } from './settle.ts'
import type { SqlCore } from './sql-core.ts'
import type { Steps } from './steps.ts'
import { filterWaiting } from './waiting.ts'

export class TenantStore implements Store {
  readonly noticesOthers = true
  readonly #core: SqlCore
  readonly #name: string
  readonly #close: () => Promise<void>

  /** `close`: what closing this store does. */
  constructor(core: SqlCore, name: string, close: () => Promise<void>) {
    this.#core = core
    this.#name = name
    this.#close = close
  }

  append(records: readonly SourceRecord[], checkpoint?: Checkpoint) {
    return this.#core.append(this.#name, { records, checkpoint })
  }

  lease(request: LeaseRequest): Promise<readonly LeasedRecord[]> {
    return this.#core.lease(this.#name, request)
  }

  renew(records: readonly LeasedRecord[], leaseMs: number): Promise<void> {
    const core = this.#core
    return this.#write(function* (tenant) {
      yield* queue.renew(tenant, records, (yield* core.touch()) + leaseMs)
    })
  }

  async settle(settlements: readonly Settlement[]): Promise<number> {
    const core = this.#core
    const { count } = await this.#writeAndWake(function* (tenant) {
      return yield* settle(tenant, settlements, yield* core.dueTimes.update('store'))
    })
    return count
  }

  async release(records: readonly LeasedRecord[]): Promise<void> {
    const lanes = new Set(records.map(({ lane }) => lane))
    const releasing = this.#writeAndWake(function* (tenant) {
      yield* queue.release(tenant, records)
      return { lanes }
    })
    await this.#core.unknownLeases.duringRelease(this.#name, records, releasing)
  }

  wait(lane: Lane, ms: number, signal: AbortSignal): Promise<void> {
    return this.#core.wait(this.#name, { lane, ms, signal })
  }

  nextDue(lane: Lane): Promise<number | undefined> {
    return this.#read((tenant) => queueState.nextDueOfAll(tenant, lane))
  }

  mostCutOffs(lane: Lane): Promise<number> {
    return this.#read((tenant) => queue.mostCutOffs(tenant, lane, this.#now()))
  }

  isQueued(lane: Lane, orderingKey: string): Promise<boolean> {
    return this.#read((tenant) => queueState.isQueued(tenant, lane, orderingKey, this.#now()))
  }

  filterDelivered(list: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#read((tenant) => keys.filterDelivered(tenant, list))
  }

  beginSends(sends: readonly EventSend[]): Promise<readonly EventSend[]> {
    return this.#write((tenant) => keys.beginSends(tenant, sends, this.#now()))
  }

  readSends(list: readonly string[]): Promise<readonly EventSend[]> {
    return this.#read((tenant) => keys.readSends(tenant, list))
  }

  forgetSends(list: readonly string[]): Promise<void> {
    return this.#write((tenant) => keys.forgetSends(tenant, list))
  }

  moveSends(contact: string, identifiers: Profile): Promise<void> {
    return this.#write((tenant) => keys.moveSends(tenant, contact, identifiers))
  }

  filterWaiting(list: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#read((tenant) => filterWaiting(tenant, list))
  }

  readContacts(list: readonly string[]) {
    return this.#read((tenant) => contacts.readContacts(tenant, list))
  }

  contactsSharing(contact: string, limit: number) {
    return this.#read((tenant) => contacts.contactsSharing(tenant, contact, limit))
  }

  backlog(lane: Lane) {
    return this.#read((tenant) => queueState.backlog(tenant, lane))
  }

  readCheckpoint(name: string): Promise<Json | undefined> {
    return this.#read((tenant) => keyValues.readCheckpoint(tenant, name))
  }

  writeCheckpoints(entries: Parameters<Store['writeCheckpoints']>[0]): Promise<void> {
    return this.#write((tenant) => keyValues.writeCheckpoints(tenant, entries))
  }

  compareAndSwapCheckpoint(name: string, from: string | undefined, to: string | undefined): Promise<boolean> {
    return this.#write((tenant) => keyValues.swapCheckpoint(tenant, { name, from, to }))
  }

  readCache(namespace: string, list: readonly string[]): Promise<readonly CacheEntry[]> {
    return this.#read((tenant) => keyValues.readCache(tenant, namespace, list))
  }

  writeCache(namespace: string, entries: readonly CacheEntry[]): Promise<void> {
    return this.#write((tenant) => keyValues.writeCache(tenant, namespace, entries))
  }

  deleteCache(namespace: string, list?: readonly string[]): Promise<void> {
    return this.#write((tenant) => keyValues.deleteCache(tenant, namespace, list))
  }

  tallies(scope?: string) {
    return this.#read((tenant) => ledger.listTallies(tenant, scope))
  }

  trace(ref: string) {
    return this.#read((tenant) => ledger.traceRecords(tenant, ref))
  }

  readRecord(seq: number) {
    return this.#read((tenant) => ledger.readRecord(tenant, seq))
  }

  findRecords(query: RecordQuery) {
    return this.#read((tenant) => ledger.findRecords(tenant, query))
  }

  activity(window: ActivityWindow) {
    return this.#read((tenant) => activity.readActivity(tenant, window))
  }

  deliveredByDay(metric: string) {
    return this.#read((tenant) => activity.readDeliveredDays(tenant, metric))
  }

  events(query: EventQuery) {
    return this.#read((tenant) => listEvents(tenant, query))
  }

  findEvents(search: EventSearch) {
    return this.#read((tenant) => findEvents(tenant, search))
  }

  countEvents(search: CountSearch, most: number) {
    return this.#read((tenant) => countEvents(tenant, search, most))
  }

  listUnsettled(page: LedgerPage) {
    return this.#read((tenant) => ledger.listUnsettled(tenant, page))
  }

  listDeadLetters(query: DeadLetterQuery) {
    return this.#read((tenant) => ledger.listDeadLetters(tenant, query))
  }

  groupDeadLetters() {
    return this.#read(deadLetters.groupDeadLetters)
  }

  countDeadLetters(): Promise<number> {
    return this.#read(deadLetters.countDeadLetters)
  }

  async replay(which: ReplaySelector): Promise<number> {
    for (let [count, after] = [0, 0]; ; ) {
      const now = this.#now()
      const { tenant, seqs } = await this.#writeAndWake(function* (tenant) {
        const seqs = yield* ledger.selectDeadPage(tenant, which, after)
        if (seqs.length > 0) yield* makeDue([tenant])
        return { tenant, seqs, lanes: new Set(yield* requeueDeadLetters(tenant, seqs, now)) }
      })
      if (seqs.length > 0) this.#core.announce([tenant])
      count += seqs.length
      if (seqs.length < ledger.PAGE_SIZE) return count
      after = seqs.at(-1) ?? after
    }
  }

  dismiss(ids: readonly string[], reason: string): Promise<number> {
    const now = this.#now()
    return this.#write(function* (tenant) {
      return yield* dismissDeadLetters(tenant, yield* ledger.selectDead(tenant, ids), { reason, now })
    })
  }

  async applyRetention(retention: Retention): Promise<number> {
    for (let count = 0; ; ) {
      const dropped = await this.#write((tenant) => prunePage(tenant, retention, this.#now()))
      if (dropped === 0) return count
      count += dropped
    }
  }

  claim() {
    return this.#core.claimOf(this.#name)
  }

  close(): Promise<void> {
    return this.#close()
  }

  #now(): number {
    return this.#core.clock.now()
  }

  #read<T>(steps: (tenant: number) => Steps<T>): Promise<T> {
    return this.#core.read(this.#name, steps)
  }

  #write<T>(steps: (tenant: number) => Steps<T>): Promise<T> {
    return this.#core.write(this.#name, steps)
  }

  /** Writes, then wakes the waits of the lanes in which a record may have become due. */
  async #writeAndWake<T extends { readonly lanes: Iterable<Lane> }>(steps: (tenant: number) => Steps<T>): Promise<T> {
    const written = await this.#write(function* (number) {
      return { number, result: yield* steps(number) }
    })
    this.#core.wake(written.number, written.result.lanes)
    return written.result
  }
}
