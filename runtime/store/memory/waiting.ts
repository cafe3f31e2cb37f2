/** The memory store's records that wait for a contact. */
import type { Lane, Outcome } from '../../ports/types.ts'
import { waitingEvents } from '../outcome-effects.ts'
import { type MemoryTallies, type StoredRecord, scopeOf } from './records.ts'

export class WaitingRecords {
  /** With their waiting events; also dead records that hold some. */
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

  /** Replaces the waiting events of a record. Returns the contacts that were identified while it was leased. */
  replace(stored: StoredRecord, outcome: Outcome | undefined): string[] {
    const identified = [...stored.released]
    this.#count(stored, -1)
    for (const { contact } of stored.waiting) this.#byContact.get(contact)?.delete(stored)
    stored.released.clear()
    stored.waiting = outcome === undefined ? [] : waitingEvents(outcome)
    for (const { contact } of stored.waiting) {
      const records = this.#byContact.get(contact) ?? new Set()
      this.#byContact.set(contact, records.add(stored))
    }
    this.#count(stored, 1)
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

  #count(stored: StoredRecord, sign: 1 | -1): void {
    for (const { count, ...line } of stored.waiting) {
      this.#tallies.addLine(scopeOf(stored), { ...line, status: 'deferred' }, sign * count)
    }
  }
}
