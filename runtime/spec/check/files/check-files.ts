/** Checks each file of a spec for names and conditions that cannot be meant, and that there is something to send. */
import type { CompiledSet } from '../../compile/properties.ts'
import type { SpecNode } from '../../compile/spec-node.ts'
import type { SpecDocuments } from '../../read.ts'
import { checkConditions } from './conditions.ts'
import { checkMetricName, checkOwnNames, checkPropertyNames } from './names.ts'

export function checkFiles(documents: SpecDocuments, sets: ReadonlyMap<string, CompiledSet>): void {
  const { connector, mappings: metrics, profile } = documents
  for (const { document, node } of metrics) checkMetricName(document.metric, node.at('metric'))
  for (const { document, node } of [...metrics, ...documents.sets, ...(profile ? [profile] : [])]) {
    const included = 'include' in document ? (document.include ?? []) : []
    const fromSets = included.flatMap((name) => sets.get(name)?.properties ?? [])
    checkConditions(document, node)
    checkOwnNames(document.properties, node.at('properties'))
    checkPropertyNames(document.properties, fromSets, node)
  }
  if (connector) checkMetrics(metrics, connector.node)
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
