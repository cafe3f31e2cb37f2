/**
 * The words of the conformance kit. A **case** gives records and expects occurrences. It is **resolved** to plain JSON (fixtures
 * read, changes made) and run once by each ingress; an **engine**, ours or another in any language, turns each `CaseInput`
 * into a `CaseResult`, and only our runner knows what was expected.
 */
import type { FaultInfo, Ingress, Json, JsonObject, Profile } from '../ports/types.ts'

/** In the order of the reports. */
export const INGRESSES: readonly Ingress[] = ['webhook', 'backfill', 'reconcile', 'replay']

/** The version of `CaseInput` and `CaseResult`. */
export const CONTRACT_VERSION = 1

/** What an engine is given: plain JSON. Records happen in the order of the steps. */
export interface CaseInput {
  readonly version: typeof CONTRACT_VERSION
  /** Unique within a run, e.g. `rated-conversation.yaml: a rating (webhook)`. */
  readonly id: string
  /** The source's account: the prefix of keys. */
  readonly workspace: string
  /** By lookup name: resources by id, as the source has them at the end of the case. */
  readonly lookups: Readonly<Record<string, Readonly<Record<string, Json>>>>
  readonly steps: readonly CaseStep[]
  /** Members of connector.yaml, laid over those of the spec as an overlay lays them. */
  readonly settings?: JsonObject
}

/** Records that arrive together. A lost notice is not among them, a repeated one twice. */
export interface CaseStep {
  /** ISO 8601 with milliseconds: the time of the clock when they arrive. */
  readonly at: string
  readonly ingress: Ingress
  readonly records: readonly CaseRecord[]
  /** Of `CaseInput.lookups` those that the source has otherwise from this step on. */
  readonly lookups?: CaseInput['lookups']
}

export interface CaseRecord {
  /** Of `webhook` and `replay`: `body` is the whole notification. */
  readonly topic?: string
  /** Of `backfill` and `reconcile`: `body` is an item of this stream. */
  readonly stream?: string
  readonly body: Json
}

/** What an engine answers: the occurrences in the order in which they were sent or ended. */
export interface CaseResult {
  readonly id: string
  readonly occurrences: readonly CaseOccurrence[]
}

export type CaseOccurrence = EventOccurrence | ProfileOccurrence | SkippedOccurrence | FailedOccurrence

export interface EventOccurrence {
  /** Without the prefix of the destination. */
  readonly metric: string
  readonly key: string
  /** ISO 8601 with milliseconds. */
  readonly time: string
  /** The source's id of the contact. */
  readonly contact?: string
  /** As it is sent: history, and an event older than the live window, sends identifiers only. */
  readonly profile: Profile
  readonly properties: JsonObject
  readonly value?: Json
  readonly currency?: Json
}

export interface ProfileOccurrence {
  readonly metric: 'Profile'
  readonly profile: Profile
}

export interface SkippedOccurrence {
  readonly metric: string
  readonly skipped: string
}

export interface FailedOccurrence {
  /** Empty: the whole record fails, so no metric is known. */
  readonly metric: string
  /** Stable codes of ours, see docs/reference/faults.md. Another engine may use its own: only presence is compared then. */
  readonly fault: Pick<FaultInfo, 'code' | 'message' | 'place'>
}

/** Turns inputs into results, in order. Closed once. */
export interface CaseEngine {
  run(input: CaseInput): Promise<CaseResult>
  close(): Promise<void>
}

/** A position in a YAML file. Lines and columns count from 1. */
export interface CasePlace {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** A case of a file for one ingress, ready to run. */
export interface ResolvedCase {
  /** As it is printed, e.g. `rated-conversation.yaml: a rating`. */
  readonly name: string
  readonly ingress: Ingress | 'course'
  readonly place: CasePlace
  readonly input: CaseInput
  /** Of the list of expected occurrences in the file: keys and indexes. */
  readonly expectedPath?: readonly (string | number)[]
  /** Only occurrences of this metric are compared. Absent: all. */
  readonly metric?: string
  readonly expected: readonly ExpectedOccurrence[]
  /**
   * Profiles and skips are compared only where the case expects any, and the ways only by what each expects: what an event
   * says depends on when it is read.
   */
  readonly isCourse?: true
}

/** What a case expects of one occurrence. Absent members are not compared. */
export interface ExpectedOccurrence {
  readonly place: CasePlace
  readonly metric?: string
  /** Without the workspace. */
  readonly key?: string
  readonly time?: string
  readonly contact?: string
  readonly value?: Json
  readonly currency?: Json
  /** In full. */
  readonly properties?: JsonObject
  readonly profile?: JsonObject
  /** Members of the properties, or of the profile where `metric` is `Profile`; objects are compared by their own members. */
  readonly has?: JsonObject
  /** Names of properties; where `metric` is `Profile`, of members of the profile or of its `properties`. */
  readonly without?: readonly string[]
  /** The same of an event's profile. */
  readonly profileHas?: JsonObject
  /** The occurrence is skipped for this reason. */
  readonly skipped?: string
  /** The occurrence fails with this code. */
  readonly fault?: string
}
