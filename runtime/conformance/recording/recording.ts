/**
 * The words of recordings. A **recording** is a folder: exchanges with both APIs, whole notifications and a manifest. It holds
 * no person's data, and is replayed offline. An **exchange** is one request and its response.
 */
import type { Json } from '../../ports/types.ts'

/** The version of the folder's format. */
export const RECORDING_VERSION = 1

export type RecordedSide = 'source' | 'destination'

/** A request to one of the APIs and its response, as `exchanges.json` has them. */
export interface Exchange {
  readonly side: RecordedSide
  /** Made up, not received. Answers whatever is asked of its path. */
  readonly synthetic?: true
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers?: Readonly<Record<string, string>>
    /** JSON where it is JSON, otherwise its text. */
    readonly body?: Json
  }
  readonly response: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: Json
  }
}

/** A notification of the source, as `webhooks.json` has them. */
export interface RecordedWebhook {
  /** ISO 8601. */
  readonly at: string
  /** The whole notification. */
  readonly body: Json
  readonly headers?: Readonly<Record<string, string>>
}

/** A stream whose import is replayed. */
export interface RecordedStream {
  /** Records in the recording. */
  readonly records: number
  /** The largest page that the recorded requests named. */
  readonly pageSize: number
}

/** `manifest.yaml`: what the folder holds, for people and for the replay. */
export interface RecordingManifest {
  readonly version: typeof RECORDING_VERSION
  /** What was recorded, in a few words: `20 tickets`. */
  readonly what: string
  /** ISO 8601 with milliseconds: the clock of a replay begins here. */
  readonly recorded: string
  /** The source's account: the prefix of keys. */
  readonly workspace: string
  readonly source: string
  readonly destination: string
  /** `real`: events were sent, and the destination's answers are its own. */
  readonly answers: 'synthetic' | 'real'
  /** By name. Absent: no import. */
  readonly streams?: Readonly<Record<string, RecordedStream>>
  /** Of the spec that was recorded with. */
  readonly spec: { readonly name: string; readonly hash: string }
  /** Version of the package. */
  readonly connector: string
  /** What the redactor replaced and how often, never by what. Absent before redaction. */
  readonly replaced?: Json
  /** Attributes whose text stays because the recorder asked for it. */
  readonly kept?: Json
}

export interface Recording {
  readonly manifest: RecordingManifest
  readonly exchanges: readonly Exchange[]
  readonly webhooks: readonly RecordedWebhook[]
}

/**
 * Response headers that a replay needs: all others may hold ids, cookies and times of another clock. `link` leads to the
 * contact into which another was merged.
 */
export const KEPT_HEADERS: readonly string[] = ['content-type', 'retry-after', 'link']
