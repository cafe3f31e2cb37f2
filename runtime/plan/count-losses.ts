/** Counts what a changed spec no longer sends of sampled records: those that fail or are left out, and properties without a value. */
import { isObject } from '../lib/json.ts'
import { kindOf } from '../mapping/coverage/mask.ts'
import { listWorth } from '../mapping/explain/explain-mapping.ts'
import { PROFILE } from '../mapping/map-profile.ts'
import type { PreviewItem } from '../mapping/preview.ts'
import type { Json } from '../ports/types.ts'
import { collectLookups } from '../spec/compile/lookups.ts'
import type { Mapping, ProfileMapping, Property, Spec } from '../spec/spec.ts'
import type { FailingRecords, MetricLosses } from './types.ts'

export interface MappedSample {
  /** By the old spec, with the new names of metrics. */
  readonly old: readonly PreviewItem[]
  readonly present: readonly PreviewItem[]
  /** Lookups of which only the new spec needs values that are not stored: what depends on them is not judged. */
  readonly unknown: ReadonlySet<string>
  /** Why the new spec gives no occurrence of a metric. */
  readonly explainNone: (metric: string) => string
}

export const metricOf = (item: PreviewItem): string => ('metric' in item ? item.metric : PROFILE)

export const isFault = (item: PreviewItem): item is Extract<PreviewItem, { readonly fault: string }> => 'fault' in item

const isSent = (item: PreviewItem): boolean => 'profile' in item

interface LossCounts {
  records: number
  sent: number
  leftOut: number
  readonly failing: Map<string, FailingRecords>
  readonly reasons: Map<string, number>
  /** By name. */
  readonly properties: Map<string, { before: number; after: number }>
}

interface SentValue extends Pick<Property, 'expr' | 'isSpread'> {
  /** As in the entries of a spec: `properties.Title`. */
  readonly name: string
  readonly read: (item: SentItem) => Json | undefined
}

type SentItem = Readonly<Record<string, Json | undefined>>

export class LossCounter {
  readonly #metrics = new Map<string, LossCounts>()
  readonly #spec: Spec

  /** `spec`: the new one. */
  constructor(spec: Spec) {
    this.#spec = spec
  }

  add(sample: MappedSample): void {
    const isWhole = sample.present.some((item) => isFault(item) && item.metric === '')
    for (const metric of new Set([...sample.old, ...sample.present].map(metricOf))) {
      const mapping = this.#mappingOf(metric)
      // A metric that is turned off or removed loses nothing by mistake.
      if (mapping === undefined && metric !== '') continue
      const ofMetric = (item: PreviewItem) => metricOf(item) === metric
      const own = { ...sample, old: sample.old.filter(ofMetric), present: sample.present.filter(ofMetric) }
      const counts = this.#countsOf(metric)
      counts.records += 1
      countFailures(own, counts)
      if (mapping === undefined || !own.old.some(isSent)) continue
      counts.sent += 1
      if (own.present.some(isSent)) this.#countValues(own, mapping)
      else if (!isWhole && !own.present.some(isFault) && !isUnknown(mapping.lookups, sample))
        countLeftOut(metric, own, counts)
    }
  }

  list(): readonly MetricLosses[] {
    return [...this.#metrics].flatMap(([metric, { failing, reasons, properties, ...counts }]): MetricLosses[] => {
      const emptied = [...properties].flatMap(([name, { before, after }]) =>
        before > 0 && after === 0 ? [{ name, records: before }] : [],
      )
      if (failing.size + counts.leftOut + emptied.length === 0) return []
      const byRecords = [...failing.values()].sort((a, b) => b.records - a.records)
      return [{ metric, ...counts, failing: byRecords, reasons: Object.fromEntries(reasons), emptied }]
    })
  }

  /** Those of the profile, too, which goes with each event. */
  #countValues(sample: MappedSample, mapping: Mapping | ProfileMapping): void {
    if ('metric' in mapping) this.#countPresent(sample, valuesOf(mapping), mapping.metric)
    this.#countPresent(sample, profileValues(this.#spec.profile), PROFILE)
  }

  #countPresent({ old, present, unknown }: MappedSample, values: readonly SentValue[], metric: string): void {
    const counts = this.#countsOf(metric)
    for (const { name, expr, isSpread, read } of values) {
      if (isSpread || isUnknown(collectLookups([expr], this.#spec.lookups), { unknown })) continue
      const isPresent = (item: PreviewItem) => isSent(item) && kindOf(read(item)) !== 'nothing'
      const count = counts.properties.get(name) ?? { before: 0, after: 0 }
      counts.properties.set(name, count)
      count.before += Number(old.some(isPresent))
      count.after += Number(present.some(isPresent))
    }
  }

  #mappingOf(metric: string): Mapping | ProfileMapping | undefined {
    return metric === PROFILE ? this.#spec.profile : this.#spec.mappings.find((one) => one.metric === metric)
  }

  #countsOf(metric: string): LossCounts {
    const known = this.#metrics.get(metric)
    if (known !== undefined) return known
    const maps = { failing: new Map(), reasons: new Map(), properties: new Map() }
    const counts = { records: 0, sent: 0, leftOut: 0, ...maps }
    this.#metrics.set(metric, counts)
    return counts
  }
}

const isUnknown = (lookups: readonly string[], { unknown }: Pick<MappedSample, 'unknown'>): boolean =>
  lookups.some((name) => unknown.has(name))

/** A record that failed before is no loss. */
function countFailures({ old, present }: MappedSample, { failing }: LossCounts): void {
  const fault = present.find(isFault)
  if (fault === undefined || old.some(isFault)) return
  const { fault: message, place } = fault
  const id = place ?? message
  const records = (failing.get(id)?.records ?? 0) + 1
  failing.set(id, { message, ...failing.get(id), ...(place !== undefined && { place }), records })
}

function countLeftOut(metric: string, { present, explainNone }: MappedSample, counts: LossCounts): void {
  const skipped = present.flatMap((item) => ('skipped' in item ? [`skipped: ${item.skipped}`] : []))
  const reason = skipped[0] ?? explainNone(metric)
  counts.leftOut += 1
  counts.reasons.set(reason, (counts.reasons.get(reason) ?? 0) + 1)
}

const member = (value: Json | undefined, name: string): Json | undefined => (isObject(value) ? value[name] : undefined)

function valuesOf({ properties, profileProperties, ...mapping }: Mapping): readonly SentValue[] {
  return [
    ...properties.map((one) => ({
      ...one,
      name: `properties.${one.name}`,
      read: (item: SentItem) => member(item.properties, one.name),
    })),
    ...listWorth(mapping).map((one) => ({ ...one, read: (item: SentItem) => item[one.name] })),
    ...profileProperties.map((one) => ({ ...one, name: `profile.${one.name}`, read: profileReader(one) })),
  ]
}

/** A dotted name of an attribute nests. */
const profileValues = ({ attributes, properties }: ProfileMapping): readonly SentValue[] => [
  ...attributes.map((one) => ({
    ...one,
    name: `attributes.${one.name}`,
    read: (item: SentItem) => one.name.split('.').reduce(member, item.profile),
  })),
  ...properties.map((one) => ({ ...one, name: `properties.${one.name}`, read: profileReader(one) })),
]

const profileReader =
  ({ name }: Property) =>
  (item: SentItem): Json | undefined =>
    member(member(item.profile, 'properties'), name)
