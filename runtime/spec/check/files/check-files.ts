/** Checks each file of a spec for names and conditions that cannot be meant, and that there is something to send. */
import type { SpecNode } from '../../compile/spec-node.ts'
import type { SpecDocuments } from '../../read.ts'
import type { ProfileMapping } from '../../spec.ts'
import type { MappingFile } from '../mappings.ts'
import { checkConditions } from './conditions.ts'
import { checkMetricName, checkOwnNames, checkPropertyNames } from './names.ts'

export interface FilesInput {
  readonly documents: SpecDocuments
  readonly mappings: readonly MappingFile[]
  readonly profile: ProfileMapping | undefined
}

export function checkFiles({ documents, mappings, profile }: FilesInput): void {
  for (const { document, node, mapping } of mappings) {
    checkMetricName(document.metric, node.at('metric'))
    checkPropertyNames(document.properties, mapping.properties, node)
  }
  if (documents.profile && profile)
    checkPropertyNames(documents.profile.document.properties, profile.properties, documents.profile.node)
  const { connector, mappings: metrics, sets } = documents
  for (const { document, node } of [...metrics, ...sets, ...(documents.profile ? [documents.profile] : [])]) {
    checkConditions(document, node)
    checkOwnNames(document.properties, node.at('properties'))
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
