/** Describes all that a spec sends, and when. */
import type { SpecModel } from '../editor/model/model.ts'
import { formatInterval } from '../lib/format.ts'
import { describeSkipReason } from '../skip-reasons.ts'
import { getSetName } from '../spec/compile/properties.ts'
import type { SpecNode } from '../spec/compile/spec-node.ts'
import type { Mapping, MappingStream, ProfileMapping, Property, SkipRule, Spec } from '../spec/spec.ts'
import { describeProperties, type PropertiesFile } from './describe-properties.ts'
import { findCommentBehind } from './meaning.ts'
import type { Catalog, CatalogMetric, CatalogProfile, CatalogSkip, TemplateTags } from './types.ts'

export interface CatalogOptions {
  readonly spec: Spec
  /** Of the same files. */
  readonly model: SpecModel
  /** Product names for texts. */
  readonly labels: Pick<Catalog, 'source' | 'destination'>
  readonly tags?: TemplateTags | undefined
}

/** Without disabled metrics. */
export function describeSpec(options: CatalogOptions): Catalog {
  const { spec, labels, tags } = options
  const profile = describeProfile(options)
  return {
    ...labels,
    metrics: spec.mappings.flatMap((mapping) => describeMetric(mapping, options)),
    profile,
    people: describePeople(spec, labels.destination),
    ...(tags && { tagNote: tags.note }),
  }
}

function describeMetric(mapping: Mapping, { spec, model, tags }: CatalogOptions): readonly CatalogMetric[] {
  const document = model.documents.mappings.find((each) => each.document.metric === mapping.metric)
  if (document === undefined) return []
  const file = { kind: 'mapping', ...document } as const
  const { summary, topics, stream, when, value, currency, properties, profileProperties } = mapping
  return [
    {
      name: `${spec.destination.metricPrefix}${mapping.metric}`,
      metric: mapping.metric,
      summary,
      file: document.node.file,
      topics: [...topics],
      history: describeHistory(stream),
      ...(when && { condition: onOneLine(when.text) }),
      skips: describeSkips(mapping, file, model),
      permissions: listPermissions(mapping, spec),
      ...(value && { value: onOneLine(value.text) }),
      ...(currency && { currency: onOneLine(currency.text) }),
      properties: describeProperties(properties, { file, section: 'properties', createTag: tags?.event }, model),
      profileProperties: describeProperties(
        profileProperties,
        { file, section: 'profile', createTag: tags?.profile },
        model,
      ),
    },
  ]
}

function describeHistory(stream: MappingStream | undefined): CatalogMetric['history'] {
  if (stream === undefined) return 'no'
  return stream.onRequest ? 'on-request' : 'yes'
}

function describeProfile({ spec, model, tags }: CatalogOptions): CatalogProfile {
  const { profile } = spec
  const document = model.documents.profile
  const empty = { attributes: [], properties: [], skips: [] }
  const head = {
    summary: document?.document.summary ?? '',
    file: profile.file,
    topics: [...profile.topics],
    permissions: listPermissions(profile, spec),
  }
  if (document === undefined) return { ...head, ...empty }
  const file = { kind: 'profile', ...document } as const
  const attributes = { file, section: 'attributes', createTag: tags?.attribute } as const
  return {
    ...head,
    skips: describeSkips(profile, file, model),
    attributes: describeProperties(profile.attributes, attributes, model),
    properties: describeProperties(
      profile.properties,
      { file, section: 'properties', createTag: tags?.profile },
      model,
    ),
  }
}

interface SkippingFile {
  readonly skip: readonly SkipRule[]
  readonly properties: readonly Property[]
}

function describeSkips({ skip, properties }: SkippingFile, file: PropertiesFile, model: SpecModel): CatalogSkip[] {
  const rules = skip.map(({ reason, when }) => ({
    reason,
    meaning: describeRule(reason, findRule(reason, file, model)),
    condition: onOneLine(when.text),
  }))
  const missing = properties.flatMap(({ name, whenMissing }) =>
    whenMissing.action === 'skip' ? [{ reason: whenMissing.reason, meaning: `there is no "${name}"` }] : [],
  )
  return [...rules, ...missing]
}

function describeRule(reason: string, node: SpecNode | undefined): string {
  return (node && findCommentBehind(node)) ?? describeSkipReason(reason)
}

function findRule(reason: string, { document, node }: PropertiesFile, { documents }: SpecModel): SpecNode | undefined {
  if (document.skip?.[reason] !== undefined) return node.at('skip', reason)
  const sets = documents.sets.filter((set) => document.include?.includes(getSetName(set.node.file)))
  return sets.find((set) => set.document.skip?.[reason] !== undefined)?.node.at('skip', reason)
}

/** In the order of connector.yaml. */
function listPermissions(mapping: Mapping | ProfileMapping, { source, resources, lookups }: Spec): readonly string[] {
  const fetchFull = 'stream' in mapping ? mapping.stream?.fetchFull : undefined
  const used = [...mapping.lookups, ...(fetchFull === undefined ? [] : [fetchFull])]
  const needed = [resources.get(mapping.resource), ...used.map((name) => lookups.get(name))].map(
    (each) => each?.permission,
  )
  return Object.keys(source.permissions).filter((permission) => needed.includes(permission))
}

function describePeople({ profile, people, delivery }: Spec, destination: string): readonly string[] {
  const { exclude, onlyKnown } = people
  const { identityWindow } = delivery
  const wait = identityWindow === 0 ? '' : `; an event waits for one up to ${formatInterval(identityWindow)}`
  const domains = [...(exclude?.domains ?? [])]
  const rules = (exclude?.rules ?? []).map(({ reason }) => describeSkipReason(reason))
  return [
    `Only people with ${profile.identifiers.join(' or ')} are sent${wait}.`,
    ...(domains.length > 0 ? [`Nothing is sent of people with an address of ${domains.join(', ')}.`] : []),
    ...(rules.length > 0 ? [`Nothing is sent of some others: ${rules.join('; ')}.`] : []),
    ...(onlyKnown ? [`Only people who have a profile in ${destination} already are sent.`] : []),
  ]
}

const onOneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()
