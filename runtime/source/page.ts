/** A page of a stream, and what is missing by the source's own count. */
import type { Json, JsonObject } from '../ports/types.ts'

export interface StreamPage<Item = JsonObject> {
  readonly items: readonly Item[]
  /** The cursor of the next page, to be sent back unchanged. Absent: this is the last. */
  readonly next?: Json
  readonly total?: number
  /** On the last page only: records that the source counts, but gave on no page, however often it was asked. */
  readonly missing?: number
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
 * Records that the source counts and that neither this page nor those before it held. 0 while pages follow, unless
 * this one is empty: its records were left out. 0 without a count.
 */
export function countMissing({ items, next, total = 0 }: StreamPage<unknown>, recordsRead: number): number {
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

/** Whether a stream goes on far beyond its own count: its cursor is new on each page and never ends. */
export function isEndless({ total }: Pick<StreamPage, 'total'>, recordsRead: number): boolean {
  return total !== undefined && recordsRead > total + Math.max(EXCESS.records, total * EXCESS.share)
}
