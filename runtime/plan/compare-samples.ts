/** Maps sampled records by both specs, and compares the events: which appear and vanish, and whose key, time or values differ. */

import { listLiterals } from '../mapping/coverage/mask.ts'
import { PROFILE } from '../mapping/map-profile.ts'
import type { PreviewItem } from '../mapping/preview.ts'
import type { Json } from '../ports/types.ts'
import type { LookupSpec, Spec } from '../spec/spec.ts'
import { compareValues, createValueCounts, toValueChanges, type ValueCounts } from './compare-values.ts'
import { isFault, LossCounter, metricOf } from './count-losses.ts'
import { mapSample, type SampleParts } from './map-sample.ts'
import { pairEvents, toSampleEvents } from './pair-events.ts'
import type { MetricSamples, Sample, SampleChanges } from './types.ts'

export interface ComparedSpecs {
  readonly before: Spec
  readonly after: Spec
  /** Former names, by the new ones. */
  readonly renamed: ReadonlyMap<string, string>
}

export async function compareSamples(
  samples: readonly Sample[],
  { before, after, renamed }: ComparedSpecs,
  parts: SampleParts,
): Promise<SampleChanges> {
  const unknownLookups = new Set<string>()
  /** Maps by one of the specs. `unknown`: the values that are not stored, each with the name of its lookup. */
  const map = async (sample: Sample, spec: Spec) => {
    const unknown = new Map<string, string>()
    const findLookup = async (lookup: LookupSpec, key: string): Promise<Json | undefined> => {
      const value = await parts.findLookup(lookup, key)
      if (value !== undefined) return value
      unknownLookups.add(lookup.name)
      unknown.set(JSON.stringify([lookup.name, key]), lookup.name)
      return undefined
    }
    return { items: await mapSample(sample, spec, { ...parts, findLookup }), unknown }
  }
  const presentNames = new Map([...renamed].map(([now, former]) => [former, now]))
  const counts = new SampleCounts({ before, after, renamed })
  const losses = new LossCounter(after)
  const deadLetters = { sampled: 0, mappable: 0 }
  for (const sample of samples) {
    const former = await map(sample, before)
    const old = former.items.map((item) => rename(item, presentNames))
    const { items: present, unknown: missing } = await map(sample, after)
    if (sample.isDead && old.some(isFault)) {
      deadLetters.sampled += 1
      if (!present.some(isFault)) deadLetters.mappable += 1
    }
    counts.add({ sample, old, present })
    const unknown = new Set([...missing].flatMap(([id, name]) => (former.unknown.has(id) ? [] : [name])))
    losses.add({ old, present, unknown, explainNone: (metric) => explainNone(metric, sample, after) })
  }
  return {
    records: samples.length,
    metrics: counts.list(),
    losses: inOrder(losses.list()),
    deadLetters,
    unknownLookups: [...unknownLookups],
  }
}

function rename(item: PreviewItem, names: ReadonlyMap<string, string>): PreviewItem {
  return 'metric' in item ? { ...item, metric: names.get(item.metric) ?? item.metric } : item
}

/** The literals of all properties: what the specs say themselves is no one's data. */
function listSpecTexts(specs: readonly Spec[]): ReadonlySet<string> {
  const properties = specs.flatMap(({ mappings, profile }) => [
    ...mappings.flatMap((mapping) => [...mapping.properties, ...mapping.profileProperties]),
    ...profile.attributes,
    ...profile.properties,
  ])
  return new Set(properties.flatMap(({ expr }) => listLiterals(expr.text)))
}

interface MetricCounts {
  before: number
  after: number
  sameKeys: number
  newKeys: number
  newTimes: number
  readonly appearing: Map<string, number>
  readonly vanishing: Map<string, number>
  readonly values: ValueCounts
}

interface MappedSample {
  readonly sample: Sample
  /** By the old spec, with the new names of metrics. */
  readonly old: readonly PreviewItem[]
  readonly present: readonly PreviewItem[]
}

class SampleCounts {
  readonly #metrics = new Map<string, MetricCounts>()
  readonly #specs: ComparedSpecs
  readonly #specTexts: ReadonlySet<string>

  constructor(specs: ComparedSpecs) {
    this.#specs = specs
    this.#specTexts = listSpecTexts([specs.before, specs.after])
  }

  add({ sample, old, present }: MappedSample): void {
    for (const metric of new Set([...old, ...present].map(metricOf))) {
      const ofMetric = (item: PreviewItem) => metricOf(item) === metric
      this.#addMetric(metric, { sample, old: old.filter(ofMetric), present: present.filter(ofMetric) })
    }
  }

  #addMetric(metric: string, { sample, old, present }: MappedSample): void {
    const { before, after, renamed } = this.#specs
    const counts = this.#countsOf(metric)
    const [oldEvents, newEvents] = [old.flatMap(toSampleEvents), present.flatMap(toSampleEvents)]
    counts.before += oldEvents.length
    counts.after += newEvents.length
    const { pairs, vanishing, appearing } = pairEvents(oldEvents, newEvents)
    const [lost, gained] = [listReasons(present, old), listReasons(old, present)]
    const whyLost = () => explainNone(metric, sample, after)
    const whyNoneBefore = () => explainNone(renamed.get(metric) ?? metric, sample, before)
    for (const [index] of vanishing.entries()) increment(counts.vanishing, lost[index] ?? lost.at(-1) ?? whyLost())
    for (const [index] of appearing.entries())
      increment(counts.appearing, gained[index] ?? gained.at(-1) ?? whyNoneBefore())
    for (const [one, other] of pairs) {
      counts[one.key === other.key ? 'sameKeys' : 'newKeys'] += 1
      if (one.time !== other.time) counts.newTimes += 1
      compareValues(one.values, other.values, counts.values, this.#specTexts)
    }
  }

  /** All metrics with a difference, in their order. */
  list(): readonly MetricSamples[] {
    const rows = [...this.#metrics].map(([metric, { appearing, vanishing, values, ...counts }]) => ({
      metric,
      ...counts,
      appearing: Object.fromEntries(appearing),
      vanishing: Object.fromEntries(vanishing),
      values: toValueChanges(values),
    }))
    return inOrder(rows)
  }

  #countsOf(metric: string): MetricCounts {
    const known = this.#metrics.get(metric)
    if (known !== undefined) return known
    const maps = { appearing: new Map(), vanishing: new Map(), values: createValueCounts() }
    const counts = { before: 0, after: 0, sameKeys: 0, newKeys: 0, newTimes: 0, ...maps }
    this.#metrics.set(metric, counts)
    return counts
  }
}

/** By the names of the metrics, the profile last. */
const inOrder = <T extends { readonly metric: string }>(rows: readonly T[]): readonly T[] =>
  [...rows].sort(
    (a, b) => Number(a.metric === PROFILE) - Number(b.metric === PROFILE) || (a.metric < b.metric ? -1 : 1),
  )

/** Whether any event of the metric differs. */
export function differs({ appearing, vanishing, newKeys, newTimes, values }: MetricSamples): boolean {
  const isEmpty = (counts: Readonly<Record<string, number>>) => Object.keys(counts).length === 0
  return !isEmpty(appearing) || !isEmpty(vanishing) || newKeys + newTimes + values.length > 0
}

/** Why items send nothing, in order, without the reasons that the other spec has, too. */
function listReasons(items: readonly PreviewItem[], others: readonly PreviewItem[]): readonly string[] {
  const known = others.flatMap(reasonOf)
  return items.flatMap(reasonOf).filter((reason) => {
    const at = known.indexOf(reason)
    if (at >= 0) known.splice(at, 1)
    return at < 0
  })
}

function reasonOf(item: PreviewItem): readonly string[] {
  if ('skipped' in item) return [`skipped: ${item.skipped}`]
  if ('fault' in item) return [`fails${item.place === undefined ? '' : ` at ${item.place}`}: ${item.fault}`]
  return []
}

/** Why a spec gives no occurrence of a metric. */
function explainNone(metric: string, { topic, stream }: Sample, { mappings, profile }: Spec): string {
  const mapping = metric === PROFILE ? profile : mappings.find((one) => one.metric === metric)
  if (mapping === undefined) return 'no such metric'
  if (topic !== undefined && !mapping.topics.has(topic)) return `does not take ${topic}`
  const ownStream = 'stream' in mapping ? mapping.stream?.name : undefined
  return topic === undefined && ownStream !== stream ? 'has no history' : 'its conditions give no occurrence'
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
