/** The options, the parts and the result of a reconciling pass. */
import type { UnavailableParts } from '../backfill/types.ts'
import type { Lookups } from '../mapping/lookups.ts'
import type { Observer } from '../observe/observer.ts'
import type { DeliveryGate } from '../ports/auth.ts'
import type { Clock, Logger, ProcessIdentity } from '../ports/effects.ts'
import type { Store } from '../ports/store.ts'
import type { SourceClient } from '../source/client.ts'
import type { Spec } from '../spec/spec.ts'

/** With a window of its own a pass reads all records in it again, and later passes do so, too: it counts for none of them. */
export interface ReconcileOptions {
  /** Milliseconds since 1970. Default: the end of the last pass, less the overlap. */
  readonly since?: number
  /** Milliseconds since 1970. Default: now, less the lag. */
  readonly until?: number
  readonly signal: AbortSignal
}

export interface StreamPass {
  readonly stream: string
  /** Records that have changed in the window, as read. */
  readonly read: number
  /** Of these, versions that no earlier pass has read; of a window of its own, all. */
  readonly added: number
  /** Records that the source counts, but gave on no page. The next pass reads the window again. */
  readonly missing?: number
  /** Items without an id: dead letters. */
  readonly withoutId?: number
  /** Parts of changed records that the source counts and does not give, and the ids of the first of these records. */
  readonly unavailableParts?: UnavailableParts & { readonly ids: readonly string[] }
}

/** One pass over all streams. Its records are in the store; delivery tells what is new in them. */
export interface ReconcilePass {
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly endedAt: number
  /** The window of changes, milliseconds since 1970; of several streams, the earliest start. */
  readonly since: number
  readonly until: number
  readonly streams: readonly StreamPass[]
}

export interface ReconcileParts {
  readonly spec: Pick<Spec, 'streams' | 'resources' | 'lookups' | 'mappings' | 'reconcile' | 'source' | 'delivery'>
  readonly store: Pick<Store, 'append' | 'readCheckpoint' | 'writeCheckpoints' | 'compareAndSwapCheckpoint' | 'backlog'>
  readonly client: SourceClient
  readonly lookups: Pick<Lookups, 'find'>
  readonly clock: Clock
  /** Milliseconds since 1970, by the source's clock: its times are compared with it. */
  readonly sourceTime: () => number
  readonly logger: Logger
  readonly processIdentity: ProcessIdentity
  /** Passes wait while it is shut. */
  readonly gate: DeliveryGate
  /** Pins both accounts to the store. Throws a `Fault`. */
  readonly pin: (signal: AbortSignal) => Promise<void>
  readonly observer: Observer
}
