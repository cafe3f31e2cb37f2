/** An assembled connector: what a host embeds and what the commands call. */

import type { Estimate } from './backfill/estimate.ts'
import type { BackfillOptions, BackfillProgress, RunningBackfill } from './backfill/types.ts'
import type { DeliverOptions } from './delivery/deliver-within.ts'
import type { SliceOptions, WorkReport } from './delivery/run-until-idle.ts'
import type { EventsOptions, StreamedMessage } from './event-stream/types.ts'
import type { ConnectionStats } from './http/connection-stats.ts'
import type { MaybePromise } from './lib/maybe-promise.ts'
import type { Preview, PreviewInput } from './mapping/preview.ts'
import type { RecentPreview } from './mapping/preview-recent.ts'
import type { DeliveryGate } from './ports/auth.ts'
import type { CheckResult } from './ports/check-result.ts'
import type { Store } from './ports/store.ts'
import type { Sunset } from './ports/sunset.ts'
import type { Json, Lane, LeasedRecord, Outcome, SourceRecord } from './ports/types.ts'
import type { RecipeBook } from './recipes.ts'
import type { ReconcileOptions, ReconcilePass } from './reconcile/types.ts'
import type { Receive } from './source/plain-request.ts'
import type { ReceivedNotification } from './source/read-notifications.ts'
import type { ReceiveNotes } from './source/receive.ts'
import type { WebhookStats } from './source/webhook-stats.ts'
import type { LookupSpec, Spec } from './spec/spec.ts'
import type { MetricComparison, VerifyOptions } from './verify/types.ts'

export interface WorkOptions {
  readonly signal: AbortSignal
  /** Default: both. */
  readonly lanes?: readonly Lane[] | undefined
  readonly until?: undefined
}

export interface WorkUntilIdleOptions extends SliceOptions, Pick<WorkOptions, 'lanes'> {
  readonly until: 'idle'
}

/** Receives and delivers: the part of a connector that runs at the edge. */
export interface Pipeline {
  readonly spec: Spec
  readonly store: Store
  /**
   * Answers a webhook: verified, stored and on disk before the 200. Any web-standard host can mount it. Others pass
   * `{ method, headers, body }` with the raw body, and get `{ status, headers, body }`. Never throws.
   */
  readonly receive: Receive
  /** Stores the notifications of a webhook that a router has verified: for `tenantOf` of `createWebhookRouter`. */
  accept(received: readonly ReceivedNotification[], notes?: Pick<ReceiveNotes, 'observed'>): Promise<void>
  /** Logs and counts a webhook sent to another path: for hosts that answer every path. */
  reportMisdirected(path: string): void
  /** Whether a signing secret is known: without one every webhook is answered with 503. */
  acceptsWebhooks(): Promise<boolean>
  /** The latest requests to the webhook address since the process began. */
  webhookStats(): WebhookStats
  /** Shut while delivery is paused: until setup is complete, and until both accounts are pinned. */
  readonly gate: DeliveryGate
  /** The connections to source and destination since the process began. */
  connectionStats(): { readonly source: ConnectionStats; readonly destination: ConnectionStats }
  /**
   * Keeps the spec in the store as the running one. `work` and `backfill` do so, too. Throws a config `Fault` if the key of a
   * metric with delivered events has changed and `acceptNewKeys` does not name it: they would be counted again.
   */
  adoptSpec(): Promise<void>
  /** Delivers until the signal aborts, then settles all leased records and returns. */
  work(options: WorkOptions): Promise<void>
  /**
   * Delivers what is due and returns: for cron, Lambda, alarms, and slices of many tenants. Waits neither for what is due
   * later nor while delivery is paused; the report says when to work again.
   */
  work(options: WorkUntilIdleOptions): Promise<WorkReport>
  /**
   * Delivers one record, for hosts with a queue of their own: a record passed to `append` of their store, from the
   * second attempt on with its `attempt` and `retryState`, which decide the next delay. Never throws because of the
   * record. Writes nothing: the host stores the outcome, so that `filterDelivered` of its store knows the keys. Stopped by
   * `signal` or `timeLimit` (milliseconds), the record is deferred with the fault `delivery/stopped`.
   */
  deliver(record: SourceRecord | LeasedRecord, options?: DeliverOptions): Promise<Outcome>
  /**
   * Deletions of profiles whose contact was deleted at the source: they wait until the operator has confirmed them. Absent:
   * profiles are kept.
   */
  readonly deletions?: { isConfirmed(): Promise<boolean>; confirm(): Promise<void> }
  close(): Promise<void>
}

export interface Connector extends Pipeline {
  /** What the vendors end, and when. */
  readonly sunsets?: () => readonly Sunset[]
  /**
   * Gives the mapped events to a consumer, in place of the destination: those of webhooks, history and polls, each until it
   * is acknowledged, by default by asking for the next one. Ends when the signal aborts. Needs the source alone. The first
   * call of `events`, `work` and `backfill` decides: after `events`, `backfill` only reads, and `work` throws a config
   * `Fault`; after the others `events` does. Throws one also for an invalid `since`; the iteration throws what the store does.
   */
  events(options: EventsOptions): AsyncGenerator<StreamedMessage, void, undefined>
  /**
   * Imports history, resuming an interrupted or incomplete import. Ends with phase `done`, or `incomplete` when the
   * source gave fewer records than it counts.
   */
  backfill(options: BackfillOptions): AsyncIterable<BackfillProgress>
  /** Estimates a backfill from one page of each stream. Throws a `Fault` when the source refuses. */
  estimate(options: Omit<BackfillOptions, 'restart'>): Promise<Estimate>
  /** The progress of the newest backfill, from the store. Undefined before the first. */
  lastBackfill(): Promise<BackfillProgress | undefined>
  /** All backfills that the store remembers, the newest first. */
  listRuns(): Promise<readonly BackfillProgress[]>
  /** The process that runs a backfill on the store now. Undefined when none does. */
  runningBackfill(): Promise<RunningBackfill | undefined>
  /**
   * Reads what has changed at the source since the last pass and queues it: delivery sends what no webhook reported.
   * Undefined when another process reconciles the store now. Throws a `Fault` when the source refuses.
   */
  reconcile(options: ReconcileOptions): Promise<ReconcilePass | undefined>
  /** Reconciles as often as the spec says, until the signal aborts. Waits while delivery is paused. */
  pollChanges(options: { readonly signal: AbortSignal }): Promise<void>
  /** The last pass of any process. Undefined before the first. */
  lastReconcile(): Promise<ReconcilePass | undefined>
  /** Maps a webhook or stream items and sends nothing. */
  preview(input: PreviewInput): Promise<Preview>
  /**
   * Reads a few recent records of each stream and maps them, for samples before delivery begins. Sends and stores nothing.
   * When the signal aborts, resolves with what was mapped until then.
   */
  previewRecent?(options: { readonly signal: AbortSignal }): Promise<RecentPreview>
  /** The value that was last found for the key of a lookup, of whatever age. Sends no request. */
  peekLookup?(lookup: LookupSpec, key: string): MaybePromise<Json | undefined>
  /** Checks credentials and permissions of source and destination. */
  check(signal: AbortSignal): AsyncIterable<CheckResult>
  /**
   * Compares the delivered events with those that the destination has recorded, metric by metric. Writes nothing. Absent:
   * the destination cannot count. Throws a `Fault` when it refuses.
   */
  verify?(options: VerifyOptions): AsyncIterable<MetricComparison>
  /**
   * The destination's id of a metric, as far as it is known. Reads the ids in the background: it never waits for the
   * destination, and never throws where that refuses. Absent: there are no ids.
   */
  findMetricId?(metric: string, signal: AbortSignal): Promise<string | undefined>
  /** Segments and flows to create at the destination. Absent: it supports none. */
  readonly recipes?: RecipeBook
}
