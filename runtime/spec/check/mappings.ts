/** What only shows when all files are seen together: things said twice, and things nobody uses. */

import type { Context } from '../compile/context.ts'
import type { CompiledSet } from '../compile/properties.ts'
import type { Mapping as Document } from '../generated/documents.ts'
import type { ProfileMapping } from '../profile-mapping.ts'
import type { Mapping, Spec } from '../spec.ts'
import type { YamlFile } from '../yaml.ts'

/** A metric's file and what became of it. */
export interface Compiled {
  readonly document: Document
  readonly yaml: YamlFile
  readonly mapping: Mapping
}

export function checkDuplicates(all: readonly Compiled[], context: Context): void {
  const metrics = new Map<string, string>()
  const keys = new Map<string, string>()
  for (const { document, yaml } of all) {
    const key = document.key[0] ?? ''
    // `--only` takes a metric's name in any case, and so do people.
    const metric = document.metric.toLowerCase()
    const [metricOf, keyOf] = [metrics.get(metric), keys.get(key)]
    if (metricOf !== undefined) {
      const message = `the metric "${document.metric}" is mapped in ${metricOf} already`
      const help = 'give it another name, or remove one of the files'
      context.error(yaml, yaml.span(['metric']), { code: 'spec/duplicate-metric', message, help })
    }
    if (keyOf !== undefined) {
      const message = `the key name "${key}" is used in ${keyOf} already`
      const help = 'events with equal keys are taken for one and the same: give each metric a name of its own'
      context.error(yaml, yaml.span(['key', 0]), { code: 'spec/duplicate-key-name', message, help })
    }
    metrics.set(metric, metricOf ?? yaml.file.path)
    keys.set(key, keyOf ?? yaml.file.path)
  }
}

/** Settings without effect. Metrics that are switched off count as users: they may be switched on again. */
export function checkUnused(
  spec: Pick<Spec, 'streams' | 'lookups' | 'resources'>,
  all: readonly Compiled[],
  profile: ProfileMapping,
  sets: ReadonlyMap<string, CompiledSet>,
  yaml: YamlFile,
  context: Context,
): void {
  const lookups = new Set(['contact', ...profile.lookups, ...all.flatMap(({ mapping }) => mapping.lookups)])
  for (const { mapping } of all) if (mapping.stream?.fetchFull) lookups.add(mapping.stream.fetchFull)
  const streams = new Set(all.map(({ mapping }) => mapping.stream?.name))
  for (const { name, preloadFrom } of spec.lookups.values()) if (lookups.has(name)) streams.add(preloadFrom)
  const warn = (what: string, name: string, file: YamlFile, path: readonly string[]) =>
    context.warn(file, file.keySpan(path), {
      code: `spec/unused-${what.replace(' ', '-')}`,
      message: `no one uses the ${what} "${name}"`,
    })
  for (const name of spec.lookups.keys()) if (!lookups.has(name)) warn('lookup', name, yaml, ['lookups', name])
  for (const name of spec.streams.keys()) if (!streams.has(name)) warn('stream', name, yaml, ['streams', name])
  const used = new Set(all.flatMap(({ document }) => document.include ?? []))
  for (const set of sets.values()) if (!used.has(set.name)) warn('property set', set.name, set.yaml, [])
}
