/** What a store tells of how things ended: by the hour, event by event, and what died of what. */
import type { Attempt, EventResult, FaultInfo, Ingress, Outcome, SourceRecord } from './types.ts'

/** Why a record ended that another account of the source sent to our webhook's address. Stores drop its body. */
export const FOREIGN_WORKSPACE = 'foreign-workspace'

/** What ended in one hour. The metric is empty for records that ended without an event. */
export interface ActivityBucket extends Pick<EventResult, 'metric' | 'status'> {
  /** When the hour, or the day in UTC, began, milliseconds since 1970. */
  readonly hour: number
  readonly count: number
}

/** Milliseconds since 1970. */
export interface ActivityWindow {
  readonly since: number
  readonly until: number
  /** Whole days in UTC instead of hours: what a month is asked for by. */
  readonly by?: 'hour' | 'day'
}

/** How one event ended, and the record it came from. A record that ended without events is one, its metric empty. */
export interface LedgerEvent extends EventResult {
  /** Ascending in the order of settling, never used again. */
  readonly id: number
  /** The record's id and number. */
  readonly record: string
  readonly seq: number
  readonly ingress: Ingress
  readonly topic?: string
  readonly stream?: string
  readonly settledAt: number
}

export interface EventQuery {
  readonly metric?: string
  readonly status?: EventResult['status']
  /** Only events with a smaller id: the next page of older ones. */
  readonly before?: number
  /** Only events with a greater id: what is new. */
  readonly after?: number
  readonly limit: number
}

/** Dead letters that died of the same thing, at the same place, for the same metric. */
export interface DeadLetterGroup {
  /** Names the group; the same as long as code, metric and place are. */
  readonly group: string
  /** Of the example: what differs between letters of a group is the message and the request alone. */
  readonly fault: FaultInfo
  /** Absent when the record as a whole failed. */
  readonly metric?: string
  /** Records. */
  readonly count: number
  /** When the first and the last of them ended, milliseconds. */
  readonly oldest: number
  readonly newest: number
  /** The newest record's id. */
  readonly example: string
}

export interface DeadLetterQuery {
  readonly after?: number
  readonly limit: number
  readonly run?: string
  readonly group?: string
}

/** Which dead letters to replay: by record id, of one group, or all. */
export type ReplaySelector = readonly string[] | 'all' | { readonly group: string }

/** One line of the ledger's totals. `scope` is a run's id, or `live`. */
export interface Tally {
  readonly scope: string
  readonly metric: string
  readonly status: EventResult['status']
  readonly reason: string
  readonly count: number
}

/** A record as the ledger knows it. The body is absent once retention has dropped it. */
export interface LedgerEntry extends Omit<SourceRecord, 'workspace' | 'orderingKey' | 'body' | 'backfillRun'> {
  readonly seq: number
  readonly status: 'pending' | 'leased' | Outcome['status']
  readonly attempt: number
  readonly due?: number
  readonly settledAt?: number
  readonly outcome?: Outcome
  /** How the attempts before ended, oldest first, those before a replay too. Absent: there was none. */
  readonly attempts?: readonly Attempt[]
  readonly body?: string
}
