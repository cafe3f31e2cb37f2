/** Compiles one metric's file to a `Mapping`. */
import { CONSTANT, toItem, type Value } from '../../expression/check/value.ts'
import type { Expression } from '../../expression/expression.ts'
import { listAbsences } from '../check/absences.ts'
import { describeSharedTime } from '../check/key-changes.ts'
import { describeContact, describeTime } from '../check/results.ts'
import { checkTopics, type KnownTopics, resolveResource } from '../check/topics.ts'
import type { Mapping as MappingDocument } from '../generated/documents.ts'
import type { LookupSpec, Mapping, MappingStream, StreamSpec } from '../spec.ts'
import { compileKey, mayBeSeveral } from './key.ts'
import { collectLookups } from './lookups.ts'
import { nothingAt } from './nothing.ts'
import { type CompiledSet, compileCondition, compileProperties, compileSkip } from './properties.ts'
import { checkStream, resolveName } from './resolve-name.ts'
import { compileRevenue } from './revenue.ts'
import type { Scope, SpecNode } from './spec-node.ts'

/** Names a mapping or the profile may refer to. */
export interface SpecNames {
  readonly topics: KnownTopics
  readonly streams: ReadonlyMap<string, StreamSpec>
  readonly lookups: ReadonlyMap<string, LookupSpec>
  readonly sets: ReadonlyMap<string, CompiledSet>
  /** Names of sets whose files have errors. */
  readonly brokenSets: ReadonlySet<string>
  /** Lookups that each event needs for its person: for the profile, and for whom to send. */
  readonly profileLookups: readonly string[]
  readonly eventsWithoutPerson: boolean
}

const VOLATILE_HELP =
  'the same record must give the same event on every ingress and at any time: use times of the record'

/** Variables bound before any lookup. */
export const listEarlyVariables = (hasParts: boolean): readonly string[] => [
  ...(hasParts ? ['part'] : []),
  'notification',
  'workspace',
]

/** Scope of a mapping's properties and skip rules: one occurrence, its notification, and its lookups. */
export const createMappingScope = (lookups: ReadonlyMap<string, LookupSpec>, hasParts = true): Scope => ({
  variables: [...listEarlyVariables(hasParts), ...listBoundLookups(lookups)],
  volatileHelp: VOLATILE_HELP,
})

/** Lookups bound as variables: those with a key of their own, and the contact. */
export const listBoundLookups = (lookups: ReadonlyMap<string, LookupSpec>): readonly string[] =>
  [...lookups.values()].filter(({ name, key }) => key !== undefined || name === 'contact').map(({ name }) => name)

/** A mapping, and the scope of its properties, for the sets that it includes. */
export interface CompiledMapping {
  readonly mapping: Mapping
  readonly scope: Scope
}

export function compileMapping(document: MappingDocument, names: SpecNames, node: SpecNode): CompiledMapping {
  const { metric, summary, resource, from, each, when } = document
  checkFrom(document, names, node)
  const sets = includeSets(document.include, names, node.at('include'))
  const input = node.context.fields.shapes.get(resource)
  const absences = listAbsences(document, names)
  const parts =
    each === undefined
      ? undefined
      : node.at('each').compile({ variables: ['notification'], volatileHelp: VOLATILE_HELP, input, absences })
  const shapes = { input, part: parts && toItem(parts.result, '$part'), absences }
  const hasParts = each !== undefined
  const scope = { ...createMappingScope(names.lookups, hasParts), ...shapes }
  // Evaluated before any lookup, so none is bound. A condition that needs one belongs under `skip`.
  const earlyScope = { variables: listEarlyVariables(hasParts), volatileHelp: VOLATILE_HELP, ...shapes }
  const mapping: Omit<Mapping, 'lookups'> = {
    metric,
    summary,
    file: node.file,
    resource,
    topics: new Set(from.webhook?.topics ?? []),
    ...(from.stream === undefined ? {} : { stream: compileStream(from.stream, node.at('from', 'stream')) }),
    ...(parts === undefined ? {} : { each: parts.expression }),
    ...(when === undefined ? {} : { when: compileCondition(node.at('when'), earlyScope) }),
    key: compileKey(document, { ...shapes, parts: parts?.result }, node),
    time: compileTime(node.at('time'), earlyScope, parts?.result),
    ...compilePerson(document, names, earlyScope, node),
    skip: compileSkip(document.skip, sets, scope, node.at('skip')),
    properties: compileProperties(document.properties, sets, scope, node.at('properties')),
    profileProperties: compileProperties(document.profile, [], scope, node.at('profile')),
    ...compileRevenue(document, scope, node),
  }
  const ofPerson = mapping.isAnonymous ? [] : ['contact', ...names.profileLookups]
  const lookups = collectLookups(listExpressions(mapping), names.lookups, ofPerson)
  return { mapping: { ...mapping, lookups }, scope }
}

function compileTime(node: SpecNode, scope: Scope, parts: Value | undefined): Expression {
  const { expression, result } = node.compile(scope)
  const isShared = parts !== undefined && mayBeSeveral(parts) && !expression.variables.has('part')
  const shared = isShared && result !== CONSTANT ? describeSharedTime(scope.part) : undefined
  const words = describeTime(result, node.context.fields.file) ?? shared
  if (words) node.warn(words)
  return expression
}

/** The contact of the events. Without one they belong to no person. */
function compilePerson(
  { contact, each, when, metric }: MappingDocument,
  { eventsWithoutPerson }: SpecNames,
  scope: Scope,
  node: SpecNode,
): Pick<Mapping, 'contact' | 'isAnonymous'> {
  if (contact !== undefined) return { contact: compileContact(node.at('contact'), scope, `${each} ${when}`) }
  if (!eventsWithoutPerson) {
    const message = `${metric} names no contact, and the destination takes no events without a person`
    const help = 'add contact: the id of the person, or eventsWithoutPerson: true under destination in connector.yaml'
    node.at('metric').error({ code: 'spec/no-contact', message, help })
  }
  return { contact: nothingAt(node), isAnonymous: true }
}

/** `conditions`: `each` and `when` as they are written. */
function compileContact(node: SpecNode, scope: Scope, conditions: string): Expression {
  const { expression, result } = node.compile(scope)
  const words = describeContact(result, { input: scope.input, text: node.text().value, conditions })
  if (words) node.warn(words)
  return expression
}

function listExpressions({ each, when, key, time, contact, skip, properties, ...own }: Omit<Mapping, 'lookups'>) {
  const rules = [...skip.map((rule) => rule.when), ...[...properties, ...own.profileProperties].map(({ expr }) => expr)]
  const optional = [each, when, own.value, own.currency].filter((each) => each !== undefined)
  return [...optional, ...key, time, contact, ...rules]
}

function checkFrom({ resource, from, enabled }: MappingDocument, names: SpecNames, node: SpecNode): void {
  const webhook = node.at('from', 'webhook')
  const resourceSpec = resolveResource(node.at('resource'), resource, names.topics)
  if (resourceSpec === undefined) return
  // A metric that is disabled may well have its topic ignored.
  const topics = enabled === false ? { ...names.topics, ignoredTopics: new Set<string>() } : names.topics
  checkTopics(webhook.at('topics'), from.webhook?.topics ?? [], resourceSpec, topics)
  if (from.stream === undefined) return
  const stream = node.at('from', 'stream')
  const { name, fetchFull = undefined } = typeof from.stream === 'string' ? { name: from.stream } : from.stream
  checkStream(typeof from.stream === 'string' ? stream : stream.at('name'), name, resource, names.streams)
  if (fetchFull !== undefined) resolveName(stream.at('fetchFull'), 'lookup', fetchFull, names.lookups)
}

function compileStream(stream: NonNullable<MappingDocument['from']['stream']>, node: SpecNode): MappingStream {
  if (typeof stream === 'string') return { name: stream, onRequest: false }
  const { name, fetchFull, newest, onRequest = false } = stream
  return {
    name,
    ...(fetchFull === undefined ? {} : { fetchFull }),
    ...(newest === undefined ? {} : { newest: node.at('newest').expression() }),
    onRequest,
  }
}

/** The property sets a file includes, in its order. */
export function includeSets(
  include: readonly string[] = [],
  { sets, brokenSets }: Pick<SpecNames, 'sets' | 'brokenSets'>,
  node: SpecNode,
): readonly CompiledSet[] {
  const resolved = include.map((name, index) =>
    brokenSets.has(name) ? undefined : resolveName(node.at(index), 'property set', name, sets),
  )
  return resolved.filter((set) => set !== undefined)
}
