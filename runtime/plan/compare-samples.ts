/** Maps sampled records by both specs, and compares the events: which appear and vanish, and whose key, time or values differ. */
import { isObject } from '../lib/json.ts'
import { PROFILE } from '../mapping/map-profile.ts'
import type { PreviewItem } from '../mapping/preview.ts'
import type { Json } from '../ports/types.ts'
import type { LookupSpec, Spec } from '../spec/spec.ts'
import { compareValues, toValueChanges, type ValueCounts } from './compare-values.ts'
import { mapSample, type SampleParts } from './map-sample.ts'
import { listLiterals } from './mask.ts'
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
  const findLookup = async (lookup: LookupSpec, key: string): Promise<Json | undefined> => {
    const value = await parts.findLookup(lookup, key)
    if (value === undefined) unknownLookups.add(lookup.name)
    return value
  }
  const presentNames = new Map([...renamed].map(([now, former]) => [former, now]))
  const counts = new SampleCounts(listSpecTexts([before, after]))
  const deadLetters = { sampled: 0, mappable: 0 }
  for (const sample of samples) {
    const old = (await mapSample(sample, before, { ...parts, findLookup })).map((item) => rename(item, presentNames))
    const present = await mapSample(sample, after, { ...parts, findLookup })
    if (sample.isDead && old.some(isFault)) {
      deadLetters.sampled += 1
      if (!present.some(isFault)) deadLetters.mappable += 1
    }
    counts.add(old, present)
  }
  return { records: samples.length, metrics: counts.list(), deadLetters, unknownLookups: [...unknownLookups] }
}

function rename(item: PreviewItem, names: ReadonlyMap<string, string>): PreviewItem {
  return 'metric' in item ? { ...item, metric: names.get(item.metric) ?? item.metric } : item
}

const isFault = (item: PreviewItem) => 'fault' in item

/** The literals of all properties: what the specs say themselves is no one's data. */
function listSpecTexts(specs: readonly Spec[]): ReadonlySet<string> {
  const properties = specs.flatMap(({ mappings, profile }) => [
    ...mappings.flatMap((mapping) => [...mapping.properties, ...mapping.profileProperties]),
    ...profile.attributes,
    ...profile.properties,
  ])
  return new Set(properties.flatMap(({ expr }) => listLiterals(expr.text)))
}

type PreviewEvent = Extract<PreviewItem, { readonly key: string }>

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

class SampleCounts {
  readonly #metrics = new Map<string, MetricCounts>()
  readonly #specTexts: ReadonlySet<string>

  constructor(specTexts: ReadonlySet<string>) {
    this.#specTexts = specTexts
  }

  /** The items of one record. */
  add(before: readonly PreviewItem[], after: readonly PreviewItem[]): void {
    for (const metric of new Set([...before, ...after].map(metricOf))) {
      const ofMetric = (item: PreviewItem) => metricOf(item) === metric
      if (metric === PROFILE) this.#addProfile(before.filter(ofMetric), after.filter(ofMetric))
      else this.#addMetric(metric, before.filter(ofMetric), after.filter(ofMetric))
    }
  }

  #addMetric(metric: string, before: readonly PreviewItem[], after: readonly PreviewItem[]): void {
    const counts = this.#countsOf(metric)
    const [old, present] = [before.filter(isEvent), after.filter(isEvent)]
    counts.before += old.length
    counts.after += present.length
    const { pairs, vanishing, appearing } = pairEvents(old, present)
    for (const _ of vanishing) increment(counts.vanishing, reasonIn(after))
    for (const _ of appearing) increment(counts.appearing, reasonIn(before))
    for (const [one, other] of pairs) {
      counts[one.key === other.key ? 'sameKeys' : 'newKeys'] += 1
      if (one.time !== other.time) counts.newTimes += 1
      compareValues(valuesOf(one), valuesOf(other), counts.values, this.#specTexts)
    }
  }

  #addProfile(before: readonly PreviewItem[], after: readonly PreviewItem[]): void {
    const counts = this.#countsOf(PROFILE)
    const [old] = before.filter(isProfile)
    const [present] = after.filter(isProfile)
    if (old !== undefined) counts.before += 1
    if (present !== undefined) counts.after += 1
    if (old === undefined && present !== undefined) increment(counts.appearing, reasonIn(before))
    if (old !== undefined && present === undefined) increment(counts.vanishing, reasonIn(after))
    if (old !== undefined && present !== undefined)
      compareValues(prefix('profile', old.profile), prefix('profile', present.profile), counts.values, this.#specTexts)
  }

  /** All metrics with a difference, in the order of their names, the profile last. */
  list(): readonly MetricSamples[] {
    const rows = [...this.#metrics].map(([metric, { appearing, vanishing, values, ...counts }]) => ({
      metric,
      ...counts,
      appearing: Object.fromEntries(appearing),
      vanishing: Object.fromEntries(vanishing),
      values: toValueChanges(values),
    }))
    const byName = (a: MetricSamples, b: MetricSamples) =>
      Number(a.metric === PROFILE) - Number(b.metric === PROFILE) || (a.metric < b.metric ? -1 : 1)
    return rows.sort(byName)
  }

  #countsOf(metric: string): MetricCounts {
    const known = this.#metrics.get(metric)
    if (known !== undefined) return known
    const maps = { appearing: new Map(), vanishing: new Map(), values: new Map() }
    const counts = { before: 0, after: 0, sameKeys: 0, newKeys: 0, newTimes: 0, ...maps }
    this.#metrics.set(metric, counts)
    return counts
  }
}

/** Whether any event of the metric differs. */
export function differs({ appearing, vanishing, newKeys, newTimes, values }: MetricSamples): boolean {
  const isEmpty = (counts: Readonly<Record<string, number>>) => Object.keys(counts).length === 0
  return !isEmpty(appearing) || !isEmpty(vanishing) || newKeys + newTimes + values.length > 0
}

const metricOf = (item: PreviewItem) => ('metric' in item ? item.metric : PROFILE)

const isEvent = (item: PreviewItem): item is PreviewEvent => 'key' in item

const isProfile = (item: PreviewItem): item is Extract<PreviewItem, { readonly profile: unknown }> =>
  'profile' in item && !('metric' in item)

/** By key; what is left by time; and what is left then in order, if each has a counterpart. */
function pairEvents(before: readonly PreviewEvent[], after: readonly PreviewEvent[]) {
  const pairs: [PreviewEvent, PreviewEvent][] = []
  let [vanishing, appearing] = [[...before], [...after]]
  const pairBy = (isSame: (one: PreviewEvent, other: PreviewEvent) => boolean) => {
    vanishing = vanishing.filter((one) => {
      const other = appearing.find((each) => isSame(one, each))
      if (other === undefined) return true
      appearing = appearing.filter((each) => each !== other)
      pairs.push([one, other])
      return false
    })
  }
  pairBy((one, other) => one.key === other.key)
  pairBy((one, other) => one.time === other.time)
  if (vanishing.length === appearing.length) pairBy(() => true)
  return { pairs, vanishing, appearing }
}

/** Why a metric has no event, or none of another occurrence. */
function reasonIn(items: readonly PreviewItem[]): string {
  for (const item of items) {
    if ('skipped' in item) return `skipped: ${item.skipped}`
    if ('fault' in item) return `fails${item.place === undefined ? '' : ` at ${item.place}`}: ${item.fault}`
  }
  return 'no occurrence'
}

function valuesOf({ properties, profile, value, currency }: PreviewEvent): ReadonlyMap<string, Json | undefined> {
  return new Map([
    ...prefix('properties', properties),
    ...prefix('profile', profile),
    ['value', value] as const,
    ['currency', currency] as const,
  ])
}

const prefix = (path: string, members: Json): ReadonlyMap<string, Json | undefined> =>
  new Map(isObject(members) ? Object.entries(members).map(([name, value]) => [`${path}.${name}`, value]) : [])

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
