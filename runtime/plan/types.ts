/** What a changed spec changes at the destination, as data. */
import type { KeyTexts } from '../running-spec/key-texts.ts'

/** One setting or one expression that differs. */
export interface Change {
  readonly change: 'added' | 'removed' | 'changed'
  /** Its path, e.g. `properties.Title`. */
  readonly name: string
  readonly before?: string
  readonly after?: string
  /** What follows from it that its text does not tell. */
  readonly effect?: string
}

export interface MetricPlan {
  readonly metric: string
  /** `disabled`, `enabled`: by `enabled: false`. A renamed metric starts without events. */
  readonly change: 'added' | 'removed' | 'disabled' | 'enabled' | 'renamed' | 'changed'
  /** Of a renamed metric. */
  readonly formerName?: string
  readonly key?: KeyChange
  /** In the mapping. Of a metric that comes or goes, all of it. */
  readonly changes: readonly Change[]
}

export interface KeyChange {
  readonly before: KeyTexts
  readonly after: KeyTexts
  /** Events of the metric that were delivered, by the store. Absent: there is no store. */
  readonly delivered?: number
  /** The day of the first of them, `2026-01-31` in UTC. */
  readonly since?: string
  /** Whether the events may be counted again: unless none was delivered, or the new key gives the same for all that were compared. */
  readonly needsConsent: boolean
}

/** The static part of a plan, by comparing the two specs. */
export interface SpecChanges {
  readonly metrics: readonly MetricPlan[]
  readonly sections: Readonly<Record<SectionName, readonly Change[]>>
}

/** In the order of output. */
export const SECTIONS = ['profile', 'people', 'lookups', 'topics', 'permissions', 'recipes', 'settings'] as const
export type SectionName = (typeof SECTIONS)[number]

/** A record to map by both specs. */
export interface Sample {
  /** Exactly one of `topic` and `stream`. */
  readonly topic?: string
  readonly stream?: string
  /** JSON as received. */
  readonly body: string
  readonly isDead: boolean
}

/** The differences of the events that the sampled records give. */
export interface SampleChanges {
  readonly records: number
  readonly metrics: readonly MetricSamples[]
  readonly deadLetters: DeadLetterSamples
  /** Lookups with values that are neither in the store nor in the record, so that nothing is known of them. */
  readonly unknownLookups: readonly string[]
}

export interface MetricSamples {
  /** By its new name. */
  readonly metric: string
  /** Events by the old spec, and by the new one. */
  readonly before: number
  readonly after: number
  /** Events that only one of the specs gives, by the reason. */
  readonly appearing: Readonly<Record<string, number>>
  readonly vanishing: Readonly<Record<string, number>>
  /** Events of both specs, by whether their keys are the same. */
  readonly sameKeys: number
  readonly newKeys: number
  readonly newTimes: number
  readonly values: readonly ValueChange[]
}

export interface ValueChange {
  /** `properties.Title`, `profile.first_name`, `value`. */
  readonly name: string
  readonly change: 'added' | 'removed' | 'type' | 'value'
  readonly count: number
  /** At most three, masked: `text of 12 → number`. */
  readonly examples: readonly string[]
}

/** Sampled dead letters of a fault in the mapping, by what the new spec makes of them. */
export interface DeadLetterSamples {
  readonly sampled: number
  readonly mappable: number
}

export interface Plan extends SpecChanges {
  readonly samples: SampleChanges
}

/** Whether anything changes at the destination. */
export function hasChanges({ metrics, sections, samples }: Plan): boolean {
  return metrics.length > 0 || SECTIONS.some((name) => sections[name].length > 0) || samples.metrics.length > 0
}

export const needsConsent = ({ metrics }: Pick<Plan, 'metrics'>): boolean =>
  metrics.some(({ key }) => key?.needsConsent === true)
