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
  /** Of metrics that the new spec still sends, in the order of `metrics`. */
  readonly losses: readonly MetricLosses[]
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
  /** Events of both specs that have a value by the old one, and by the new one. */
  readonly before: number
  readonly after: number
  /** At most three, masked: `text of 12 → number`. */
  readonly examples: readonly string[]
}

/** What the new spec makes of sampled records, against what the old one sends of them. */
export interface MetricLosses {
  /** By its new name. `Profile`: also as it goes with events. Empty: records that cannot be mapped at all. */
  readonly metric: string
  /** Records of which either spec sends, skips or fails something of the metric. */
  readonly records: number
  /** Those that fail only by the new spec, by what fails; most records first. */
  readonly failing: readonly FailingRecords[]
  /** Those with an event by the old spec. */
  readonly sent: number
  /** Of these, those without an event by the new spec, though nothing fails. Values of lookups must be known. */
  readonly leftOut: number
  /** Why, by the number of records. */
  readonly reasons: Readonly<Record<string, number>>
  /** Properties that the new spec maps, with a value in no record that is sent by both, and how many had one. */
  readonly emptied: readonly { readonly name: string; readonly records: number }[]
}

export interface FailingRecords {
  readonly message: string
  /** `file:line:column` */
  readonly place?: string
  readonly records: number
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
  return (
    metrics.length > 0 ||
    SECTIONS.some((name) => sections[name].length > 0) ||
    samples.metrics.length > 0 ||
    samples.losses.length > 0
  )
}

/** Whether records fail, all are left out, or a property is missing everywhere. Some that are left out may be what is wanted. */
export const isBroken = ({ failing, sent, leftOut, emptied }: MetricLosses): boolean =>
  failing.length + emptied.length > 0 || (leftOut > 0 && leftOut === sent)

export const needsConsent = ({ metrics }: Pick<Plan, 'metrics'>): boolean =>
  metrics.some(({ key }) => key?.needsConsent === true)
