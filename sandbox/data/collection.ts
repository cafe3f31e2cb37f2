/** The records of one kind: history generated on demand, overlaid with later changes and additions. */

export interface DatedRecord {
  readonly id: string
  readonly created_at: number
  readonly updated_at: number
}

/** Generates history. All methods are pure: nothing needs storing. */
export interface GeneratedRecords<T extends DatedRecord> {
  readonly size: number
  generate(index: number): T
  createdAt(index: number): number
  updatedAt(index: number): number
  /** The index that an id encodes, whether or not the record exists. */
  indexOf(id: string): number | undefined
}

export class Collection<T extends DatedRecord> {
  readonly #generated: GeneratedRecords<T>
  readonly #changed = new Map<number, T>()
  /** For records whose index does not follow from their id. */
  readonly #indexes = new Map<string, number>()
  readonly #changes: number[] = []
  #size: number

  constructor(generated: GeneratedRecords<T>) {
    this.#generated = generated
    this.#size = generated.size
  }

  get size(): number {
    return this.#size
  }

  /** Indexes in the order of their changes. Append-only: its length is the collection's version. */
  get changes(): readonly number[] {
    return this.#changes
  }

  at(index: number): T {
    return this.#changed.get(index) ?? this.#generated.generate(index)
  }

  /** A time of a record in Unix seconds, without generating the record. */
  time(index: number, field: 'created_at' | 'updated_at'): number {
    const row = this.#changed.get(index)
    if (row !== undefined) return row[field]
    return field === 'created_at' ? this.#generated.createdAt(index) : this.#generated.updatedAt(index)
  }

  find(id: string): number | undefined {
    const index = this.#indexes.get(id) ?? this.#generated.indexOf(id)
    return index === undefined || index >= this.#size ? undefined : index
  }

  put(index: number, row: T): void {
    this.#changed.set(index, row)
    this.#changes.push(index)
  }

  /** Appends a record. */
  add(row: T): number {
    const index = this.#size++
    this.#indexes.set(row.id, index)
    this.put(index, row)
    return index
  }
}
