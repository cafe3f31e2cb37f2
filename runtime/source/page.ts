/** A page of a stream, and how it stands against the source's own count. */
import { createHash } from 'node:crypto'
import type { Json } from '../ports/types.ts'

export interface StreamPage<Item = Json> {
  /** As the source gave them, one may lack an id, or be no object. */
  readonly items: readonly Item[]
  /** The cursor of the next page, to be sent back unchanged. Absent: this is the last. */
  readonly next?: Json
  readonly total?: number
  /** On the last page only: records that the source counts, but gave on no page, however often it was asked. */
  readonly missing?: number
  /** Bytes of the response, where they are known. */
  readonly bytes?: number
  /** The stream would go on for ever: reading stops after this page. */
  readonly isEndless?: true
}

/** Requests for a page that ends a stream too early, after the first: about half a minute in all. */
export const MAX_REREADS = 5
/** Of the count: records deleted between its page and the page that would have held them. */
const TOLERATED_SHARE = 0.005
/** A missing page holds more records than these. */
const TOLERATED_RECORDS = { small: 3, large: 100 } as const
/** Records beyond the count that new records explain, as a share of it and at least. */
const EXCESS = { share: 1, records: 1_000 } as const

/**
 * The source's count as of this page, given that of the pages before. A page without a count must not pass for the last
 * one, nor an empty page with a lower count.
 */
export function knownTotal({ items, total }: StreamPage, before: number | undefined): number | undefined {
  if (total === undefined || before === undefined) return total ?? before
  return items.length === 0 ? Math.max(total, before) : total
}

/**
 * Records that the source counts and that neither this page nor those before it held. 0 while pages follow, unless
 * this one is empty: its records were left out. 0 without a count.
 */
export function countMissing({ items, next, total = 0 }: StreamPage, recordsRead: number): number {
  if (next !== undefined && items.length > 0) return 0
  return Math.max(0, total - recordsRead - items.length)
}

/**
 * Whether so few are missing that deletions while reading explain it. Never a tenth of them, so that a list that is
 * cut short is not mistaken for it.
 */
export function isTolerable(missing: number, total: number): boolean {
  const few = Math.min(Math.max(TOLERATED_RECORDS.small, total * TOLERATED_SHARE), TOLERATED_RECORDS.large)
  return missing <= Math.min(few, total / 10)
}

/** Whether an empty page that announces another one is the last: all that the source counts were read before it. */
export function isEmptyEnd({ items, total }: StreamPage, recordsRead: number): boolean {
  return items.length === 0 && total !== undefined && recordsRead >= total
}

/** Notices a stream that never ends although its cursor is new on each page. */
export class EndlessStreamDetector {
  #hash = ''
  #pages = 0
  #limit = 1

  /** Whether the stream goes on far beyond its own count or, without a count, repeats its pages. */
  isEndless({ items, total }: StreamPage, recordsRead: number): boolean {
    if (total !== undefined) return recordsRead > total + Math.max(EXCESS.records, total * EXCESS.share)
    return this.#repeats(items)
  }

  /** Brent's algorithm finds a cycle of any length, and remembers one page. */
  #repeats(items: readonly Json[]): boolean {
    const hash = createHash('sha1').update(JSON.stringify(items)).digest('base64')
    if (hash === this.#hash) return true
    this.#pages += 1
    if (this.#pages === this.#limit) {
      this.#hash = hash
      this.#pages = 0
      this.#limit *= 2
    }
    return false
  }
}
