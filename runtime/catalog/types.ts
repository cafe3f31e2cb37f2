/** A catalog: what the metrics and the profile of a spec send, for people who write messages and for programs. */
import type { Json } from '../ports/types.ts'
import type { ValueType } from './value-type.ts'

export interface Catalog {
  readonly source: string
  readonly destination: string
  readonly metrics: readonly CatalogMetric[]
  readonly profile: CatalogProfile
  /** Whom the spec sends, one sentence each. */
  readonly people: readonly string[]
  /** Where the tags work: a sentence. */
  readonly tagNote?: string
}

/** What a metric and the profile have in common. */
export interface CatalogEntry {
  readonly summary: string
  /** From the spec's folder. */
  readonly file: string
  readonly topics: readonly string[]
  /** What the spec says of the records that send nothing. */
  readonly skips: readonly CatalogSkip[]
  /** At the source. */
  readonly permissions: readonly string[]
  readonly properties: readonly CatalogProperty[]
}

export interface CatalogMetric extends CatalogEntry {
  /** As the destination shows it, with the spec's prefix. */
  readonly name: string
  /** As its file and the commands call it. */
  readonly metric: string
  /** `on-request`: an import brings it if it is named. */
  readonly history: 'yes' | 'on-request' | 'no'
  /** The condition of each occurrence, as written. */
  readonly condition?: string
  /** What an event is worth, as written. */
  readonly value?: string
  /** Absent: the currency of the destination's account. */
  readonly currency?: string
  /** What its live events set on the profile. */
  readonly profileProperties: readonly CatalogProperty[]
}

export interface CatalogProfile extends CatalogEntry {
  /** The destination's own attributes; dotted names nest. */
  readonly attributes: readonly CatalogProperty[]
}

export interface CatalogSkip {
  readonly reason: string
  readonly meaning: string
  /** As written. */
  readonly condition?: string
}

export interface CatalogProperty {
  /** With a `*` for the name of each member of a spread object. */
  readonly name: string
  readonly type: ValueType
  /** Whether each event has it: its absence is replaced, or skips the event. */
  readonly isAlwaysPresent: boolean
  /** In its author's words, or that of the field. */
  readonly meaning?: string
  /** The fields that it is read from, at most two: `conversation.title`. */
  readonly reads: readonly string[]
  readonly example?: Json
  /** Shows the value in a message. Absent: the destination's tags are unknown. */
  readonly tag?: string
}

/** The template language of the destination's messages. */
export interface TemplateTags {
  /** The tag of an event's property. `member`: of an object, the member to show. */
  event(property: string, member?: string): string
  /** The tag of a property of the profile. */
  profile(property: string, member?: string): string
  /** The tag of one of the destination's own attributes of a profile. */
  attribute(name: string): string
  /** Where they work: a sentence. */
  readonly note: string
}
