/** The overview: what happened today, the queue, a chart, metrics, skipped events, connections. */
import { html } from 'hono/html'
import { capitalize } from '../../../lib/format.ts'
import { describeSkipReason } from '../../../skip-reasons.ts'
import { activityChart } from '../../chart/activity-chart.ts'
import { addBars, SERIES, seriesFilter } from '../../chart/bars.ts'
import { parseRange } from '../../chart/ranges.ts'
import { sparkline } from '../../chart/sparkline.ts'
import { countLink } from '../../count-link.ts'
import { eventLink } from '../../event-links.ts'
import { skipReasonCode } from '../../fault-link.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, Page, PageContext } from '../../types.ts'
import { connectionCards, limitsTable } from './connections.ts'
import { deletionsBanner } from './deletions.ts'
import { factCards } from './facts.ts'
import { loadOverview, type MetricRow, type Overview } from './load-overview.ts'

export const overviewPage: Page = {
  path: '/',
  title: 'Overview',
  nav: 'Overview',
  async render(context) {
    // Before setup has begun there is nothing else to show to those who may begin it.
    if (context.may('set-up') && (await context.options.connections?.setup.view())?.step === 'review')
      return context.redirect('/set-up')
    const overview = await loadOverview(context, parseRange(context.url.searchParams.get('range')))
    const { range, bars } = overview
    const title = `Sent to ${capitalize(context.options.connector.spec.destination.name)}`
    return html`<section id="deletions" data-live aria-label="Deletions">${await deletionsBanner(context)}</section>
<section id="status" data-live aria-label="Status">${await factCards(overview, context)}</section>
<section id="activity" data-live aria-label="Activity">${activityChart({ id: 'chart', title, bars, range }, context)}</section>
<section id="metrics" data-live aria-label="Metrics">${metricsTable(overview, context)}</section>
<div class="beside">
<section id="skipped" data-live aria-label="Skipped">${skippedTable(overview, context)}</section>
<section id="limits" data-live aria-label="Connections">${connectionCards(context)}${limitsTable(context)}</section>
</div>`
  },
}

function metricsTable({ metrics, range }: Overview, context: PageContext): Html {
  return html`<div class="table"><table class="stack middle">
<caption>Metrics <span class="soft">in the last ${range.label}, by when it happened</span></caption>
<thead><tr><th scope="col">Metric</th><th scope="col"><span class="hidden">Trend</span></th>${SERIES.map(({ label }) => html`<th scope="col" class="number">${label}</th>`)}<th scope="col">Last delivered</th></tr></thead>
<tbody>${metrics.map((row) => metricRow(row, range.name, context))}</tbody>
</table></div>`
}

function metricRow({ metric, enabled, bars, last }: MetricRow, range: string, context: PageContext): Html {
  const totals = addBars(bars)
  const window = { metric, since: bars[0]?.since, until: bars.at(-1)?.until }
  const page = context.link(`/metric/${encodeURIComponent(metric)}?range=${range}`)
  const counts = SERIES.map(
    ({ name, label }) =>
      html`<td class="number${totals[name] === 0 ? ' quiet' : ''}" data-name="${label}">${countLink(totals[name], { ...window, ...seriesFilter(name) }, context)}</td>`,
  )
  return html`<tr>
<th scope="row"><a href="${page}">${metric}</a>${!enabled && html` <span class="badge">Off</span>`}</th>
<td class="course">${sparkline(bars)}</td>
${counts}
<td data-name="Last delivered">${last ? html`<a href="${eventLink(last.id, context)}">${timeElement(last.settledAt)}</a>` : html`<span class="soft">never</span>`}</td>
</tr>`
}

function skippedTable({ skipped }: Overview, context: PageContext): Html {
  if (skipped.length === 0)
    return html`<div class="card"><h2>Skipped events</h2><p class="soft">No event was skipped yet.</p></div>`
  const count = (reason: string, value: number) => countLink(value, { outcome: 'skipped', reason }, context)
  return html`<div class="table"><table>
<caption>Skipped events <span class="soft">by reason, since setup</span></caption>
<thead><tr><th scope="col">Reason</th><th scope="col" class="number">Count</th></tr></thead>
<tbody>${skipped.map(({ reason, count: value }) => html`<tr><td>${capitalize(describeSkipReason(reason))} ${skipReasonCode(reason, context.options)}</td><td class="number">${count(reason, value)}</td></tr>`)}</tbody>
</table></div>`
}
