/** One metric: its latest events, a link to the destination, and its mapping. */
import { html } from 'hono/html'
import { capitalize } from '../../../lib/format.ts'
import { PROFILE } from '../../../mapping/map-profile.ts'
import { DELETION } from '../../../mapping/person/deletions.ts'
import type { Html, Page, PageContext } from '../../types.ts'
import { countWaiting, describeWaiting } from '../../waiting-events.ts'
import { eventsTable } from './events.ts'
import { mappingSection } from './mapping.ts'

export const metricPage: Page = {
  path: '/metric/:name',
  title: ({ params }) => params.name ?? '',
  async render(context) {
    const { spec } = context.options.connector
    const name = context.params.name ?? ''
    const mapping = [...spec.mappings, ...spec.disabledMappings].find(({ metric }) => metric === name)
    if (mapping === undefined && name !== PROFILE && name !== DELETION)
      return context.notFound('There is no metric of this name.')
    const isDisabled = spec.disabledMappings.some(({ metric }) => metric === name)
    const shown = mapping ?? { ...spec.profile, summary: 'Profile properties, kept up to date.' }
    return html`<p class="lead">${shown.summary}${isDisabled && html` <span class="badge">Off</span> <span class="soft">Turn it on with <code>enabled: true</code> in its mapping.</span>`}</p>
<p class="row">${mapping && destinationLink(name, context)}<a href="#mapping">View mapping</a></p>
<section id="waiting" data-live aria-label="Waiting events">${await waitingEvents(name, context)}</section>
<section id="events" data-live aria-label="Events">${await eventsTable(name, context)}</section>
<section id="mapping" aria-label="Mapping">${mappingSection(shown, context)}</section>`
  },
}

/** Those alone have no row among the events: they have not ended. */
async function waitingEvents(name: string, { options }: PageContext): Promise<Html | ''> {
  const count = countWaiting(await options.connector.store.tallies(), name)
  if (count === 0) return ''
  return html`<div class="card"><p>${describeWaiting(count)}. Each is sent once, as soon as ${capitalize(options.connector.spec.source.name)} has it. <span class="soft">Find shows the events of one contact, by its id.</span></p></div>`
}

function destinationLink(name: string, { options }: PageContext): Html | false {
  const { spec } = options.connector
  const target = options.metricUrl?.(spec.destination.metricPrefix + name)
  return target !== undefined && html`<a href="${target.href}" rel="noreferrer">${target.label}</a>`
}
