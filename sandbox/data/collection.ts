/** The records of one kind: the past made on demand, and over it what has changed or come since. */

export interface DatedRecord {
  readonly id: string
  readonly created_at: number
  readonly updated_at: number
}

/** How the past is made. All are pure, so nothing of it is kept. */
export interface GeneratedRecords<T extends DatedRecord> {
  readonly size: number
  make(index: number): T
  created(index: number): number
  updated(index: number): number
  /** The index an id stands for; whether there is such a record is not its business. */
  indexOf(id: string): number | undefined
}

export class Collection<T extends DatedRecord> {
  readonly #past: GeneratedRecords<T>
  readonly #present = new Map<number, T>()
  /** Of records whose id does not tell the index. */
  readonly #indexes = new Map<string, number>()
  readonly #changes: number[] = []
  #size: number

  constructor(past: GeneratedRecords<T>) {
    this.#past = past
    this.#size = past.size
  }

  get size(): number {
    return this.#size
  }

  /** Indexes in the order they were changed or added. Grows only; its length is the collection's version. */
  get changes(): readonly number[] {
    return this.#changes
  }

  at(index: number): T {
    return this.#present.get(index) ?? this.#past.make(index)
  }

  /** A time of a record, without making the record. Unix seconds. */
  time(index: number, field: 'created_at' | 'updated_at'): number {
    const row = this.#present.get(index)
    if (row !== undefined) return row[field]
    return field === 'created_at' ? this.#past.created(index) : this.#past.updated(index)
  }

  find(id: string): number | undefined {
    const index = this.#indexes.get(id) ?? this.#past.indexOf(id)
    return index === undefined || index >= this.#size ? undefined : index
  }

  put(index: number, row: T): void {
    this.#present.set(index, row)
    this.#changes.push(index)
  }

  /** Adds a record behind all others. */
  add(row: T): number {
    const index = this.#size++
    this.#indexes.set(row.id, index)
    this.put(index, row)
    return index
  }
}
