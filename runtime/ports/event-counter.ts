/** Counts the events that the destination has recorded, to hold them against the ledger. */

export interface EventCountQuery {
  readonly metrics: readonly string[]
  /** Starts of days in UTC, milliseconds since 1970: from the first to before the second. */
  readonly since: number
  readonly until: number
}

/** The recorded events of one metric. */
export interface RecordedEvents {
  readonly metric: string
  /** By the day they happened, `2026-01-31` in UTC. A day without events may be absent. */
  readonly days: ReadonlyMap<string, number>
  /** The senders whose events were counted, as the destination names them. Empty: it has no such metric of ours. */
  readonly counted: readonly string[]
  /** Other senders with a metric of this name. */
  readonly others: readonly string[]
}

export interface EventCounter {
  /** Yields each metric in turn. Reads only. Throws a `Fault`. */
  countEvents(query: EventCountQuery, signal: AbortSignal): AsyncIterable<RecordedEvents>
  /** Why the destination may lack an event that it accepted, for people: whole sentences. */
  readonly lossReasons: readonly string[]
}
