/** How things stand: both sides, the queue, every metric, what was not sent and what failed. */
import { html } from 'hono/html'
import { capitalize, formatCount, plural } from '../../../lib/format.ts'
import { describeSkipReason } from '../../../skip-reasons.ts'
import { timeElement } from '../../format-html.ts'
import { pausedBanner } from '../../paused-banner.ts'
import type { Html, Page, PageContext } from '../../types.ts'
import { hourChart } from './chart.ts'
import { type MetricRow, type Overview, overviewOf } from './data.ts'
import { limits, statusCards } from './status.ts'

export const overview: Page = {
  path: '/',
  title: 'Overview',
  nav: 'Overview',
  async render(context) {
    // Before anything can be delivered there is nothing to look at but how to begin.
    if ((await context.parts.connections?.setup.view())?.step === 'review') return context.redirect('/set-up')
    const found = await overviewOf(context.parts)
    return html`<section id="waits" data-live aria-label="Delivery">${pausedBanner(context)}</section>
<section id="standing" data-live aria-label="How it stands">${await statusCards(found, context)}</section>
<section id="metrics" data-live aria-label="Metrics">${metrics(found, context)}</section>
<div class="beside">
<section id="skipped" data-live aria-label="Not sent">${skipped(found)}</section>
<section id="limits" data-live aria-label="Limits">${limits(context)}</section>
</div>`
  },
}

function metrics({ metrics, from }: Overview, context: PageContext): Html {
  return html`<div class="table"><table class="stack middle">
<caption>Metrics <span class="soft">sent to ${capitalize(context.parts.connector.spec.destination.name)}, by the hour they were accepted in</span></caption>
<thead><tr><th scope="col">Metric</th><th scope="col">Last 24 hours</th><th scope="col" class="number">Today (UTC)</th><th scope="col" class="number">30 days</th><th scope="col">Last sent</th></tr></thead>
<tbody>${metrics.map((row, at) => metricRow(row, at, from, context))}</tbody>
</table></div>`
}

function metricRow(row: MetricRow, at: number, from: number, { link }: PageContext): Html {
  const { metric, on, hours, today, month, last, failedToday } = row
  const day = hours.reduce((sum, value) => sum + value, 0)
  const chart = hourChart({ id: `chart-${at}`, title: `${metric}, sent in the last 24 hours`, values: hours, from })
  return html`<tr>
<th scope="row"><a href="${link(`/metric/${encodeURIComponent(metric)}`)}">${metric}</a>${!on && html` <span class="badge">Off</span>`}${failedToday > 0 && html` <span class="badge bad">${formatCount(failedToday)} failed today</span>`}</th>
<td data-name="Last 24 hours"><div class="trend">${chart}<span class="soft">${plural(day, 'event')}</span></div></td>
<td class="number" data-name="Today (UTC)">${formatCount(today)}</td>
<td class="number" data-name="30 days">${formatCount(month)}</td>
<td data-name="Last sent">${last ? timeElement(last.settledAt) : html`<span class="soft">not yet</span>`}</td>
</tr>`
}

function skipped({ skipped }: Overview): Html {
  if (skipped.length === 0)
    return html`<div class="card"><h2>Not sent, and why</h2><p class="soft">Nothing was left out yet.</p></div>`
  return html`<div class="table"><table>
<caption>Not sent, and why <span class="soft">since the beginning</span></caption>
<thead><tr><th scope="col">Reason</th><th scope="col" class="number">Count</th></tr></thead>
<tbody>${skipped.map(({ reason, count: times }) => html`<tr><td>${describeSkipReason(reason)} <code>${reason}</code></td><td class="number">${formatCount(times)}</td></tr>`)}</tbody>
</table></div>`
}
