/** A map with a maximum size: evicts the entry set longest ago. */

export class BoundedMap<K, V> {
  readonly #limit: number
  /** From the first entry on: most maps of an idle tenant stay empty. */
  #entries: Map<K, V> | undefined
  /**
   * Goes on from the entry evicted last: a new iterator would first pass all that were deleted before it. Kept from one
   * eviction to the next only, since V8 keeps for an idle one the former tables of a map that grows and shrinks.
   */
  #evicted: Iterator<K> | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  get(key: K): V | undefined {
    return this.#entries?.get(key)
  }

  has(key: K): boolean {
    return this.#entries?.has(key) === true
  }

  set(key: K, value: V): void {
    this.#entries ??= new Map()
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size <= this.#limit) {
      this.#evicted = undefined
      return
    }
    this.#evicted ??= this.#entries.keys()
    const oldest = this.#evicted.next()
    if (!oldest.done) this.#entries.delete(oldest.value)
  }

  delete(key: K): void {
    this.#entries?.delete(key)
  }
}
