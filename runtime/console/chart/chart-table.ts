/** The counts of a chart as a table, newest first: for keyboards, screen readers and copying. */
import { html } from 'hono/html'
import { countLink } from '../count-link.ts'
import type { Html, PageContext } from '../types.ts'
import { describeSpan } from './axis.ts'
import { type ActivityChart, type Bar, countAll, SERIES, seriesFilter } from './bars.ts'

/** Empty without counts. */
export function chartTable(chart: ActivityChart, links: Pick<PageContext, 'link'>): Html | '' {
  const { id, title, bars } = chart
  const rows = bars.filter(({ counts }) => countAll(counts) > 0).toReversed()
  if (rows.length === 0) return ''
  return html`<details id="${id}-table"><summary>View as table</summary>
<div class="table"><table class="stack"><caption class="hidden">${title}</caption>
<thead><tr><th scope="col">When</th>${SERIES.map(({ label }) => html`<th scope="col" class="number">${label}</th>`)}</tr></thead>
<tbody>${rows.map((bar) => row(bar, chart, links))}</tbody></table></div></details>`
}

function row(bar: Bar, { range, metric }: ActivityChart, links: Pick<PageContext, 'link'>): Html {
  const { since, until, counts } = bar
  const cell = ({ name, label }: (typeof SERIES)[number]) =>
    html`<td class="number" data-name="${label}">${countLink(counts[name], { metric, since, until, ...seriesFilter(name) }, links)}</td>`
  return html`<tr><th scope="row">${describeSpan(bar, range)}</th>${SERIES.map(cell)}</tr>`
}
