/** The overview: connections, queue, metrics, skipped and failed events, rate limits. */
import { html } from 'hono/html'
import { capitalize, formatCount, plural } from '../../../lib/format.ts'
import { describeSkipReason } from '../../../skip-reasons.ts'
import { skipReasonCode } from '../../fault-link.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, Page, PageContext } from '../../types.ts'
import { hourChart } from './chart.ts'
import { deletionsBanner } from './deletions.ts'
import { loadOverview, type MetricRow, type Overview } from './load-overview.ts'
import { limitsTable, statusCards } from './status.ts'

export const overviewPage: Page = {
  path: '/',
  title: 'Overview',
  nav: 'Overview',
  async render(context) {
    // Before setup has begun there is nothing else to show.
    if ((await context.options.connections?.setup.view())?.step === 'review') return context.redirect('/set-up')
    const overview = await loadOverview(context.options)
    return html`<section id="deletions" data-live aria-label="Deletions">${await deletionsBanner(context)}</section>
<section id="status" data-live aria-label="Status">${await statusCards(overview, context)}</section>
<section id="metrics" data-live aria-label="Metrics">${metricsTable(overview, context)}</section>
<div class="beside">
<section id="skipped" data-live aria-label="Skipped">${skippedTable(overview, context)}</section>
<section id="limits" data-live aria-label="Rate limits">${limitsTable(context)}</section>
</div>`
  },
}

function metricsTable({ metrics, from }: Overview, context: PageContext): Html {
  return html`<div class="table"><table class="stack middle">
<caption>Metrics <span class="soft">delivered to ${capitalize(context.options.connector.spec.destination.name)}, by hour of delivery</span></caption>
<thead><tr><th scope="col">Metric</th><th scope="col">Last 24 hours</th><th scope="col" class="number">Today (UTC)</th><th scope="col" class="number">30 days</th><th scope="col">Last delivered</th></tr></thead>
<tbody>${metrics.map((row, index) => metricRow(row, `chart-${index}`, from, context))}</tbody>
</table></div>`
}

function metricRow(row: MetricRow, chartId: string, from: number, { link }: PageContext): Html {
  const { metric, enabled, hours, today, month, last, failedToday } = row
  const day = hours.reduce((sum, value) => sum + value, 0)
  const chart = hourChart({ id: chartId, title: `${metric}, delivered in the last 24 hours`, values: hours, from })
  return html`<tr>
<th scope="row"><a href="${link(`/metric/${encodeURIComponent(metric)}`)}">${metric}</a>${!enabled && html` <span class="badge">Off</span>`}${failedToday > 0 && html` <span class="badge bad">${formatCount(failedToday)} failed today</span>`}</th>
<td data-name="Last 24 hours"><div class="trend">${chart}<span class="soft">${plural(day, 'event')}</span></div></td>
<td class="number" data-name="Today (UTC)">${formatCount(today)}</td>
<td class="number" data-name="30 days">${formatCount(month)}</td>
<td data-name="Last delivered">${last ? timeElement(last.settledAt) : html`<span class="soft">never</span>`}</td>
</tr>`
}

function skippedTable({ skipped }: Overview, { options }: PageContext): Html {
  if (skipped.length === 0)
    return html`<div class="card"><h2>Skipped events</h2><p class="soft">No event was skipped yet.</p></div>`
  return html`<div class="table"><table>
<caption>Skipped events <span class="soft">by reason, since setup</span></caption>
<thead><tr><th scope="col">Reason</th><th scope="col" class="number">Count</th></tr></thead>
<tbody>${skipped.map(({ reason, count }) => html`<tr><td>${capitalize(describeSkipReason(reason))} ${skipReasonCode(reason, options)}</td><td class="number">${formatCount(count)}</td></tr>`)}</tbody>
</table></div>`
}
