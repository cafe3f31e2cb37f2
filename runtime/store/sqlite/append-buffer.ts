/** Buffers just-appended records so that leasing them needs no read. */
import type { SourceRecord } from '../../ports/types.ts'

/** A page of history has 150 records. Records beyond the limits are read from the file. */
const MAX_RECORDS = 2_000
/** Of all bodies together; a character takes one or two bytes. */
const MAX_CHARACTERS = 16_000_000

export class AppendBuffer {
  readonly #records = new Map<string, SourceRecord>()
  #characters = 0

  /** Adds records that are on disk already. */
  add(records: readonly SourceRecord[]): void {
    for (const record of records) {
      if (this.#records.size >= MAX_RECORDS || this.#characters + record.body.length > MAX_CHARACTERS) return
      this.#records.set(record.id, record)
      this.#characters += record.body.length
    }
  }

  take(id: string): SourceRecord | undefined {
    const record = this.#records.get(id)
    if (record === undefined) return undefined
    this.#records.delete(id)
    this.#characters -= record.body.length
    return record
  }
}
