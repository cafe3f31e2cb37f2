/** The options, the parts and the progress of a backfill. */

import type { Clock, Logger, ProcessIdentity } from '../ports/effects.ts'
import type { Store } from '../ports/store.ts'
import type { SourceClient } from '../source/client.ts'
import type { Spec } from '../spec/spec.ts'

export interface BackfillOptions {
  /** Milliseconds since 1970. */
  readonly since?: number
  /** Milliseconds since 1970. Default: now, except what live delivery still brings. */
  readonly until?: number
  /** Metrics, by name. Absent: all with history that are not opt-in. */
  readonly only?: readonly string[]
  /** Discards the position of an unfinished run and starts over. Nothing is counted twice. */
  readonly restart?: boolean
  /** Records by stream, as estimated before: shown until the source counts them. Ignored when a run is resumed. */
  readonly estimated?: Readonly<Record<string, number>>
  /** Who or what begins it, for people to read, e.g. `console`. */
  readonly startedBy?: string
  readonly signal: AbortSignal
}

export interface RunningBackfill {
  /** The process id, with the name of its machine if that is another one: `12 on web-1`. */
  readonly process: string
  readonly thisProcess: boolean
  /** Milliseconds since 1970. */
  readonly since: number
}

export interface StreamProgress {
  readonly stream: string
  /** Records read so far. */
  readonly recordsRead: number
  /** The source's count, where it gives one. */
  readonly total?: number
  /** The count before the import, where the source has given none since. */
  readonly estimated?: number
  /** All pages are read. False at the end of an incomplete import. */
  readonly done: boolean
  /** Records that the source counts, but gave on no page. With `done`: so few that deletions explain it. */
  readonly missing?: number
  /** Parts of its records that the source counts and does not give. Known once the import has ended. */
  readonly unavailableParts?: UnavailableParts
}

/** How many parts of how many records. The records have the skip reason `parts-unavailable`. */
export interface UnavailableParts {
  readonly parts: number
  readonly records: number
}

/** The occurrences of one metric that a run has found. */
export interface MetricCounts {
  /** Empty: records that ended without an event of any metric. */
  readonly metric: string
  /** Accepted by the destination. */
  readonly sent: number
  /** Delivered before this run, live or by an earlier import. */
  readonly alreadySent: number
  /** Their contact has neither e-mail address nor phone number yet. */
  readonly awaitingIdentity: number
  /** Not sent, by skip reason. */
  readonly leftOut: Readonly<Record<string, number>>
  /** Dead letters. */
  readonly dead: number
}

/** Milliseconds since 1970. */
export interface ImportWindow {
  readonly since?: number
  readonly until: number
  /** Whether the operator chose `until`. */
  readonly untilChosen?: true
  /** By metric, where live delivery still brings events from before `until`. */
  readonly untilByMetric?: Readonly<Record<string, number>>
}

export interface BackfillProgress {
  readonly run: string
  readonly startedBy?: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** Milliseconds since 1970. Absent until it is done, incomplete or replaced by another run. */
  readonly endedAt?: number
  /** Whether this continues an interrupted run. */
  readonly resumed: boolean
  /** `lookups`: preloading contacts. `incomplete`: ended short of the source's count; the next call reads the rest. */
  readonly phase: 'lookups' | 'reading' | 'delivering' | 'done' | 'incomplete'
  /** Only events whose time lies in it are sent. */
  readonly window: ImportWindow
  /** Metrics selected by name. */
  readonly only?: readonly string[]
  readonly streams: readonly StreamProgress[]
  /** Records read and not yet settled. */
  readonly waiting: number
  /** Events accepted by the destination. */
  readonly eventsSent: number
  readonly sentByMetric: Readonly<Record<string, number>>
  readonly byMetric: readonly MetricCounts[]
  /** Events delivered before this run, live or by an earlier import. */
  readonly alreadySent: number
  /** Events left out, by reason. */
  readonly skipped: Readonly<Record<string, number>>
  /** Events of this run that ended as dead letters. */
  readonly dead: number
  /** The same by fault code. */
  readonly deadByReason: Readonly<Record<string, number>>
  /** Milliseconds since this process began the run. */
  readonly elapsed: number
}

export interface BackfillParts {
  readonly spec: Spec
  readonly store: Store
  readonly client: SourceClient
  readonly clock: Clock
  /** Milliseconds since 1970, by the source's clock. */
  readonly sourceTime: () => number
  readonly logger: Logger
  /** Makes run ids distinct. */
  readonly random: () => number
  readonly processIdentity: ProcessIdentity
  /** Pins both accounts to the store. Throws a `Fault`. */
  readonly pin: (signal: AbortSignal) => Promise<void>
  /** Delivers lane `backfill` until the signal aborts. */
  readonly work: (signal: AbortSignal) => Promise<void>
  /** Sends bulk requests that are not full yet. */
  readonly flush: () => void
}
