/** Records this process has just appended, kept until it leases them: what is at hand need not be read again. */
import type { SourceRecord } from '../../ports/types.ts'

/** Records kept at most. A page of history is 150; what finds no place is read from the file, which holds all. */
const ROOM = 2_000
/** And characters of their bodies, together; each takes one or two bytes. Kept parsed, they would cost as much as parsing. */
const CHARACTERS = 16_000_000

export class AppendBuffer {
  readonly #records = new Map<string, SourceRecord>()
  #characters = 0

  /** For records that are on disk: the file stays the truth, this is only a shorter way to it. */
  keep(records: readonly SourceRecord[]): void {
    for (const record of records) {
      if (this.#records.size >= ROOM || this.#characters + record.body.length > CHARACTERS) return
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
