/** The profile's file, compiled: what is said of a person with every event. */
import type { Property, SkipRule } from './spec.ts'

export interface ProfileMapping {
  readonly file: string
  readonly resource: string
  readonly topics: ReadonlySet<string>
  readonly skip: readonly SkipRule[]
  /** First-class attributes; dotted names nest (`location.city`). */
  readonly attributes: readonly Property[]
  /** Names of the attributes that identify a person, strongest first. */
  readonly identifiers: readonly string[]
  readonly properties: readonly Property[]
  readonly lookups: readonly string[]
}
