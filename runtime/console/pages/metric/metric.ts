/** One metric: its latest events, a link to the destination, and its mapping. */
import { html } from 'hono/html'
import { capitalize } from '../../../lib/format.ts'
import { PROFILE } from '../../../mapping/map-profile.ts'
import { DELETION } from '../../../mapping/person/deletions.ts'
import { activityChart } from '../../chart/activity-chart.ts'
import { toBars } from '../../chart/bars.ts'
import { parseRange, rangeUntil } from '../../chart/ranges.ts'
import { zoneOf } from '../../chart/zone.ts'
import { destinationMetricLink } from '../../metric-link.ts'
import type { Html, Page, PageContext } from '../../types.ts'
import { eventsTable } from './events.ts'
import { mappingSection } from './mapping.ts'
import { metricTotals } from './totals.ts'

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
<p class="row">${mapping && (await destinationLink(name, context))}<a href="#mapping">View mapping</a>${!isDisabled && html` <a href="${context.link(`/coverage/${encodeURIComponent(name)}`)}">Property coverage</a>`}</p>
<section id="activity" data-live aria-label="Activity">${await metricChart(name, context)}</section>
<section id="totals" data-live aria-label="Totals">${await metricTotals(name, context)}</section>
<section id="events" data-live aria-label="Events">${await eventsTable(name, context)}</section>
<section id="mapping" aria-label="Mapping">${mappingSection(shown, context)}</section>`
  },
}

async function metricChart(metric: string, { options, url, link, timeZone }: PageContext): Promise<Html> {
  const { store, spec } = options.connector
  const now = options.clock.now()
  const range = rangeUntil(parseRange(url.searchParams.get('range')), now, zoneOf(timeZone, now))
  const { starts, until, by } = range
  const activity = await store.activity({ since: starts[0] ?? until, until, by })
  const bars = toBars(
    activity.filter((it) => it.metric === metric),
    range,
  )
  const title = `Sent to ${capitalize(spec.destination.name)}`
  return activityChart({ id: 'chart', title, bars, range, metric }, { link })
}

async function destinationLink(name: string, context: PageContext): Promise<Html | false> {
  const target = await destinationMetricLink(name, context)
  return target !== undefined && html`<a href="${target.href}" rel="noreferrer">${target.label}</a>`
}
