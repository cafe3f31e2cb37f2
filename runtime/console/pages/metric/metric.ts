/** One metric: its recent events, where it is found, and the mapping that makes it. */
import { html } from 'hono/html'
import { PROFILE } from '../../../mapping/map-profile.ts'
import type { Html, Page, PageContext } from '../../types.ts'
import { eventsTable } from './events.ts'
import { mappingPart } from './mapping.ts'

export const metric: Page = {
  path: '/metric/:name',
  title: ({ params }) => params.name ?? '',
  async render(context) {
    const { spec } = context.parts.connector
    const name = context.params.name ?? ''
    const mapping = [...spec.mappings, ...spec.disabledMappings].find((it) => it.metric === name)
    if (mapping === undefined && name !== PROFILE) return context.notFound('There is no metric of this name.')
    const off = spec.disabledMappings.some((it) => it.metric === name)
    const made = mapping ?? { ...spec.profile, summary: 'Attributes of a person, kept up to date.' }
    return html`<p class="lead">${made.summary}${off && html` <span class="badge">Off</span> <span class="soft">Turn it on with <code>enabled: true</code> in its mapping.</span>`}</p>
<p class="row">${mapping && found(name, context)}<a href="#mapping">How it is made</a></p>
<section id="events" data-live aria-label="Events">${await eventsTable(name, context)}</section>
<section id="mapping" aria-label="Mapping">${mappingPart(made, context)}</section>`
  },
}

/** Where a person finds it at the other side. */
function found(name: string, { parts }: PageContext): Html | false {
  const { spec } = parts.connector
  const where = parts.metricUrl?.(spec.destination.metricPrefix + name)
  return where !== undefined && html`<a href="${where.href}" rel="noreferrer">${where.words}</a>`
}
