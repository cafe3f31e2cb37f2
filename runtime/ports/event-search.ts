/** The search for events: by their kind, by when they happened, by whom they concern. */
import type { EventKindFilter, EventOrigin, LedgerEvent } from './ledger.ts'
import type { Lane } from './types.ts'

/** The place of an event among others, newest first by `at`, then by `id`. */
export interface EventPosition {
  /** When it happened, milliseconds since 1970; without a time, when it ended. Of one that waits: when it was received. */
  readonly at: number
  /** Its id in the ledger. Negative: it waits. */
  readonly id: number
}

export interface EventSearch extends EventKindFilter {
  /** Only events from then on, and before `until`, by the `at` of their positions. */
  readonly since?: number
  readonly until?: number
  /** Record ids, lookup ids, idempotency keys, contacts or e-mail hashes: events that have one of them, or whose record has. */
  readonly refs?: readonly string[]
  /** Only waiting events whose record is in the queue of this lane: no ended ones, none that wait for a contact. */
  readonly queue?: Lane
  /** Only older events than this: the next page. */
  readonly before?: EventPosition
  /** Only newer events than this: the page next to it. */
  readonly after?: EventPosition
  readonly limit: number
}

/** A search without its page. */
export type CountSearch = Omit<EventSearch, 'before' | 'after' | 'limit'>

/** An event that ended, or one that waits: `deferred`, with the metric of its last attempt, or an empty one before the first. */
export interface FoundEvent extends Omit<LedgerEvent, 'settledAt'>, EventPosition {
  readonly origin: EventOrigin
  /** Absent: it waits. */
  readonly settledAt?: number
  /** The queue in which its record waits. Absent: it ended, or waits outside the queues. */
  readonly queue?: Lane
}
