/** An assembled connector: what a host embeds and what the commands call. */

import type { Estimate } from './backfill/estimate.ts'
import type { ConnectionStats } from './http/connection-stats.ts'
import type { DeliveryGate } from './ports/auth.ts'
import type { CheckResult } from './ports/check-result.ts'
import type { Store } from './ports/store.ts'
import type { Json, Lane, LeasedRecord, Outcome, Profile, SourceRecord } from './ports/types.ts'
import type { RecipeBook } from './recipes.ts'
import type { WebhookStats } from './source/webhook-stats.ts'
import type { Spec } from './spec/spec.ts'

export interface Connector {
  readonly spec: Spec
  readonly store: Store
  /** Answers one webhook: verified, stored and on disk before the 200. Any web-standard host can mount it. */
  receive(request: Request): Promise<Response>
  /** What came to the webhook's address last, since the process began. */
  webhookStats(): WebhookStats
  /** Why delivery waits, if it does: for a person to set up, or until both sides have said whose accounts they are. */
  readonly gate: DeliveryGate
  /** How it goes with both sides, since the process began. */
  connectionStats(): { readonly source: ConnectionStats; readonly destination: ConnectionStats }
  /** Delivers until the signal aborts, then settles what it leased and returns. */
  work(options: { readonly signal: AbortSignal; readonly lanes?: readonly Lane[] }): Promise<void>
  /** Reads history into the store and delivers it; goes on where an earlier one stopped. Ends with phase `done`. */
  backfill(options: BackfillOptions): AsyncIterable<Progress>
  /** What a backfill of these would cost. Asks the source for a count of each stream; throws a `Fault` when it refuses. */
  estimate(options: Omit<BackfillOptions, 'restart'>): Promise<Estimate>
  /** How the newest backfill stands, by what the store knows of it. Undefined before the first. */
  lastBackfill(): Promise<Progress | undefined>
  /** Who runs a backfill on the store now: this process or another. Undefined when nobody does. */
  runningBackfill(): Promise<RunningBackfill | undefined>
  /**
   * Takes one record to its end, for hosts with a queue of their own: what `append` of their store was given, and on a
   * further try its `attempt` and `trouble`, which say how long it waits. Never throws for the record's sake. It writes
   * nothing: what was delivered is for the host to keep, so that `delivered` of the store knows the keys.
   */
  deliver(record: SourceRecord | LeasedRecord): Promise<Outcome>
  /** Maps what a webhook or a stream would give, and sends nothing. */
  preview(input: PreviewInput): Promise<Preview>
  /** Tries credentials and permissions on both sides. */
  check(signal: AbortSignal): AsyncIterable<CheckResult>
  /** What can be made of the metrics at the destination. Absent: it has no way to. */
  readonly recipes?: RecipeBook
  close(): Promise<void>
}

export interface BackfillOptions {
  /** Milliseconds since 1970. */
  readonly since?: number
  readonly until?: number
  /** Metrics, by name. Absent: all with history that are not opt-in. */
  readonly only?: readonly string[]
  /** Forget where an earlier run stopped and begin again. Nothing is counted twice. */
  readonly restart?: boolean
  readonly signal: AbortSignal
}

export interface RunningBackfill {
  /** A name to look for: its number on its machine. */
  readonly process: string
  /** It is this process. */
  readonly thisProcess: boolean
  /** Milliseconds since 1970. */
  readonly since: number
}

export interface StreamProgress {
  readonly stream: string
  /** Records read so far. */
  readonly seen: number
  /** The source's count, where it gives one. */
  readonly total?: number
  readonly done: boolean
}

export interface Progress {
  readonly run: string
  /** Picked up where an earlier run stopped. */
  readonly resumed: boolean
  readonly phase: 'lookups' | 'reading' | 'delivering' | 'done'
  /** Occurrences in it are sent. Milliseconds since 1970. */
  readonly window: { readonly since?: number; readonly until: number }
  /** Metrics asked for by name. */
  readonly only?: readonly string[]
  readonly streams: readonly StreamProgress[]
  /** Records read and not yet settled. */
  readonly waiting: number
  /** Events accepted by the destination. */
  readonly eventsSent: number
  readonly sentByMetric: Readonly<Record<string, number>>
  readonly skipped: Readonly<Record<string, number>>
  /** Events of this run that ended in dead letters. */
  readonly dead: number
  /** Milliseconds since this process began the run. */
  readonly elapsed: number
}

export interface PreviewInput {
  /** Exactly one of `topic` and `stream`. */
  readonly topic?: string
  readonly stream?: string
  /** A whole notification or its item; a page of the stream, a list of items, or one item. */
  readonly data: Json
  /** By lookup name: a list of objects with `id`, or an object keyed by id. Also as the source's own pages give them. */
  readonly lookups?: Json
  /**
   * Where else to find what `lookups` lacks: among what was looked up last, or at the source, which costs requests
   * and may fail. Absent: nowhere, so that a preview needs no network.
   */
  readonly lookupFallback?: 'remembered' | 'source'
  /** Prefix of the keys, where the data does not say. */
  readonly workspace?: string
}

/** What would be sent of one occurrence, or why nothing would. */
export type PreviewItem =
  | {
      readonly metric: string
      readonly time: string
      readonly key: string
      readonly profile: Profile
      readonly properties: Json
    }
  | { readonly profile: Profile }
  | { readonly metric: string; readonly skipped: string }
  | { readonly metric: string; readonly fault: string; readonly place?: string }

export interface Preview {
  readonly items: readonly PreviewItem[]
  /** The destination's request bodies for them. */
  readonly bodies: readonly Json[]
  /** Things a person should know, e.g. a lookup that was not given. */
  readonly notes: readonly string[]
  /** Whether no item is a fault. */
  readonly ok: boolean
}
