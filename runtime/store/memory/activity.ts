/** The memory store's list of events, its counts by hour, and its dead letters by group. */
import { compareTexts } from '../../lib/text/compare-texts.ts'
import type { EventSearch, FoundEvent } from '../../ports/event-search.ts'
import type {
  ActivityBucket,
  ActivityWindow,
  DeadLetterGroup,
  DeadLetterQuery,
  DeliveredDay,
  EventQuery,
  LedgerEvent,
  ReplaySelector,
} from '../../ports/ledger.ts'
import type { EventResult } from '../../ports/types.ts'
import { foundEvent, isOfKind, matchesSearch } from '../found-events.ts'
import {
  type CountedEvent,
  countedTime,
  deadLetterEntries,
  deliveredDay,
  oldestHour,
  originOf,
  startOfDay,
  startOfHour,
} from '../outcome-effects.ts'
import { type StoredRecord, scopeOf } from './records.ts'

interface ListedEvent {
  /** The run of its record, or `live`. */
  readonly scope: string
  /** The names of its record. */
  readonly names: ReadonlySet<string>
  readonly event: LedgerEvent
}

export class MemoryActivity {
  /** Oldest first. */
  #events: ListedEvent[] = []
  readonly #hours = new ActivityCounts()
  readonly #days = new ActivityCounts()
  /** By metric and day of the event. */
  readonly #deliveredDays = new Map<string, Map<string, number>>()
  #id = 0

  /** Counts and lists the events of a record that was just settled. */
  add(stored: StoredRecord, events: readonly CountedEvent[], at: number): void {
    const { seq, record } = stored
    const { id, ingress, topic, stream } = record
    const scope = scopeOf(stored)
    const names = new Set([id, ...record.lookupIds])
    const source = {
      record: id,
      seq,
      ingress,
      ...(topic !== undefined && { topic }),
      ...(stream !== undefined && { stream }),
    }
    for (const { result } of events) {
      this.#id += 1
      this.#events.push({ scope, names, event: { ...result, id: this.#id, ...source, settledAt: at } })
      this.#count(result, scope, at, 1)
      const day = deliveredDay(result)
      if (day !== undefined) this.#addDelivered(result.metric, day)
    }
  }

  /** Removes the undelivered `events` of a replayed dead letter. */
  remove(stored: StoredRecord, events: readonly CountedEvent[]): void {
    const { seq, settledAt = 0 } = stored
    const isKept = ({ event }: ListedEvent) =>
      event.seq !== seq || (event.status === 'delivered' && event.key !== undefined)
    const markReplayed = ({ event, ...listed }: ListedEvent): ListedEvent => ({
      ...listed,
      event: event.seq === seq ? { ...event, ingress: 'replay' } : event,
    })
    this.#events = this.#events.filter(isKept).map(markReplayed)
    for (const { result } of events) this.#count(result, scopeOf(stored), settledAt, -1)
  }

  prune(seqs: ReadonlySet<number>, now: number): void {
    this.#events = this.#events.filter(({ event }) => !seqs.has(event.seq))
    this.#hours.dropBefore(oldestHour(now))
  }

  counts({ since, until, by }: ActivityWindow): ActivityBucket[] {
    return by === 'day' ? this.#days.list(startOfDay(since), until) : this.#hours.list(startOfHour(since), until)
  }

  deliveredByDay(metric: string): DeliveredDay[] {
    const days = [...(this.#deliveredDays.get(metric) ?? [])].map(([day, count]) => ({ day, count }))
    return days.sort((a, b) => compareTexts(a.day, b.day))
  }

  list({ before = Number.POSITIVE_INFINITY, after = 0, limit, ...query }: EventQuery): LedgerEvent[] {
    const matches = ({ scope, event }: ListedEvent) =>
      event.id < before && event.id > after && scope === (query.run ?? scope) && isOfKind(event, originOf(scope), query)
    const events = this.#events.filter(matches).map(({ event }) => event)
    return events.reverse().slice(0, Math.max(0, limit))
  }

  find(search: EventSearch): FoundEvent[] {
    if (search.queue !== undefined) return []
    return this.#events.flatMap(({ event, scope, names }) => {
      const found = foundEvent(event, scope)
      return scope === (search.run ?? scope) && matchesSearch(found, search, names) ? [found] : []
    })
  }

  #addDelivered(metric: string, day: string): void {
    const days = this.#deliveredDays.get(metric) ?? new Map<string, number>()
    this.#deliveredDays.set(metric, days.set(day, (days.get(day) ?? 0) + 1))
  }

  #count(result: EventResult, scope: string, endedAt: number, count: number): void {
    const { hour, day } = countedTime(result, endedAt)
    const { metric, status } = result
    const labels = { metric, status, origin: originOf(scope) }
    if (hour !== undefined) this.#hours.add({ ...labels, hour, count })
    this.#days.add({ ...labels, hour: day, count })
  }
}

class ActivityCounts {
  readonly #buckets = new Map<string, ActivityBucket>()

  add(bucket: ActivityBucket): void {
    const { hour, metric, status, origin } = bucket
    const name = JSON.stringify([hour, metric, status, origin])
    this.#buckets.set(name, { ...bucket, count: (this.#buckets.get(name)?.count ?? 0) + bucket.count })
  }

  dropBefore(first: number): void {
    for (const [name, { hour }] of this.#buckets) if (hour < first) this.#buckets.delete(name)
  }

  list(from: number, until: number): ActivityBucket[] {
    const found = [...this.#buckets.values()].filter(({ hour, count }) => hour >= from && hour < until && count > 0)
    return found.sort(
      (a, b) =>
        a.hour - b.hour ||
        compareTexts(a.metric, b.metric) ||
        compareTexts(a.status, b.status) ||
        compareTexts(a.origin, b.origin),
    )
  }
}

/** The dead letters, except those whose keys were all delivered since. */
export function unresolvedDeadLetters(records: Iterable<StoredRecord>, delivered: ReadonlySet<string>): StoredRecord[] {
  return [...records].filter((stored) => unresolvedEntries(stored, delivered).length > 0)
}

/** The dead letters to replay. One named by its id counts even if another record delivered its events. */
export function selectDeadLetters(
  records: ReadonlyMap<string, StoredRecord>,
  delivered: ReadonlySet<string>,
  which: ReplaySelector,
): StoredRecord[] {
  if (which === 'all') return unresolvedDeadLetters(records.values(), delivered)
  if ('group' in which)
    return unresolvedDeadLetters(records.values(), delivered).filter((each) => isInGroup(each, which.group, delivered))
  const ids = new Set(which)
  return [...records.values()].filter(({ status, record }) => status === 'dead' && ids.has(record.id))
}

/** Oldest first. */
export function listDeadLetters(
  deadLetters: readonly StoredRecord[],
  { after = 0, limit, run, group }: DeadLetterQuery,
  delivered: ReadonlySet<string>,
): readonly StoredRecord[] {
  const matches = (stored: StoredRecord) =>
    stored.seq > after &&
    (run === undefined || scopeOf(stored) === run) &&
    (group === undefined || isInGroup(stored, group, delivered))
  return deadLetters.filter(matches).slice(0, Math.max(0, limit))
}

function isInGroup(stored: StoredRecord, group: string, delivered: ReadonlySet<string>): boolean {
  return unresolvedEntries(stored, delivered).some((entry) => entry.group === group)
}

function unresolvedEntries({ status, outcome }: StoredRecord, delivered: ReadonlySet<string>) {
  if (status !== 'dead' || outcome === undefined) return []
  return deadLetterEntries(outcome).filter(({ key }) => key === undefined || !delivered.has(key))
}

export function groupDeadLetters(
  deadLetters: readonly StoredRecord[],
  delivered: ReadonlySet<string>,
): DeadLetterGroup[] {
  const groups = new Map<string, DeadLetterGroup>()
  for (const stored of deadLetters) {
    const { record, settledAt: at = 0 } = stored
    const entries = new Map(unresolvedEntries(stored, delivered).map((entry) => [entry.group, entry]))
    for (const [group, { fault, metric }] of entries) {
      const previous = groups.get(group) ?? { count: 0, oldest: at, newest: at }
      const [oldest, newest] = [Math.min(previous.oldest, at), Math.max(previous.newest, at)]
      const example = { fault, ...(metric && { metric }), example: record.id }
      groups.set(group, { group, ...example, count: previous.count + 1, oldest, newest })
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || compareTexts(a.group, b.group))
}
