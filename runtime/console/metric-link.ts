/** A metric's name, which links to its page. */
import { html } from 'hono/html'
import type { Html, PageContext } from './types.ts'

export const metricLink = (metric: string, { link }: Pick<PageContext, 'link'>): Html =>
  html`<a href="${link(`/metric/${encodeURIComponent(metric)}`)}">${metric}</a>`
