/** Names and sizes that the destination would reject in every event, reported before the first is sent. */
import { suggest } from '../../expression/did-you-mean.ts'
import { parseSize } from '../compile/durations-and-sizes.ts'
import type { SpecNode } from '../compile/spec-node.ts'
import type { Connector, Properties } from '../generated/documents.ts'
import type { SpecDocument, SpecDocuments } from '../read.ts'
import type { ProfileMapping, Spec } from '../spec.ts'
import type { FileSpan } from '../yaml.ts'
import type { MappingFile } from './mappings.ts'
import { checkAttributeValues } from './vendor/attributes.ts'
import type { DestinationRules } from './vendor/vendor-rules.ts'

export interface DestinationCheckInput {
  readonly destination: Connector['destination']
  readonly documents: SpecDocuments
  readonly mappings: readonly MappingFile[]
  readonly profile: ProfileMapping | undefined
}

export function checkDestinationLimits({ destination, documents, mappings, profile }: DestinationCheckInput): void {
  const { reservedPrefix } = destination
  for (const mapping of mappings) checkLimits(mapping, destination)
  if (documents.profile) checkAttributes(documents.profile, destination.attributes)
  if (reservedPrefix === undefined) return
  for (const { document, node } of [...documents.mappings, ...documents.sets]) {
    warnOfReservedNames(document.properties, reservedPrefix, node.at('properties'))
  }
  if (documents.profile && profile) refuseReservedNames(documents.profile, profile, reservedPrefix)
}

export function checkDestinationRules(
  { connector, profile }: SpecDocuments,
  spec: Pick<Spec, 'profile' | 'lookups'> | undefined,
  rules: DestinationRules,
): void {
  if (connector) checkNames(connector, rules)
  if (profile && rules.identifiers) checkIdentifiers(profile, rules.identifiers)
  if (profile && spec && rules.numbers) checkAttributeValues(profile, { ...spec, numbers: rules.numbers })
}

/** A person with only such an identifier would be refused at each send. */
function checkIdentifiers({ document, node }: SpecDocument<'profile'>, allowed: readonly string[]): void {
  for (const [index, name] of document.identifiers.entries()) {
    if (allowed.includes(name) || document.attributes[name] === undefined) continue
    const message = `the destination finds no person by "${name}"`
    const help = `use ${allowed.join(', ')}; "${name}" may stay under attributes or properties`
    node.at('identifiers', index).error({ code: 'spec/unsupported-identifier', message, help })
  }
}

/** An unknown limit would limit nothing; an unknown endpoint would never be called. */
function checkNames({ document, node }: SpecDocument<'connector'>, names: DestinationRules): void {
  const { endpoints, limits = {} } = document.destination
  const { onlyKnown = [], onDelete = [] } = names.peopleEndpoints ?? {}
  const { people } = document
  const used = [...(people?.onlyKnown ? onlyKnown : []), ...(people?.onDelete === 'delete' ? onDelete : [])]
  const required = [...new Set([...names.endpoints, ...used])]
  const reportUnknown = (kind: 'endpoint' | 'limit', members: object, supportedNames: readonly string[]): boolean => {
    const unknown = Object.keys(members).filter((name) => !supportedNames.includes(name))
    for (const name of unknown) {
      const member = node.at('destination', `${kind}s`, name)
      const message = `the destination has no ${kind} "${name}"`
      member.error({ code: `spec/unknown-${kind}`, message, help: suggest(name, supportedNames) }, member.keySpan)
    }
    return unknown.length > 0
  }
  reportUnknown('limit', limits, names.limits)
  // A misspelt endpoint is not reported as a missing one, too.
  if (reportUnknown('endpoint', endpoints, [...names.endpoints, ...onlyKnown, ...onDelete])) return
  const all = node.at('destination', 'endpoints')
  for (const name of required.filter((name) => !Object.hasOwn(endpoints, name))) {
    const message = `destination.endpoints lacks "${name}"`
    all.error({ code: 'spec/missing-endpoint', message, help: 'add it with its path and windows' }, all.keySpan)
  }
}

function checkAttributes(
  { document, node }: SpecDocument<'profile'>,
  allowedNames: readonly string[] | undefined,
): void {
  for (const name of Object.keys(document.properties ?? {})) {
    if (!allowedNames?.includes(name)) continue
    const property = node.at('properties', name)
    const message = `the destination has an attribute "${name}", and this would be a property of the same name beside it`
    const help = 'move it to "attributes", or rename it'
    property.warn({ code: 'spec/attribute-as-property', message, help }, property.keySpan)
  }
  for (const name of Object.keys(document.attributes)) {
    if (allowedNames?.includes(name) ?? !name.includes('*')) continue
    const attribute = node.at('attributes', name)
    const message = `the destination has no attribute "${name}" and would reject the profile`
    const help = `a name of your own belongs under "properties"; ${suggest(name, allowedNames ?? [])}`
    attribute.error({ code: 'spec/unknown-attribute', message, help }, attribute.keySpan)
  }
}

/** Counts characters and properties as the destination does. */
function checkLimits({ document, node, mapping }: MappingFile, { limits = {}, metricPrefix = '' }: Destination): void {
  const check = (count: number, limit: string, text: { subject: string; help: string }, place: FileSpan): void => {
    const most = parseSize(limits[limit] ?? Number.POSITIVE_INFINITY)
    if (count <= most) return
    const message = `${text.subject}, and the destination accepts ${most}`
    node.error({ code: 'spec/over-limit', message, help: text.help }, place)
  }
  const { length } = metricPrefix + document.metric
  const prefix = metricPrefix && ` with the prefix "${metricPrefix}"`
  const name = { subject: `the metric's name has ${length} characters${prefix}`, help: 'shorten the name' }
  check(length, 'metric', name, node.at('metric').span)
  const count = mapping.properties.length
  const help = 'remove some; `NAME: ~` removes one of a property set'
  const properties = { subject: `the event has ${count} properties`, help }
  check(count, 'properties', properties, node.at('properties').keySpan)
}

type Destination = Connector['destination']

function warnOfReservedNames(own: Properties | undefined, prefix: string, node: SpecNode): void {
  for (const [name, value] of Object.entries(own ?? {})) {
    if (value === null || !name.startsWith(prefix)) continue
    const message = `"${name}" may have a special meaning: the destination reserves names that begin with "${prefix}"`
    const help = `remove the "${prefix}", unless you want that meaning`
    const property = node.at(name)
    property.warn({ code: 'spec/reserved-name', message, help }, property.keySpan)
  }
}

/**
 * An error: such a name may change a person's consent. One that a property set brings is reported where it is included.
 */
function refuseReservedNames(
  { document, node }: SpecDocument<'profile'>,
  { properties }: ProfileMapping,
  prefix: string,
): void {
  for (const { name } of properties) {
    if (!name.startsWith(prefix)) continue
    const isOwn = Object.hasOwn(document.properties ?? {}, name)
    const message = `the profile may not have "${name}": the destination reserves names that begin with "${prefix}"`
    const help = `remove the "${prefix}"; consent is never changed`
    node.error(
      { code: 'spec/reserved-name', message, help },
      isOwn ? node.at('properties', name).keySpan : node.at('include').span,
    )
  }
}
