/** Checks for conflicts between the files of a spec, and for settings that none of them uses. */
import type { SpecNames } from '../compile/mapping.ts'
import type { SpecNode } from '../compile/spec-node.ts'
import type { Mapping as MappingDocument } from '../generated/documents.ts'
import type { Mapping } from '../spec.ts'
import { normalizeName } from './files/names.ts'

/** A metric's file, as written and compiled. */
export interface MappingFile {
  readonly document: MappingDocument
  readonly node: SpecNode
  readonly mapping: Mapping
}

export function checkDuplicates(all: readonly MappingFile[]): void {
  // `--only` ignores case, and so do people.
  const metrics = all.map(({ document, node }) => [normalizeName(document.metric), node.at('metric')] as const)
  for (const { node, first } of findRepetitions(metrics)) {
    const message = `${first.file} maps the metric "${node.text().value}" already`
    const path = first.span.file.base?.overlayPath
    const remedy = path === undefined ? 'delete one of the files' : `change that one in ${path}`
    node.error({ code: 'spec/duplicate-metric', message, help: `rename the metric, or ${remedy}` })
  }
  const keys = all.map(({ document, node }) => [document.key[0] ?? '', node.at('key', 0)] as const)
  for (const { node, first } of findRepetitions(keys)) {
    const message = `${first.file} uses the key name "${node.text().value}" already`
    const help = 'events with equal keys count as one: give each metric a key name of its own'
    node.error({ code: 'spec/duplicate-key-name', message, help })
  }
}

/** Of two sets with one name, a metric would include one. */
export function checkDuplicateSets(all: readonly (readonly [name: string, node: SpecNode])[]): void {
  for (const { node, first } of findRepetitions(all)) {
    const message = `${first.file} is a property set of the same name`
    const help = 'rename or delete one of the files: a metric includes a set by the name of its file alone'
    node.error({ code: 'spec/duplicate-property-set', message, help }, node.keySpan)
  }
}

/** A base's file is never the repetition: only the spec's own can be edited. */
function* findRepetitions(all: readonly (readonly [name: string, node: SpecNode])[]) {
  const isOwn = ([, node]: (typeof all)[number]) => Number(!node.isOfBase)
  const known = new Map<string, SpecNode>()
  for (const [name, node] of all.toSorted((a, b) => isOwn(a) - isOwn(b))) {
    const first = known.get(name)
    if (first === undefined) known.set(name, node)
    else yield { node, first }
  }
}

/** Settings without effect. Disabled metrics count as users: they may be enabled again. */
export function checkUnused(
  { lookups, streams, sets }: Pick<SpecNames, 'lookups' | 'streams' | 'sets'>,
  all: readonly MappingFile[],
  ofProfile: {
    readonly resource: string | undefined
    readonly lookups: readonly string[]
    readonly sets: readonly string[] | undefined
  },
  connector: SpecNode,
): void {
  const warn = (kind: string, name: string, node: SpecNode) => {
    if (node.isOfBase) return
    const code = `spec/unused-${kind.replace(' ', '-')}`
    node.warn({ code, message: `unused ${kind} "${name}"`, help: `remove the ${kind}` }, node.keySpan)
  }
  const usedLookups = new Set(['contact', ...ofProfile.lookups, ...all.flatMap(({ mapping }) => mapping.lookups)])
  for (const { mapping } of all) if (mapping.stream?.fetchFull) usedLookups.add(mapping.stream.fetchFull)
  const usedStreams = new Set(all.map(({ mapping }) => mapping.stream?.name))
  // A poll of people updates their profiles.
  for (const { name, resource, poll } of streams.values())
    if (poll !== undefined && resource === ofProfile.resource) usedStreams.add(name)
  for (const { name, preloadFrom } of lookups.values()) if (usedLookups.has(name)) usedStreams.add(preloadFrom)
  for (const name of lookups.keys()) if (!usedLookups.has(name)) warn('lookup', name, connector.at('lookups', name))
  for (const name of streams.keys()) if (!usedStreams.has(name)) warn('stream', name, connector.at('streams', name))
  const usedSets = new Set([...(ofProfile.sets ?? []), ...all.flatMap(({ document }) => document.include ?? [])])
  for (const set of sets.values()) if (!usedSets.has(set.name)) warn('property set', set.name, set.node)
}
