/** Buffers just-appended records so that leasing them needs no read. */
import type { MonotonicClock } from '../../lib/monotonic-clock.ts'
import type { Lane, SourceRecord } from '../../ports/types.ts'

/** Of all tenants together. A page of history has 150 records. Records beyond the limits are read from the database. */
const MAX_RECORDS = 2_000
/** Of all bodies together; a character takes one or two bytes. */
const MAX_CHARACTERS = 16_000_000
/** A worker that leased or waited within this time leases the next record, too. Milliseconds. */
const WORKING_MS = 10_000
/** Others deliver what was not leased by then. Milliseconds. */
const MAX_AGE = 60_000

interface BufferedRecord {
  readonly record: SourceRecord
  readonly at: number
}

/** Holds only records of the lanes that a worker of this process leases: others would stay for nothing. */
export class AppendBuffer {
  readonly #time: MonotonicClock
  /** By `seq`, oldest first. */
  readonly #records = new Map<number, BufferedRecord>()
  /** When a lane of a tenant was last leased from. */
  readonly #leased = new Map<string, number>()
  #characters = 0

  constructor(time: MonotonicClock) {
    this.#time = time
  }

  /** A worker of this process leases from the lane. */
  noteLease(tenant: number, lane: Lane): void {
    this.#leased.set(`${tenant}/${lane}`, this.#time.now())
  }

  /** Adds a record that is on disk already. `hasWaiter`: a worker of this process waits for it. */
  add(tenant: number, seq: number, record: SourceRecord, hasWaiter: boolean): void {
    const now = this.#time.now()
    this.#dropOld(now)
    if (!hasWaiter && now - (this.#leased.get(`${tenant}/${record.lane}`) ?? Number.NEGATIVE_INFINITY) > WORKING_MS)
      return
    if (this.#records.size >= MAX_RECORDS || this.#characters + record.body.length > MAX_CHARACTERS) return
    this.#records.set(seq, { record, at: now })
    this.#characters += record.body.length
  }

  take(seq: number): SourceRecord | undefined {
    const buffered = this.#records.get(seq)
    if (buffered !== undefined) this.#remove(seq, buffered)
    return buffered?.record
  }

  /** The number of records held. */
  get size(): number {
    return this.#records.size
  }

  #dropOld(now: number): void {
    for (const [seq, buffered] of this.#records) {
      if (now - buffered.at <= MAX_AGE) return
      this.#remove(seq, buffered)
    }
  }

  #remove(seq: number, { record }: BufferedRecord): void {
    this.#records.delete(seq)
    this.#characters -= record.body.length
  }
}
