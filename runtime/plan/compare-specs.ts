/** Compares two specs part by part: what the second one adds, removes and changes at the destination. */
import { capitalize, formatInterval } from '../lib/format.ts'
import { findRenamed } from '../running-spec/compare-specs.ts'
import { keyTexts } from '../running-spec/key-texts.ts'
import type { LookupSpec, Mapping, Spec } from '../spec/spec.ts'
import {
  compareEntries,
  type Entries,
  listLookupEntries,
  listMappingEntries,
  listPeopleEntries,
  listProfileEntries,
  listSettingEntries,
} from './entries.ts'
import { compareRecipes } from './recipes.ts'
import { findRequirements } from './requirements.ts'
import type { Change, MetricPlan, SpecChanges } from './types.ts'

/** Keys are not judged: see `judgeKeys`. */
export function compareSpecs(before: Spec, after: Spec): SpecChanges {
  const metrics = compareMetrics(before, after)
  const profile = compareEntries(listProfileEntries(before.profile), listProfileEntries(after.profile))
  const settings = compareEntries(listSettingEntries(before), listSettingEntries(after))
  return {
    metrics,
    sections: {
      profile: profile.map((change) => withEffect(change, effectOnProfiles(change, after) ?? costOf(change, after))),
      people: compareEntries(listPeopleEntries(before), listPeopleEntries(after)),
      lookups: compareLookups(before, after),
      ...compareRequirements(before, after),
      recipes: compareRecipes(before, after, metrics),
      settings: settings.map((change) => withEffect(change, effectOfSetting(change, after))),
    },
  }
}

const NONE: Entries = new Map()

function compareMetrics(before: Spec, after: Spec): readonly MetricPlan[] {
  const [former, disabled] = [byMetric(before.mappings), byMetric(before.disabledMappings)]
  const renamed = new Map(findRenamed(toKeys(before), after).map((one) => [one.metric, one.before]))
  const plans = after.mappings.flatMap((mapping): readonly MetricPlan[] => {
    const { metric } = mapping
    const formerName = renamed.get(metric)
    const old = former.get(formerName ?? metric) ?? disabled.get(metric)
    const entries = old === undefined ? NONE : listMappingEntries(old)
    const changes = compareEntries(entries, listMappingEntries(mapping)).map((change) =>
      withEffect(change, effectOnHistory(change) ?? costOf(change, after)),
    )
    if (formerName !== undefined) return [{ metric, change: 'renamed', formerName, changes }]
    if (old === undefined) return [{ metric, change: 'added', changes }]
    if (!former.has(metric)) return [{ metric, change: 'enabled', changes }]
    return changes.length === 0 ? [] : [{ metric, change: 'changed', changes }]
  })
  return [...plans, ...listRemoved(before, after, new Set(renamed.values()))]
}

function listRemoved(before: Spec, after: Spec, renamed: ReadonlySet<string>): readonly MetricPlan[] {
  const [present, disabled] = [byMetric(after.mappings), byMetric(after.disabledMappings)]
  return before.mappings.flatMap((mapping): readonly MetricPlan[] => {
    const { metric } = mapping
    if (present.has(metric) || renamed.has(metric)) return []
    const changes = compareEntries(listMappingEntries(mapping), NONE)
    return [{ metric, change: disabled.has(metric) ? 'disabled' : 'removed', changes }]
  })
}

const byMetric = (mappings: readonly Mapping[]) => new Map(mappings.map((mapping) => [mapping.metric, mapping]))

export const toKeys = ({ mappings }: Spec) => ({
  keys: Object.fromEntries(mappings.map((mapping) => [mapping.metric, keyTexts(mapping)])),
})

function compareLookups(before: Spec, after: Spec): readonly Change[] {
  const [former, present] = [listLookupEntries(before), listLookupEntries(after)]
  return [...new Set([...present.keys(), ...former.keys()])].flatMap((name): readonly Change[] => {
    const lookup = after.lookups.get(name)
    if (lookup === undefined) return [{ change: 'removed', name }]
    if (!former.has(name)) return [{ change: 'added', name, effect: describeCost(lookup) }]
    return compareEntries(former.get(name) ?? NONE, present.get(name) ?? NONE, `${name}.`)
  })
}

function compareRequirements(before: Spec, after: Spec): Pick<SpecChanges['sections'], 'topics' | 'permissions'> {
  const topicsOf = (spec: Spec) => new Map(findRequirements(spec).topics.map(({ topic }) => [topic, '']))
  const topics = compareEntries(topicsOf(before), topicsOf(after)).map(({ after: _, before: __, ...change }) => {
    const source = capitalize(after.source.name)
    return withEffect(change, change.change === 'added' ? `subscribe to it in ${source}` : `no longer needed`)
  })
  const sides = ['source', 'destination'] as const
  const permissions = sides.flatMap((side) =>
    compareEntries(toEntries(before[side].permissions), toEntries(after[side].permissions)).map(({ change, name }) => {
      const vendor = capitalize(after[side].name)
      const effect = change === 'added' ? `grant it in ${vendor}` : `no longer needed in ${vendor}`
      return { change, name, effect }
    }),
  )
  return { topics, permissions: permissions.filter(({ change }) => change !== 'changed') }
}

const toEntries = (record: Readonly<Record<string, string>>): Entries => new Map(Object.entries(record))

const withEffect = (change: Change, effect: string | undefined): Change =>
  effect === undefined ? change : { ...change, effect }

function effectOnHistory({ change, name }: Change): string | undefined {
  if (name !== 'from.stream' || change === 'changed') return undefined
  return change === 'added' ? 'an import can bring its history' : 'an import no longer brings its history'
}

function effectOnProfiles({ change, name }: Change, { destination }: Spec): string | undefined {
  if (!/^(attributes|properties)\./.test(name)) return undefined
  if (change === 'removed') return `profiles in ${capitalize(destination.name)} keep the value that they have`
  return `overwrites the value that profiles in ${capitalize(destination.name)} have`
}

function effectOfSetting({ name }: Change, { destination }: Spec): string | undefined {
  if (name !== 'destination.metricPrefix') return undefined
  return `every metric is a new one in ${capitalize(destination.name)}, without the events of the old one`
}

/** The requests that a change of a mapping adds. */
function costOf({ change, name, after: to }: Change, { lookups }: Spec): string | undefined {
  if (change !== 'added') return undefined
  if (name === 'from.fetchFull') return 'one request more for each record of an import'
  const lookup = lookups.get(name.startsWith('lookup ') ? name.slice('lookup '.length) : '')
  return lookup === undefined || to === undefined ? undefined : describeCost(lookup)
}

function describeCost({ list, batch, ttl }: LookupSpec): string {
  if (list !== undefined) return `one request for the whole list every ${formatInterval(ttl)}`
  const one = `one request more for each that is not cached (for ${formatInterval(ttl)})`
  return batch === undefined ? one : `${one}; in an import, one for each ${batch.size}`
}
