/** What a consumer of events gets, and how it asks for it. */
import type { Lane, MetricEvent, ProfileUpdate } from '../ports/types.ts'

export interface EventsOptions {
  /** Aborting it ends the stream, once what was acknowledged is on disk. */
  readonly signal: AbortSignal
  /**
   * The `cursor` of the last event that the consumer has written. Leaves out what it has: after a crash the store delivers
   * again what was acknowledged in the last moment. Default: that comes again, with the same keys.
   */
  readonly since?: string | undefined
  /** Default: both, live before history. */
  readonly lanes?: readonly Lane[]
  /**
   * `next`: asking for the next event acknowledges the last one. `explicit`: `acknowledge()` does, so that a consumer may
   * write many together. Default: `next`.
   */
  readonly acknowledge?: 'next' | 'explicit'
}

interface Streamed {
  /** `backfill`: it is history, and its profile has identifiers only. */
  readonly lane: Lane
  /**
   * The position of a consumer that has this event and all before it, for `since`. Text, opaque; up to some kilobytes.
   * Not a member of its JSON.
   */
  readonly cursor: string
  /** The consumer has it: it does not come again. Not a member of its JSON. */
  acknowledge(): void
}

/** An event as mapped, within no destination's limits. `key` is the same whenever it comes. */
export type StreamedEvent = Omit<MetricEvent, 'currentProfile'> & Streamed

/** The attributes of a person, after a change of the contact. It has no key: the newest replaces the others. */
export type StreamedProfile = Omit<ProfileUpdate, 'currentProfile' | 'profileId'> & Streamed

export type StreamedMessage = StreamedEvent | StreamedProfile
