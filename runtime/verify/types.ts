/** The comparison of the ledger with the events that the destination has recorded. */

export interface VerifyOptions {
  /** Milliseconds since 1970, extended to whole days in UTC. Default: from the first delivered event until today. */
  readonly since?: number
  readonly until?: number
  /** Default: all metrics. */
  readonly only?: readonly string[]
  readonly signal: AbortSignal
}

/** A day on which the counts differ. */
export interface DayDifference {
  /** `2026-01-31`, in UTC: when the events happened. */
  readonly day: string
  readonly ledger: number
  readonly destination: number
}

/** One metric, day by day. All counts are of the compared days. */
export interface MetricComparison {
  readonly metric: string
  /** The first and the last compared day. */
  readonly from: string
  readonly to: string
  /** Delivered events. */
  readonly ledger: number
  /** Recorded events. */
  readonly destination: number
  /** Oldest first, including differences that are explained. */
  readonly differences: readonly DayDifference[]
  /** Events that the destination lacks, without `recent`. */
  readonly missing: number
  /** Events that the ledger lacks, without `undated`. */
  readonly extra: number
  /** Events that the destination lacks, but may still process: delivered within the hour before the comparison. */
  readonly recent: number
  /** Delivered events whose day the ledger does not know: they explain as many that the destination has more. */
  readonly undated: number
  /** Likely reasons of `missing` and `extra`, for people: whole sentences. */
  readonly reasons: readonly string[]
  /** The senders whose events were counted, as the destination names them. Empty: it has no such metric of ours. */
  readonly counted: readonly string[]
  /** Other senders with a metric of this name. */
  readonly others: readonly string[]
}
