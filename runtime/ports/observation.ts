/** What a connector tells an observer: one type for each moment of a record's way, without a person's data or a secret. */
import type { FaultInfo, Ingress, Lane, WaitReason } from './types.ts'

/**
 * Called with each observation, in order, a moment after it happened. What it throws, or a promise that rejects, is logged
 * and changes nothing; a hook that takes long gets a tenth of the time at most, and misses observations (`dropped`).
 */
export interface Observe {
  (observation: Observation): unknown
  /**
   * Begins the trace of a verified webhook, before it is stored: returns the W3C `traceparent` that its record keeps.
   * Absent, or without a valid value: that of the request, or a new one.
   */
  readonly startTrace?: ((start: TraceStart) => string | undefined) | undefined
}

/** A webhook whose trace begins. */
export interface TraceStart {
  /** When its request arrived, milliseconds since 1970. */
  readonly at: number
  /** The `traceparent` header of the request, if it is valid. */
  readonly traceparent?: string
  readonly tenant?: string
}

/** All types of observations, in the order of a record's way. Each has a channel: `connector:<type>`. */
export const OBSERVATION_TYPES = [
  'received',
  'page',
  'started',
  'lookup',
  'mapped',
  'sent',
  'settled',
  'deferred',
  'waited',
  'request',
  'throttled',
  'retried',
  'dropped',
] as const

export type ObservationType = (typeof OBSERVATION_TYPES)[number]

/** The name of the `diagnostics_channel` that publishes observations of a type. */
export const observationChannel = (type: ObservationType): `connector:${ObservationType}` => `connector:${type}`

/** In every observation. */
export interface ObservationBase {
  /** When it ended, milliseconds since 1970. */
  readonly at: number
  /** As given to `createConnector`. Absent: the host named none. */
  readonly tenant?: string
}

/** A record on its way. */
export interface ObservedRecord {
  /** The record's id: made of ids, names and hashes. */
  readonly record: string
  readonly ingress: Ingress
  readonly lane: Lane
  /** Of records from webhooks. */
  readonly topic?: string
  /** Of records read from a stream. */
  readonly stream?: string
  /** Counts from 1. */
  readonly attempt: number
  /** The W3C `traceparent` of the webhook. Of records received while observed. */
  readonly trace?: string
}

/** A webhook was answered. `HEAD` requests and other methods are not observed. */
export interface ReceivedObservation extends ObservationBase {
  readonly type: 'received'
  /**
   * `stored`: it is on disk. `duplicate`: it was there before. `ignored`: its topic, or its account, is not ours. `rejected`:
   * not a webhook of the source, see `reason`. `failed`: it could not be stored, and comes again.
   */
  readonly outcome: 'stored' | 'duplicate' | 'ignored' | 'rejected' | 'failed'
  /** HTTP status of the answer. */
  readonly status: number
  readonly durationMs: number
  /** In words, or the code of a fault. */
  readonly reason?: string
  /** Of the body; of verified webhooks. */
  readonly bytes?: number
  /** Of verified webhooks. */
  readonly topic?: string
  /** Of stored webhooks. */
  readonly record?: string
  /** The `traceparent` that the record keeps; of a duplicate, one that no record keeps. */
  readonly trace?: string
}

/** Work that sends requests of its own. */
interface Call {
  /** Its number in this process. Its requests name it. */
  readonly call: number
}

/** A page of a stream was read and is about to be stored: by an import, or by the poll for changes. */
export interface PageObservation extends ObservationBase, Call {
  readonly type: 'page'
  readonly ingress: 'backfill' | 'reconcile'
  readonly stream: string
  readonly items: number
  /** From the first request for it, with its retries. */
  readonly durationMs: number
  /** Of the response, decompressed. */
  readonly bytes?: number
  /** Records of the stream, as the source counts them. */
  readonly total?: number
  /** Records that the source counts and did not give. */
  readonly missing?: number
}

/** An attempt began: a worker leased the record, or the host passed it to `deliver`. */
export interface StartedObservation extends ObservationBase, ObservedRecord {
  readonly type: 'started'
  /** Since the record was received, milliseconds. */
  readonly ageMs: number
  /** Earlier attempts in a row that ended with their process. */
  readonly cutOffs?: number
}

/** A lookup was fetched from the source. Cached ones are not observed. */
export interface LookupObservation extends ObservationBase, Call {
  readonly type: 'lookup'
  /** Its name in the spec. */
  readonly lookup: string
  readonly lane: Lane
  /** `missing`: the source has none of the keys. */
  readonly outcome: 'found' | 'missing' | 'failed'
  readonly durationMs: number
  /** Keys asked for. Absent: a whole list. */
  readonly keys?: number
  /** Values that came. */
  readonly found: number
  /** The code of the fault. */
  readonly reason?: string
  /** The record that asked first. Others may wait for the same answer. */
  readonly record?: string
}

/** One occurrence of a mapped record. */
export interface MappedEvent {
  /** The metric's name, or `Profile`. Empty: it concerns the record as a whole. */
  readonly metric: string
  readonly lane: Lane
  /** `ready`: it is sent next. */
  readonly outcome: 'ready' | 'skipped' | 'waiting' | 'failed'
  /** Why it is not sent: a skip reason, a reason to wait, or the code of a fault. */
  readonly reason?: string
  /** The idempotency key: made of ids and times. */
  readonly key?: string
}

/** A record was mapped, with its lookups. */
export interface MappedObservation extends ObservationBase, ObservedRecord {
  readonly type: 'mapped'
  /** `skipped`: the record as a whole, see `reason`. `failed`: it could not be read, see `reason`. */
  readonly outcome: 'mapped' | 'skipped' | 'failed'
  /** From the start of mapping, without the wait for a place among the records being mapped. */
  readonly durationMs: number
  readonly reason?: string
  readonly events: readonly MappedEvent[]
}

/** One message of a call of the destination. */
export interface SentMessage {
  /** The metric's name with its prefix, or `Profile`. */
  readonly metric: string
  readonly outcome: 'accepted' | 'refused'
  /** HTTP status of the response, if it was accepted. */
  readonly status?: number
  /** The code of the fault. */
  readonly reason?: string
  /** Of events. */
  readonly key?: string
  /** The record that it is of. */
  readonly record?: string
  readonly attempt?: number
  readonly trace?: string
}

/** The destination answered for one message, or for several sent together. */
export interface SentObservation extends ObservationBase, Call {
  readonly type: 'sent'
  /** The destination's name. */
  readonly side: string
  readonly lane: Lane
  /** Whether the messages were sent together. */
  readonly bulk: boolean
  /** With waits for the rate limit and retries. */
  readonly durationMs: number
  readonly messages: readonly SentMessage[]
}

/** One occurrence of a record whose attempt ended. */
export interface EndedEvent {
  readonly metric: string
  readonly lane: Lane
  readonly outcome: 'delivered' | 'skipped' | 'deferred' | 'dead'
  readonly reason?: string
  readonly key?: string
}

interface AttemptEnd extends ObservationBase, ObservedRecord {
  /** From the start of the attempt. */
  readonly durationMs: number
  readonly events: readonly EndedEvent[]
}

/** A record ended, and its outcome is in the store; that of `deliver` is with the host. */
export interface SettledObservation extends AttemptEnd {
  readonly type: 'settled'
  readonly outcome: 'delivered' | 'skipped' | 'dead'
  /** The skip reason, or the code of the fault. */
  readonly reason?: string
  /** Since the record was received, milliseconds. */
  readonly ageMs: number
}

/** An attempt failed, and there is another one. */
export interface DeferredObservation extends AttemptEnd {
  readonly type: 'deferred'
  /** The code of the fault. */
  readonly reason: string
  readonly kind: FaultInfo['kind']
  /** The next attempt, milliseconds since 1970. */
  readonly until: number
}

/** Nothing failed: the record waits for its contact, for the operator, or for other events. */
export interface WaitedObservation extends AttemptEnd {
  readonly type: 'waited'
  readonly reason: WaitReason
  /** The next check, unless the wait ends before. Milliseconds since 1970. */
  readonly until: number
}

/** What a request is for. */
interface RequestOrigin {
  /** The name of the source or the destination. */
  readonly side: string
  /** The record whose attempt needs it. Others may wait for the same answer. */
  readonly record?: string
  /** The `page`, `lookup` or `sent` that it is part of, which is observed after it. */
  readonly call?: number
}

/** One try of an HTTP request, from its start to the end of the response. */
export interface RequestObservation extends ObservationBase, RequestOrigin {
  readonly type: 'request'
  readonly method: string
  /** The host, with its port if that is not the scheme's. */
  readonly host: string
  /** The path with placeholders in place of ids, such as `/contacts/{key}`. Absent: a resource that moved, or a client that gives none. */
  readonly template?: string
  readonly lane: Lane
  /** 1 for the first. */
  readonly attempt: number
  readonly durationMs: number
  /** Absent: there was no answer, see `reason`. */
  readonly status?: number
  /** The code of the fault. Absent: it succeeded. */
  readonly reason?: string
  /** Of the response, decompressed. */
  readonly bytes?: number
}

/** A request waited for the rate limit, or gave up waiting. */
export interface ThrottledObservation extends ObservationBase, RequestOrigin {
  readonly type: 'throttled'
  readonly lane: Lane
  readonly durationMs: number
  /** The code of the fault, if it gave up: its record is deferred. */
  readonly reason?: string
}

/** A request is tried again in process, after a pause. */
export interface RetriedObservation extends ObservationBase, RequestOrigin {
  readonly type: 'retried'
  readonly lane: Lane
  /** The try that failed. */
  readonly attempt: number
  /** The code of its fault. */
  readonly reason: string
  /** The pause before the next try. */
  readonly pauseMs: number
}

/** The hook is too slow, and missed observations. */
export interface DroppedObservation extends ObservationBase {
  readonly type: 'dropped'
  readonly count: number
}

export type Observation =
  | ReceivedObservation
  | PageObservation
  | StartedObservation
  | LookupObservation
  | MappedObservation
  | SentObservation
  | SettledObservation
  | DeferredObservation
  | WaitedObservation
  | RequestObservation
  | ThrottledObservation
  | RetriedObservation
  | DroppedObservation
