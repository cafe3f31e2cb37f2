/** Links of a metric: its name to its page, and to what the destination shows of it. */
import { html } from 'hono/html'
import type { Html, PageContext, VendorLink } from './types.ts'

export const metricLink = (metric: string, { link }: Pick<PageContext, 'link'>): Html =>
  html`<a href="${link(`/metric/${encodeURIComponent(metric)}`)}">${metric}</a>`

/** To the metric at the destination; to all metrics there while its id is not known. */
export async function destinationMetricLink(metric: string, { options }: PageContext): Promise<VendorLink | undefined> {
  const { connector, vendorLinks, metricUrl, signal } = options
  const { destination, mappings, disabledMappings } = connector.spec
  if (![...mappings, ...disabledMappings].some((mapping) => mapping.metric === metric)) return undefined
  const name = destination.metricPrefix + metric
  const id = vendorLinks?.metric === undefined ? undefined : await connector.findMetricId?.(metric, signal)
  return id === undefined ? metricUrl?.(name) : vendorLinks?.metric?.(id, name)
}
