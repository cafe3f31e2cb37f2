/** The reference store: everything in maps, nothing survives the process. For tests, trials and the demo. */
import type { Appended, Backlog, CacheEntry, Checkpoint, Clock, LeaseRequest, Retention, Store } from '../ports.ts'
import type { Json, Lane, LeasedRecord, Outcome, Settlement, SourceRecord } from '../types.ts'
import { deliveredKeys, refsOf, tallyLines, troubleOf } from './ledger.ts'
import { arrived, giveBack, heads, ledgerEntry, MemoryTallies, type Stored, scopeOf } from './memory-records.ts'
import { LANES, Waiters } from './waiters.ts'

export function memoryStore({ clock }: { readonly clock: Clock }): Store {
  return new MemoryStore(clock)
}

class MemoryStore implements Store {
  readonly #clock: Clock
  readonly #waiters: Waiters
  readonly #tallies = new MemoryTallies()
  /** By id, oldest first. */
  readonly #records = new Map<string, Stored>()
  /** The unsettled ones. */
  readonly #waiting: Record<Lane, Set<Stored>> = { live: new Set(), backfill: new Set() }
  readonly #delivered = new Set<string>()
  readonly #checkpoints = new Map<string, Json>()
  readonly #cache = new Map<string, Map<string, CacheEntry>>()
  #seq = 0
  #leases = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#waiters = new Waiters(clock)
  }

  async append(records: readonly SourceRecord[], checkpoint?: Checkpoint): Promise<Appended> {
    if (checkpoint) this.#checkpoints.set(checkpoint.name, checkpoint.value)
    let added = 0
    for (const record of records) {
      if (this.#records.has(record.id)) continue
      const stored = arrived(++this.#seq, record)
      this.#records.set(record.id, stored)
      this.#waiting[record.lane].add(stored)
      this.#waiters.wake([record.lane])
      added += 1
    }
    return { added }
  }

  async lease({ lane, limit, hold }: LeaseRequest): Promise<readonly LeasedRecord[]> {
    const now = this.#clock.now()
    this.#expire(now)
    const taken = heads(this.#waiting[lane])
      .filter(({ due }) => due <= now)
      .sort((a, b) => a.due - b.due || a.seq - b.seq)
      .slice(0, Math.max(0, limit))
    return taken.map((stored) => {
      const lease = String(++this.#leases)
      Object.assign(stored, { status: 'leased', lease, due: now + hold, attempt: stored.attempt + 1 })
      const trouble = troubleOf(stored.outcome)
      return { ...stored.record, body: stored.body ?? '', lease, attempt: stored.attempt, ...(trouble && { trouble }) }
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
      giveBack(stored)
      stored.attempt -= 1
      this.#waiters.wake([stored.record.lane])
    }
  }

  async delivered(keys: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(keys.filter((key) => this.#delivered.has(key)))
  }

  async wait(lane: Lane, ms: number, signal: AbortSignal): Promise<void> {
    const due = heads(this.#waiting[lane]).reduce((least, it) => Math.min(least, it.due), Number.POSITIVE_INFINITY)
    await this.#waiters.sleep(lane, Math.min(ms, due - this.#clock.now()), signal)
  }

  async backlog(lane: Lane): Promise<Backlog> {
    const waiting = [...this.#waiting[lane]]
    const oldest = waiting.reduce((least, { record }) => Math.min(least, record.receivedAt), Number.POSITIVE_INFINITY)
    return waiting.length === 0 ? { records: 0 } : { records: waiting.length, oldest }
  }

  async checkpoint(name: string): Promise<Json | undefined> {
    return this.#checkpoints.get(name)
  }

  async saveCheckpoints(entries: Parameters<Store['saveCheckpoints']>[0]): Promise<void> {
    for (const { name, value } of entries) {
      if (value === undefined) this.#checkpoints.delete(name)
      else this.#checkpoints.set(name, value)
    }
  }

  async cached(namespace: string, keys: readonly string[]): Promise<readonly CacheEntry[]> {
    const entries = this.#cache.get(namespace)
    return [...new Set(keys)].map((key) => entries?.get(key)).filter((entry) => entry !== undefined)
  }

  async cache(namespace: string, entries: readonly CacheEntry[]): Promise<void> {
    const known = this.#cache.get(namespace) ?? new Map<string, CacheEntry>()
    for (const entry of entries) known.set(entry.key, { ...entry, value: entry.value ?? null })
    this.#cache.set(namespace, known)
  }

  async uncache(namespace: string, keys?: readonly string[]): Promise<void> {
    if (keys === undefined) this.#cache.delete(namespace)
    else for (const key of keys) this.#cache.get(namespace)?.delete(key)
  }

  async tallies(scope?: string) {
    return this.#tallies.list(scope)
  }

  async trace(ref: string) {
    const matches = ({ record, refs }: Stored) => record.id === ref || record.refs.includes(ref) || refs.has(ref)
    return [...this.#records.values()].filter(matches).slice(0, 100).map(ledgerEntry)
  }

  async dead({ after = 0, limit, run }: Parameters<Store['dead']>[0]) {
    const matches = (it: Stored) => it.status === 'dead' && it.seq > after && (run === undefined || scopeOf(it) === run)
    return [...this.#records.values()].filter(matches).slice(0, Math.max(0, limit)).map(ledgerEntry)
  }

  async replay(ids: readonly string[] | 'all'): Promise<number> {
    const wanted = ids === 'all' ? undefined : new Set(ids)
    const found = [...this.#records.values()].filter(
      (it) => it.status === 'dead' && (wanted?.has(it.record.id) ?? true),
    )
    for (const stored of found) this.#revive(stored)
    this.#waiters.wake(found.map(({ record }) => record.lane))
    return found.length
  }

  async prune({ settled, dead, lookups = Number.POSITIVE_INFINITY }: Retention): Promise<number> {
    const now = this.#clock.now()
    for (const entries of this.#cache.values())
      for (const { key, at } of entries.values()) if (at < now - lookups) entries.delete(key)
    const old = [...this.#records.values()].filter(({ status, settledAt }) => {
      return settledAt !== undefined && settledAt < now - (status === 'dead' ? dead : settled)
    })
    for (const { record } of old) this.#records.delete(record.id)
    return old.length
  }

  async close(): Promise<void> {
    this.#waiters.wake(LANES)
  }

  #expire(now: number): void {
    for (const stored of LANES.flatMap((lane) => [...this.#waiting[lane]])) {
      if (stored.lease !== undefined && stored.due <= now) giveBack(stored)
    }
  }

  #held(records: readonly LeasedRecord[]): Stored[] {
    const found = records.map(({ id, lease }) => ({ stored: this.#records.get(id), lease }))
    return found.flatMap(({ stored, lease }) => (stored?.lease === lease ? [stored] : []))
  }

  #settle(stored: Stored, outcome: Outcome): void {
    const { lane } = stored.record
    Object.assign(stored, { status: outcome.status, lease: undefined, outcome })
    if (outcome.status === 'deferred') stored.due = outcome.until
    else {
      stored.settledAt = this.#clock.now()
      this.#waiting[lane].delete(stored)
    }
    this.#waiters.wake([lane])
    if (outcome.status === 'delivered' && lane === 'backfill') stored.body = undefined
    for (const ref of refsOf(outcome)) stored.refs.add(ref)
    const fresh = new Set(deliveredKeys(outcome).filter((key) => !this.#delivered.has(key)))
    for (const key of fresh) this.#delivered.add(key)
    const lines = tallyLines(outcome, (key) => fresh.delete(key))
    this.#tallies.add(scopeOf(stored), lines, 1)
  }

  #revive(stored: Stored): void {
    const lines = stored.outcome ? tallyLines(stored.outcome, () => false) : []
    this.#tallies.add(scopeOf(stored), lines, -1)
    stored.record = { ...stored.record, ingress: 'replay' }
    Object.assign(stored, { status: 'pending', attempt: 0, due: 0, settledAt: undefined })
    this.#waiting[stored.record.lane].add(stored)
  }
}
