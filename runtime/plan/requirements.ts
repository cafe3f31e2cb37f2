/** What a spec needs outside of its files: subscribed topics, permissions, and which metrics have a history. */
import type { AuthSpec } from '../spec/auth-spec.ts'
import type { Mapping, Spec } from '../spec/spec.ts'

export interface Requirements {
  /** To subscribe to at the source, each with the metrics that it brings, and whether the shipped spec does without it. */
  readonly topics: readonly { readonly topic: string; readonly metrics: readonly string[]; readonly isNew: boolean }[]
  readonly permissions: { readonly source: readonly string[]; readonly destination: readonly string[] }
  readonly withHistory: readonly string[]
  readonly withoutHistory: readonly string[]
}

const PROFILE = 'profile updates'

/** `shipped`: the spec of the package, to which an app is subscribed by its guide. */
export function findRequirements(spec: Spec, shipped?: Spec): Requirements {
  const known = shipped && new Set(topicsOf(shipped).keys())
  const names = (mappings: readonly Mapping[]) => mappings.map(({ metric }) => metric)
  return {
    topics: [...topicsOf(spec)].map(([topic, metrics]) => ({
      topic,
      metrics,
      isNew: known !== undefined && !known.has(topic),
    })),
    permissions: { source: permissionsOf(spec.source), destination: permissionsOf(spec.destination) },
    withHistory: names(spec.mappings.filter(({ stream }) => stream !== undefined)),
    withoutHistory: names(spec.mappings.filter(({ stream }) => stream === undefined)),
  }
}

const permissionsOf = ({ permissions }: AuthSpec): readonly string[] => Object.keys(permissions)

function topicsOf({ mappings, profile }: Spec): ReadonlyMap<string, readonly string[]> {
  const topics = new Map<string, readonly string[]>()
  const add = (topic: string, what: string) => topics.set(topic, [...(topics.get(topic) ?? []), what])
  for (const mapping of mappings) for (const topic of mapping.topics) add(topic, mapping.metric)
  for (const topic of profile.topics) add(topic, PROFILE)
  return topics
}
