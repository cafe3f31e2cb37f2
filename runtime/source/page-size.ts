/** Chooses how many records a page is asked for, by what the source can answer and the memory can hold. */
import type { StreamSpec } from '../spec/spec.ts'
import type { StreamPage } from './page.ts'

/** Bytes of a page to aim at: two are in memory at once, parsed into several times as much. */
const TARGET_BYTES = 8 * 1024 * 1024
/** Pages in a row that succeed before a reduced size is doubled: at first, and at most. */
const PAGES_BEFORE_GROWING = { first: 5, most: 80 } as const

/** A page that was too large to be read is at least this many times as large as the target. */
const TOO_LARGE = 8

/**
 * Halved after a failure, and cut to what fits after a page that was too large. Doubled after a run of successes, so
 * that one long record does not slow the rest of the stream; after each doubling that fails, the next waits twice as long.
 */
export class PageSize {
  readonly #limits: StreamSpec['pageSize']
  #size: number
  #successes = 0
  #patience: number = PAGES_BEFORE_GROWING.first
  #isUntried = false

  constructor(limits: StreamSpec['pageSize']) {
    this.#limits = limits
    this.#size = limits.max
  }

  get current(): number {
    return this.#size
  }

  /** Returns whether the size was reduced. */
  recordSuccess({ items, bytes = 0 }: StreamPage): boolean {
    this.#successes += 1
    this.#isUntried = false
    const fitting = bytes === 0 ? this.#limits.max : Math.floor((TARGET_BYTES * items.length) / bytes)
    if (bytes > TARGET_BYTES && fitting < this.#size) return this.#reduceTo(fitting)
    if (this.#successes < this.#patience) return false
    const grown = Math.min(this.#limits.max, this.#size * 2, Math.max(fitting, this.#size))
    this.#isUntried = grown > this.#size
    this.#size = grown
    this.#successes = 0
    return false
  }

  /** `isTooLarge`: the page was too large to be read. Returns whether the size was reduced. */
  recordFailure(isTooLarge = false): boolean {
    if (this.#isUntried) this.#patience = Math.min(PAGES_BEFORE_GROWING.most, this.#patience * 2)
    this.#isUntried = false
    return this.#reduceTo(Math.floor(this.#size / (isTooLarge ? TOO_LARGE : 2)))
  }

  #reduceTo(size: number): boolean {
    const before = this.#size
    this.#successes = 0
    this.#size = Math.min(before, Math.max(this.#limits.min, size))
    return this.#size < before
  }
}
