/** The memory store's records that wait for a contact. */
import type { Lane, Outcome } from '../../ports/types.ts'
import { withOwnDeliveries } from '../attempt-history.ts'
import { endRepeatedWaits, type SingleWaits, type WaitingEvent, waitingEvents } from '../waiting-events.ts'
import { type MemoryTallies, type StoredRecord, scopeOf } from './records.ts'

export class WaitingRecords {
  /** By the key of a waiting event; also dead records that hold some. */
  readonly #byKey = new Map<string, StoredRecord>()
  readonly #byContact = new Map<string, Set<StoredRecord>>()
  /** The records outside the queue. */
  readonly #parked: Readonly<Record<Lane, Set<StoredRecord>>> = { live: new Set(), backfill: new Set() }
  readonly #tallies: MemoryTallies

  constructor(tallies: MemoryTallies) {
    this.#tallies = tallies
  }

  list(lane: Lane): StoredRecord[] {
    return [...this.#parked[lane]]
  }

  park(stored: StoredRecord): void {
    stored.parked = true
    this.#parked[stored.record.lane].add(stored)
  }

  unpark(stored: StoredRecord): void {
    stored.parked = false
    this.#parked[stored.record.lane].delete(stored)
  }

  filter(keys: readonly string[]): Set<string> {
    const isWaiting = (holder: StoredRecord | undefined) => holder !== undefined && holder.status !== 'dead'
    return new Set(keys.filter((key) => isWaiting(this.#byKey.get(key))))
  }

  /** Ends the waits of events that wait in another record already. */
  endRepeated(stored: StoredRecord, attempted: Outcome): SingleWaits {
    const outcome = withOwnDeliveries(attempted, stored.attempts)
    const holders = [...waitingEvents(outcome).keys()].flatMap((key) => {
      const holder = this.#byKey.get(key)
      if (holder === undefined || holder === stored) return []
      const contact = holder.waiting.get(key)?.contact ?? ''
      return [[key, { contact, isDead: holder.status === 'dead' }] as const]
    })
    return endRepeatedWaits(outcome, new Map(holders))
  }

  /** Replaces the waiting events of a record. Returns the contacts that were identified while it was leased. */
  replace(stored: StoredRecord, outcome: Outcome | undefined): string[] {
    const identified = [...stored.released]
    stored.released.clear()
    for (const event of stored.waiting.values()) this.#remove(stored, event)
    for (const event of outcome === undefined ? [] : waitingEvents(outcome).values()) {
      const holder = this.#byKey.get(event.key)
      const taken = holder?.waiting.get(event.key)
      if (holder !== undefined && taken !== undefined) this.#remove(holder, taken)
      this.#add(stored, event)
    }
    return identified
  }

  /** Makes the records that wait for any of the contacts due. Returns all of them. */
  release(contacts: Iterable<string>): Set<StoredRecord> {
    const found = new Set<StoredRecord>()
    for (const contact of contacts) {
      for (const stored of this.#byContact.get(contact) ?? []) {
        stored.released.add(contact)
        if (stored.status === 'deferred') stored.due = 0
        found.add(stored)
      }
    }
    return found
  }

  #add(stored: StoredRecord, event: WaitingEvent): void {
    const { key, contact } = event
    stored.waiting.set(key, event)
    this.#byKey.set(key, stored)
    this.#byContact.set(contact, (this.#byContact.get(contact) ?? new Set()).add(stored))
    this.#count(stored, event, 1)
  }

  #remove(stored: StoredRecord, event: WaitingEvent): void {
    const { key, contact } = event
    stored.waiting.delete(key)
    this.#byKey.delete(key)
    const waitsOn = [...stored.waiting.values()].some((other) => other.contact === contact)
    if (!waitsOn) this.#byContact.get(contact)?.delete(stored)
    this.#count(stored, event, -1)
  }

  #count(stored: StoredRecord, { metric, reason }: WaitingEvent, count: 1 | -1): void {
    this.#tallies.addLine(scopeOf(stored), { metric, reason, status: 'deferred' }, count)
  }
}
