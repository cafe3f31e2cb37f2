/** The memory store's maps, and what it answers from them without changing any. */
import type { ActivityWindow, DeadLetterQuery, EventQuery, ReplaySelector } from '../../ports/ledger.ts'
import type { CacheEntry } from '../../ports/store.ts'
import type { Json } from '../../ports/types.ts'
import { groupDeadLetters, inGroup, MemoryActivity, openLetters } from './activity.ts'
import { MemoryKeyValues } from './key-values.ts'
import { ledgerEntry, MemoryTallies, type Stored, scopeOf } from './records.ts'

export class MemoryReads {
  /** By id, oldest first. */
  protected readonly records = new Map<string, Stored>()
  /** Delivered. */
  protected readonly keys = new Set<string>()
  protected readonly totals = new MemoryTallies()
  protected readonly ended = new MemoryActivity()
  protected readonly kept = new MemoryKeyValues()

  async filterDelivered(keys: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(keys.filter((key) => this.keys.has(key)))
  }

  async readCheckpoint(name: string): Promise<Json | undefined> {
    return this.kept.checkpoint(name)
  }

  async readCache(namespace: string, keys: readonly string[]): Promise<readonly CacheEntry[]> {
    return this.kept.cached(namespace, keys)
  }

  async tallies(scope?: string) {
    return this.totals.list(scope)
  }

  async trace(ref: string) {
    const matches = ({ record, refs }: Stored) => record.id === ref || record.lookupIds.includes(ref) || refs.has(ref)
    return [...this.records.values()].filter(matches).slice(0, 100).map(ledgerEntry)
  }

  async activity(window: ActivityWindow) {
    return this.ended.hours(window)
  }

  async events(page: EventQuery) {
    return this.ended.list(page)
  }

  async listDeadLetters({ after = 0, limit, run, group }: DeadLetterQuery) {
    const matches = (it: Stored) =>
      it.seq > after &&
      (run === undefined || scopeOf(it) === run) &&
      (group === undefined || inGroup(it, group, this.keys))
    return this.letters().filter(matches).slice(0, Math.max(0, limit)).map(ledgerEntry)
  }

  async groupDeadLetters() {
    return groupDeadLetters(this.letters(), this.keys)
  }

  async countDeadLetters(): Promise<number> {
    return this.letters().length
  }

  protected letters(): Stored[] {
    return openLetters(this.records.values(), this.keys)
  }

  protected replayable(which: ReplaySelector): Stored[] {
    if (which === 'all') return this.letters()
    if ('group' in which) return this.letters().filter((it) => inGroup(it, which.group, this.keys))
    const wanted = new Set(which)
    return [...this.records.values()].filter(({ status, record }) => status === 'dead' && wanted.has(record.id))
  }
}
