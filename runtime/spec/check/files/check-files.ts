/** Checks each file of a spec for names and conditions that cannot be meant, and that there is something to send. */
import { type CompiledSet, getSetName } from '../../compile/properties.ts'
import type { SpecNode } from '../../compile/spec-node.ts'
import type { Mapping } from '../../generated/documents.ts'
import type { SpecDocuments } from '../../read.ts'
import { checkConditions } from './conditions.ts'
import { checkMetricName, checkOwnNames, checkPropertyNames, warnOfKeysAsProperties } from './names.ts'

export function checkFiles(documents: SpecDocuments, sets: ReadonlyMap<string, CompiledSet>): void {
  const { connector, mappings: metrics, profile } = documents
  for (const { document, node } of metrics) checkMetricName(document.metric, node.at('metric'))
  for (const { document, node } of [...metrics, ...documents.sets, ...(profile ? [profile] : [])]) {
    const included = 'include' in document ? (document.include ?? []) : []
    const fromSets = included.flatMap((name) => sets.get(name)?.properties ?? [])
    checkConditions(document, node)
    checkOwnNames(document.properties, node.at('properties'))
    checkPropertyNames(document.properties, fromSets, node)
    warnOfKeysAsProperties(document.properties, node.at('properties'))
    warnOfExpressionsAsDefaults(document, node.at('properties'))
  }
  const setsOfProfile = profile?.document.include ?? []
  const setsOfEvents = documents.sets.filter(({ node }) => !setsOfProfile.includes(getSetName(node.file)))
  for (const { document, node } of [...metrics, ...setsOfEvents]) warnOfEmptyDefaults(document, node.at('properties'))
  if (connector) checkMetrics(metrics, connector.node)
}

/** Each default as it is written, with its place. */
function* findDefaults({ properties = {} }: Pick<Mapping, 'properties'>, node: SpecNode) {
  for (const [name, property] of Object.entries(properties)) {
    if (property === null || typeof property === 'string' || typeof property.whenMissing !== 'object') continue
    yield { value: property.whenMissing.default, place: node.at(name, 'whenMissing') }
  }
}

/** `default: $contact.name`, `default: '"none"'`. */
function warnOfExpressionsAsDefaults(document: Pick<Mapping, 'properties'>, node: SpecNode): void {
  for (const { value, place } of findDefaults(document, node)) {
    if (typeof value !== 'string') continue
    const [, inner] = /^(["']).*\1$/.exec(value) ? [value, value.slice(1, -1)] : []
    if (inner === undefined && !/^\$[A-Za-z]\w*[.([]/.test(value)) continue
    const message = `a default is sent as it is, and this one ${inner === undefined ? 'is the text of an expression' : 'has quotes in it'}`
    const help = inner === undefined ? `write it in the expression: expr: … ?? ${value}` : `write default: ${inner}`
    place.at('default').warn({ code: 'spec/default-is-no-expression', message, help })
  }
}

/** In an event, nothing is nothing. In a profile, it clears a property. */
function warnOfEmptyDefaults(document: Pick<Mapping, 'properties'>, node: SpecNode): void {
  for (const { value, place } of findDefaults(document, node)) {
    if (value !== null && value !== '') continue
    const message = `the default ${value === null ? 'null' : '""'} is nothing, as is the missing value`
    const help = 'remove whenMissing, or write a default that says something'
    place.warn({ code: 'spec/default-of-nothing', message, help })
  }
}

/** A file with errors may be a metric. */
function checkMetrics(metrics: SpecDocuments['mappings'], connector: SpecNode): void {
  const node = connector.at('mappings')
  if (metrics.length === 0 && !node.context.failed) {
    const help = 'write a file for each metric, as docs/guide shows; files whose name begins with _ are property sets'
    node.error({ code: 'spec/no-metrics', message: 'the spec has no metric, so no event would be sent', help })
  } else if (metrics.length > 0 && metrics.every(({ document }) => document.enabled === false)) {
    const message = 'every metric is disabled, so no event would be sent'
    node.warn({ code: 'spec/no-metrics', message, help: 'remove enabled: false from one of them' })
  }
}
