/** Missed webhooks: the last check of what has changed at the source, and what no webhook reported. */
import { html } from 'hono/html'
import { capitalize, formatCount, formatInterval, plural } from '../../../lib/format.ts'
import type { LedgerEvent } from '../../../ports/ledger.ts'
import { countChanged } from '../../../reconcile/finds.ts'
import type { ReconcilePass, StreamPass } from '../../../reconcile/types.ts'
import { statusCell } from '../../event-cells.ts'
import { timeElement } from '../../format-html.ts'
import type { Html, Page, PageContext } from '../../types.ts'
import { loadMissedWebhooks, type MissedRow } from './load-missed-webhooks.ts'

export const missedWebhooksPage: Page = {
  path: '/missed-webhooks',
  title: 'Missed webhooks',
  nav: 'Missed webhooks',
  async render(context) {
    const { rows, finds } = await loadMissedWebhooks(context.options.connector)
    const pass = await context.options.connector.lastReconcile()
    return html`<p class="lead">${leadText(context)}</p>
<section id="check" data-live aria-label="Last check">${lastCheck(pass, context)}</section>
<section id="metrics" data-live aria-label="By metric">${metricsTable(rows, pass !== undefined, context)}</section>
<section id="finds" data-live aria-label="Found events">${findsTable(finds, context)}</section>`
  },
}

function leadText({ options }: PageContext): string {
  const { source } = options.connector.spec
  const name = capitalize(source.name)
  return `${name} sends a lost webhook again only once. The connector therefore reads what has changed in ${name}, and delivers what no webhook reported: as a live event if it is young enough, otherwise as history.`
}

function lastCheck(pass: ReconcilePass | undefined, { options, link }: PageContext): Html {
  const every = options.connector.spec.reconcile?.every
  const interval =
    every === undefined
      ? html`<span class="soft">It is off. Run <code>connector reconcile</code>, or set <code>reconcile.every</code> in connector.yaml.</span>`
      : html`<span class="soft">Every ${formatInterval(every)}.</span>`
  if (pass === undefined)
    return html`<div class="card"><h2>Last check</h2><p><span class="badge">None yet</span> ${interval}</p></div>`
  const changed = countChanged(pass)
  const short = pass.streams.filter(({ missing }) => missing !== undefined)
  return html`<div class="card"><h2>Last check</h2>
<p><span class="badge ${short.length > 0 ? 'warn' : 'good'}">${short.length > 0 ? 'Incomplete' : 'Complete'}</span> ${timeElement(pass.endedAt)}: ${plural(changed, 'changed record')} (${pass.streams.map(({ stream, read }) => `${formatCount(read)} ${stream}`).join(', ')}). ${interval}</p>
${short.map(({ stream, missing = 0 }) => html`<p class="message bad">${capitalize(options.connector.spec.source.name)} counts ${plural(missing, 'more record')} in ${stream} than it gave. The next check reads them again.</p>`)}
${pass.streams.map(({ stream, withoutId }) => withoutId !== undefined && html`<p class="message bad">${capitalize(stream)}: ${plural(withoutId, 'item')} without an id set apart (<a href="${link('/failed-events')}">failed events</a>).</p>`)}
${pass.streams.map((stream) => unavailablePartsNote(stream, options.connector.spec.source.name))}</div>`
}

function unavailablePartsNote({ stream, unavailableParts }: StreamPass, source: string): Html | false {
  if (unavailableParts === undefined) return false
  const { parts, records, ids } = unavailableParts
  return html`<p class="note">Of ${formatCount(records)} ${stream} ${capitalize(source)} gave only the newest parts; ${plural(parts, 'part')} may be from this time (${ids.join(', ')}${records > ids.length && ' …'}).</p>`
}

function metricsTable(rows: readonly MissedRow[], isChecked: boolean, context: PageContext): Html {
  return html`<div class="table"><table class="stack">
<caption>By metric</caption>
<thead><tr><th scope="col">Metric</th><th scope="col">Topics</th><th scope="col">Last by webhook</th><th scope="col" class="number">Found without</th><th scope="col">Last found</th><th scope="col">What to do</th></tr></thead>
<tbody>${rows.map((row) => metricRow(row, isChecked, context))}</tbody></table></div>`
}

function metricRow(row: MissedRow, isChecked: boolean, context: PageContext): Html {
  const { metric, topics, lastByWebhook, found, lastFound } = row
  const time = (at: number | undefined) => (at === undefined ? html`<span class="soft">never</span>` : timeElement(at))
  return html`<tr><th scope="row"><a href="${context.link(`/metric/${encodeURIComponent(metric)}`)}">${metric}</a></th>
<td data-name="Topics">${topics.map((topic) => html`<code>${topic}</code> `)}</td>
<td data-name="Last by webhook">${time(lastByWebhook)}</td>
<td class="number" data-name="Found without">${row.isRecoverable ? formatCount(found) : '–'}</td>
<td data-name="Last found">${row.isRecoverable ? time(lastFound) : ''}</td>
<td data-name="What to do">${isChecked || !row.isRecoverable ? advice(row, context) : 'Not checked yet.'}</td></tr>`
}

/** The likely reason why webhooks are missing. */
function advice(row: MissedRow, { options, link }: PageContext): Html | string {
  const source = capitalize(options.connector.spec.source.name)
  if (!row.isRecoverable) return `A missed webhook cannot be found: ${source} keeps no history of it.`
  if (row.found === 0) return 'Nothing: no webhook was missed.'
  const webhooks = html`<a href="${link('/set-up/webhooks')}">Webhooks</a>`
  if (row.lastByWebhook === undefined)
    return html`None ever came by webhook: subscribe to the topics in ${source} (${webhooks}).`
  const { lastRejected, lastVerified } = options.connector.webhookStats()
  if (lastRejected !== undefined && lastRejected.at > (lastVerified?.at ?? 0))
    return html`The last webhook was rejected: ${lastRejected.reason} (${webhooks}).`
  if ((row.lastFound ?? 0) <= row.lastByWebhook) return 'Nothing: webhooks have arrived since.'
  return html`${source} may have paused or suspended the webhooks: check them in its settings (${webhooks}).`
}

function findsTable(finds: readonly LedgerEvent[], context: PageContext): Html | false {
  if (finds.length === 0) return false
  const row = (event: LedgerEvent) => html`<tr>
<td data-name="Happened">${timeElement(event.time === undefined ? event.settledAt : Date.parse(event.time))}</td>
<td data-name="Metric">${event.metric}</td>
<td data-name="Found">${timeElement(event.settledAt)}</td>
<td data-name="Delivery"><div>${statusCell(event, context)}</div></td></tr>`
  return html`<div class="table"><table class="stack">
<caption>Events that no webhook reported <span class="soft">latest first</span></caption>
<thead><tr><th scope="col">Happened</th><th scope="col">Metric</th><th scope="col">Found</th><th scope="col">Delivery</th></tr></thead>
<tbody>${finds.map(row)}</tbody></table></div>`
}
