/** One metric's file, checked against its schema, to a `Mapping`. */

import type { Mapping as Document } from '../generated/documents.ts'
import type { LookupSpec, Mapping, MappingStream, ResourceSpec, StreamSpec } from '../spec.ts'
import type { YamlFile } from '../yaml.ts'
import type { Context, Scope } from './context.ts'
import { compileKey } from './key.ts'
import { neededLookups } from './lookups.ts'
import { type CompiledSet, compileProperties, compileSkip } from './properties.ts'
import { checkStream, checkTopics, resolveName } from './resolve-name.ts'

/** What the mappings may name. */
export interface Known {
  readonly resources: ReadonlyMap<string, ResourceSpec>
  readonly streams: ReadonlyMap<string, StreamSpec>
  readonly lookups: ReadonlyMap<string, LookupSpec>
  readonly sets: ReadonlyMap<string, CompiledSet>
  /** Names of sets whose files have mistakes. */
  readonly brokenSets: ReadonlySet<string>
  /** Lookups the profile needs; its attributes go with every event. */
  readonly profileLookups: readonly string[]
}

const stable = 'the same record must give the same event by every road and at any time: use times of the record'

/** The part it is about, where there are parts, and how its record came. */
const asReceived = (part: boolean): readonly string[] => [...(part ? ['part'] : []), 'notification', 'workspace']

/** What a mapping's expressions see: one occurrence, how its record came, and what was fetched for it. */
export const mappingScope = (lookups: ReadonlyMap<string, LookupSpec>, part = true): Scope => ({
  variables: [...asReceived(part), ...boundLookups(lookups)],
  stable,
})

/** Lookups that are bound as variables: those with a key of their own, and the contact. */
const boundLookups = (lookups: ReadonlyMap<string, LookupSpec>): readonly string[] =>
  [...lookups.values()].filter(({ name, key }) => key !== undefined || name === 'contact').map(({ name }) => name)

export function compileMapping(document: Document, yaml: YamlFile, names: Known, context: Context): Mapping {
  const { metric, summary, resource, from, each, when } = document
  checkFrom(document, yaml, names, context)
  const sets = useSets(document.include, names, yaml, context)
  const of = context.fields.shapes.get(resource)
  const parts =
    each === undefined ? undefined : context.read(yaml, ['each'], { variables: ['notification'], stable, of })
  const shapes = { of, part: parts?.gives }
  const isPart = each !== undefined
  const scope = { ...mappingScope(names.lookups, isPart), ...shapes }
  // Asked before anything is fetched, so no lookup is bound yet. A rule that needs one is a `skip`.
  const early = { variables: asReceived(isPart), stable, ...shapes }
  const mapping: Omit<Mapping, 'lookups'> = {
    metric,
    summary,
    file: yaml.file.path,
    resource,
    topics: new Set(from.webhook?.topics ?? []),
    occurrences: from.webhook?.occurrences ?? 'all',
    ...(from.stream === undefined ? {} : { stream: compileStream(from.stream) }),
    ...(parts === undefined ? {} : { each: parts.expression }),
    ...(when === undefined ? {} : { when: context.expression(yaml, ['when'], early) }),
    key: compileKey(document, shapes, yaml, context),
    time: context.expression(yaml, ['time'], early),
    contact: context.expression(yaml, ['contact'], early),
    skip: compileSkip(document.skip, sets, scope, yaml, context),
    properties: compileProperties(document.properties, ['properties'], sets, scope, yaml, context),
  }
  return {
    ...mapping,
    lookups: neededLookups(expressions(mapping), names.lookups, ['contact', ...names.profileLookups]),
  }
}

function expressions({ each, when, key, time, contact, skip, properties }: Omit<Mapping, 'lookups'>) {
  const rules = [...skip.map((rule) => rule.when), ...properties.map(({ expr }) => expr)]
  return [...[each, when].filter((each) => each !== undefined), ...key, time, contact, ...rules]
}

function checkFrom({ resource, from, each }: Document, yaml: YamlFile, names: Known, context: Context): void {
  if (each === undefined && from.webhook?.occurrences !== undefined) {
    const message = '"occurrences" chooses among the parts that "each" finds, and there is no "each"'
    context.warn(yaml, yaml.keySpan(['from', 'webhook', 'occurrences']), { code: 'spec/unused-occurrences', message })
  }
  if (each !== undefined && from.webhook !== undefined && from.webhook.occurrences === undefined) {
    const message = 'each webhook would bring every matching part again, not only its newest'
    const help = 'write occurrences: latest, or occurrences: all to count every one of them'
    context.warn(yaml, yaml.keySpan(['from', 'webhook']), { code: 'spec/no-occurrences', message, help })
  }
  const found = resolveName('resource', resource, names.resources, ['resource'], yaml, context)
  if (found === undefined) return
  const path = ['from', 'webhook', 'topics']
  checkTopics(from.webhook?.topics ?? [], found, names.resources, path, yaml, context)
  if (from.stream === undefined) return
  const { name, fetchFull } = compileStream(from.stream)
  const isName = typeof from.stream === 'string'
  checkStream(name, resource, names.streams, isName ? ['from', 'stream'] : ['from', 'stream', 'name'], yaml, context)
  if (fetchFull !== undefined)
    resolveName('lookup', fetchFull, names.lookups, ['from', 'stream', 'fetchFull'], yaml, context)
}

function compileStream(stream: NonNullable<Document['from']['stream']>): MappingStream {
  if (typeof stream === 'string') return { name: stream, onRequest: false }
  const { name, fetchFull, onRequest = false } = stream
  return { name, ...(fetchFull === undefined ? {} : { fetchFull }), onRequest }
}

/** The sets a file uses, in its order. */
export function useSets(
  include: readonly string[] | undefined,
  { sets, brokenSets }: Pick<Known, 'sets' | 'brokenSets'>,
  yaml: YamlFile,
  context: Context,
): readonly CompiledSet[] {
  const found = (include ?? []).map((name, index) =>
    brokenSets.has(name) ? undefined : resolveName('property set', name, sets, ['include', index], yaml, context),
  )
  return found.filter((set) => set !== undefined)
}
