/** An assembled connector: what a host embeds and what the commands call. */

import type { Estimate } from './backfill/estimate.ts'
import type { BackfillOptions, BackfillProgress, RunningBackfill } from './backfill/types.ts'
import type { ConnectionStats } from './http/connection-stats.ts'
import type { Preview, PreviewInput } from './mapping/preview.ts'
import type { DeliveryGate } from './ports/auth.ts'
import type { CheckResult } from './ports/check-result.ts'
import type { Store } from './ports/store.ts'
import type { Lane, LeasedRecord, Outcome, SourceRecord } from './ports/types.ts'
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
  backfill(options: BackfillOptions): AsyncIterable<BackfillProgress>
  /** What a backfill of these would cost. Asks the source for a count of each stream; throws a `Fault` when it refuses. */
  estimate(options: Omit<BackfillOptions, 'restart'>): Promise<Estimate>
  /** How the newest backfill stands, by what the store knows of it. Undefined before the first. */
  lastBackfill(): Promise<BackfillProgress | undefined>
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
