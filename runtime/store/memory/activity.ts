/** The memory store's list of what ended, event by event and hour by hour, and its dead letters by what was wrong. */
import type { ActivityBucket, ActivityWindow, DeadLetterGroup, EventQuery, LedgerEvent } from '../../ports/ledger.ts'
import type { Retention } from '../../ports/store.ts'
import type { EventResult } from '../../ports/types.ts'
import { type CountedEvent, dayOf, deadLettersOf, hourOf, hoursKept } from '../outcome-effects.ts'
import type { Stored } from './records.ts'

export class MemoryActivity {
  /** Oldest first. */
  #events: LedgerEvent[] = []
  readonly #hours = new Map<string, ActivityBucket>()
  #id = 0

  /** Counts and lists what a record just added. */
  enter({ seq, record }: Stored, events: readonly CountedEvent[], at: number): void {
    const { id, ingress, topic, stream } = record
    const from = {
      record: id,
      seq,
      ingress,
      ...(topic !== undefined && { topic }),
      ...(stream !== undefined && { stream }),
    }
    for (const { result } of events) {
      this.#id += 1
      this.#events.push({ ...result, id: this.#id, ...from, settledAt: at })
      this.#add(result, at, 1)
    }
  }

  /** Takes back what a dead letter had added. `events` are those that were not delivered. */
  leave({ seq, settledAt = 0 }: Stored, events: readonly CountedEvent[]): void {
    const stays = (it: LedgerEvent) => it.seq !== seq || (it.status === 'delivered' && it.key !== undefined)
    this.#events = this.#events.filter(stays).map((it) => (it.seq === seq ? { ...it, ingress: 'replay' } : it))
    for (const { result } of events) this.#add(result, settledAt, -1)
  }

  prune(seqs: ReadonlySet<number>, retention: Retention, now: number): void {
    this.#events = this.#events.filter(({ seq }) => !seqs.has(seq))
    const first = hourOf(now - hoursKept(retention))
    for (const [name, { hour }] of this.#hours) if (hour < first) this.#hours.delete(name)
  }

  hours(window: ActivityWindow): ActivityBucket[] {
    const beginning = window.by === 'day' ? dayOf : hourOf
    const sums = new Map<string, ActivityBucket>()
    for (const it of this.#hours.values()) {
      if (it.hour < beginning(window.since) || it.hour >= window.until || it.count <= 0) continue
      const hour = beginning(it.hour)
      const name = JSON.stringify([hour, it.metric, it.status])
      sums.set(name, { ...it, hour, count: (sums.get(name)?.count ?? 0) + it.count })
    }
    const byHour = (a: ActivityBucket, b: ActivityBucket) => a.hour - b.hour
    return [...sums.values()].sort((a, b) => byHour(a, b) || compare(a.metric, b.metric) || compare(a.status, b.status))
  }

  list({ metric, status, before = Number.POSITIVE_INFINITY, after = 0, limit }: EventQuery): LedgerEvent[] {
    const wanted = (it: LedgerEvent) =>
      it.id < before && it.id > after && it.metric === (metric ?? it.metric) && it.status === (status ?? it.status)
    return this.#events.filter(wanted).reverse().slice(0, Math.max(0, limit))
  }

  #add({ metric, status }: EventResult, at: number, by: number): void {
    const hour = hourOf(at)
    const name = JSON.stringify([hour, metric, status])
    this.#hours.set(name, { hour, metric, status, count: (this.#hours.get(name)?.count ?? 0) + by })
  }
}

/** Dead letters, those left out whose keys were all delivered. */
export function openLetters(records: Iterable<Stored>, delivered: ReadonlySet<string>): Stored[] {
  return [...records].filter((stored) => lettersIn(stored, delivered).length > 0)
}

export function inGroup(stored: Stored, group: string, delivered: ReadonlySet<string>): boolean {
  return lettersIn(stored, delivered).some((letter) => letter.group === group)
}

function lettersIn({ status, outcome }: Stored, delivered: ReadonlySet<string>) {
  if (status !== 'dead' || outcome === undefined) return []
  return deadLettersOf(outcome).filter(({ key }) => key === undefined || !delivered.has(key))
}

export function groupDeadLetters(letters: readonly Stored[], delivered: ReadonlySet<string>): DeadLetterGroup[] {
  const groups = new Map<string, DeadLetterGroup>()
  for (const stored of letters) {
    const { record, settledAt: at = 0 } = stored
    const named = new Map(lettersIn(stored, delivered).map((letter) => [letter.group, letter]))
    for (const [group, { fault, metric }] of named) {
      const known = groups.get(group) ?? { count: 0, oldest: at, newest: at }
      const [oldest, newest] = [Math.min(known.oldest, at), Math.max(known.newest, at)]
      const example = { fault, ...(metric && { metric }), example: record.id }
      groups.set(group, { group, ...example, count: known.count + 1, oldest, newest })
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || compare(a.group, b.group))
}

/** Character by character, as SQL sorts. */
const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)
