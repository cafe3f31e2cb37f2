/** Checks for conflicts between the files of a spec, and for settings that none of them uses. */
import type { SpecNames } from '../compile/mapping.ts'
import type { SpecNode } from '../compile/spec-node.ts'
import type { Mapping as MappingDocument } from '../generated/documents.ts'
import type { Mapping } from '../spec.ts'

/** A metric's file, as written and compiled. */
export interface MappingFile {
  readonly document: MappingDocument
  readonly node: SpecNode
  readonly mapping: Mapping
}

export function checkDuplicates(all: readonly MappingFile[]): void {
  const metrics = new Map<string, string>()
  const keys = new Map<string, string>()
  for (const { document, node } of all) {
    const key = document.key[0] ?? ''
    // `--only` ignores case, and so do people.
    const metric = document.metric.toLowerCase()
    const [metricFile, keyFile] = [metrics.get(metric), keys.get(key)]
    if (metricFile !== undefined) {
      const message = `${metricFile} maps the metric "${document.metric}" already`
      const help = 'rename the metric, or delete one of the files'
      node.at('metric').error({ code: 'spec/duplicate-metric', message, help })
    }
    if (keyFile !== undefined) {
      const message = `${keyFile} uses the key name "${key}" already`
      const help = 'events with equal keys count as one: give each metric a key name of its own'
      node.at('key', 0).error({ code: 'spec/duplicate-key-name', message, help })
    }
    metrics.set(metric, metricFile ?? node.file)
    keys.set(key, keyFile ?? node.file)
  }
}

/** Settings without effect. Disabled metrics count as users: they may be enabled again. */
export function checkUnused(
  { lookups, streams, sets }: Pick<SpecNames, 'lookups' | 'streams' | 'sets'>,
  all: readonly MappingFile[],
  profileLookups: readonly string[],
  connector: SpecNode,
): void {
  const warn = (kind: string, name: string, node: SpecNode) => {
    const code = `spec/unused-${kind.replace(' ', '-')}`
    node.warn({ code, message: `unused ${kind} "${name}"`, help: `remove the ${kind}` }, node.keySpan)
  }
  const usedLookups = new Set(['contact', ...profileLookups, ...all.flatMap(({ mapping }) => mapping.lookups)])
  for (const { mapping } of all) if (mapping.stream?.fetchFull) usedLookups.add(mapping.stream.fetchFull)
  const usedStreams = new Set(all.map(({ mapping }) => mapping.stream?.name))
  for (const { name, preloadFrom } of lookups.values()) if (usedLookups.has(name)) usedStreams.add(preloadFrom)
  for (const name of lookups.keys()) if (!usedLookups.has(name)) warn('lookup', name, connector.at('lookups', name))
  for (const name of streams.keys()) if (!usedStreams.has(name)) warn('stream', name, connector.at('streams', name))
  const usedSets = new Set(all.flatMap(({ document }) => document.include ?? []))
  for (const set of sets.values()) if (!usedSets.has(set.name)) warn('property set', set.name, set.node)
}
